//! A movement of the balance as Stripe writes it, in every API version since 2017, and the canonical one.
//!
//! Source: <https://docs.stripe.com/api/balance_transactions/object>. Its exchange rate is a JSON number of six decimals at most,
//! which a shortest text says exactly.

use canonical::stripe_amount::from_stripe;
use canonical::{
    BalanceTransaction, BalanceTransactionRow, BalanceType, Category, FeeDetail, SourceId, SourceKind,
};
use serde::Deserialize;
use serde_json::Number;

use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, time};

/// Characters of a description that are kept.
const DESCRIPTION_MAX: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Row {
    id: String,
    amount: i64,
    fee: i64,
    net: i64,
    currency: String,
    fee_details: Option<Vec<Fee>>,
    /// Null for what Stripe bills by the month.
    #[serde(default, deserialize_with = "reference")]
    source: Option<Reference<OnlyId>>,
    #[serde(rename = "type")]
    kind: String,
    /// Absent in the oldest versions.
    reporting_category: Option<String>,
    description: Option<String>,
    created: i64,
    available_on: i64,
    /// Absent before 2025.
    balance_type: Option<String>,
    exchange_rate: Option<Number>,
}

#[derive(Deserialize)]
struct Fee {
    amount: i64,
    currency: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Row {
    /// The movement; refused where it does not add up.
    pub(crate) fn transaction(&self) -> Result<BalanceTransaction, Error> {
        let malformed = |source| Error::malformed(&self.id, source);
        let amount = |minor| from_stripe(minor, &self.currency).map_err(malformed);
        let source: Option<SourceId> =
            self.source.as_ref().map(|source| source.id().parse()).transpose().map_err(malformed)?;
        let detail = |fee: &Fee| {
            let amount = from_stripe(fee.amount, &fee.currency).map_err(malformed)?;
            Ok::<_, Error>(FeeDetail { kind: fee.kind.clone().into(), amount })
        };
        let row = BalanceTransactionRow {
            id: self.id.parse().map_err(malformed)?,
            amount: amount(self.amount)?,
            fee: amount(self.fee)?,
            net: amount(self.net)?,
            fee_details: self.fee_details.iter().flatten().map(detail).collect::<Result<_, _>>()?,
            description: self.description(source.as_ref()),
            source,
            kind: self.kind.clone().into(),
            reporting_category: self.category(),
            created: time::at(self.created, &self.id)?,
            available_on: time::at(self.available_on, &self.id)?,
            balance_type: self.balance_type.clone().map_or(BalanceType::Payments, Into::into),
            // It is told, and nothing is computed with it: what cannot be read is left out.
            exchange_rate: self.exchange_rate.as_ref().and_then(|rate| rate.to_string().try_into().ok()),
        };
        BalanceTransaction::new(row)
            .map_err(|source| Error::Malformed { subject: "Stripe's balance".to_owned(), source })
    }

    /// The type where there is no category, which then is none that a rule knows.
    fn category(&self) -> Category {
        self.reporting_category.as_ref().unwrap_or(&self.kind).clone().into()
    }

    /// Only where it tells one bill from another: that of a customer's money has the order's description, and so a name.
    fn description(&self, source: Option<&SourceId>) -> Option<String> {
        let is_of_customer = source.is_some_and(|source| {
            matches!(source.kind(), SourceKind::Charge | SourceKind::Refund | SourceKind::Dispute)
        });
        let text = self.description.as_ref().filter(|_| !is_of_customer)?;
        Some(canonical::redact(text, DESCRIPTION_MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn row(changes: &Value) -> Value {
        let mut row = json!({
            "id": "txn_1", "object": "balance_transaction", "amount": 5000, "fee": 175, "net": 4825, "currency": "usd",
            "fee_details": [{"amount": 175, "currency": "usd", "type": "stripe_fee", "application": null}],
            "source": "ch_1", "type": "charge", "reporting_category": "charge", "description": "Order #42 by Ann Lee",
            "created": 1_772_442_840, "available_on": 1_772_582_400, "balance_type": "payments",
            "exchange_rate": null, "status": "pending"
        });
        row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        row
    }

    fn read(changes: &Value) -> Result<BalanceTransaction, Error> {
        serde_json::from_value::<Row>(row(changes)).unwrap().transaction()
    }

    #[test]
    fn what_is_told_is_kept_and_no_name_is() {
        let charge = read(&json!({})).unwrap();
        assert_eq!((charge.net.to_string(), &charge.description), ("48.25 USD".to_owned(), &None));
        assert_eq!(charge.fee_details[0].amount.to_string(), "1.75 USD");
        for (source, description) in [
            (json!("re_1"), None),
            (json!({"id": "du_1", "object": "dispute", "evidence": {"customer_name": "Ann Lee"}}), None),
            (json!("po_1"), Some("Radar of [mail]")),
            (json!(null), Some("Radar of [mail]")),
        ] {
            let read = read(&json!({"source": source, "description": "Radar of a@b.com"})).unwrap();
            assert_eq!(read.description.as_deref(), description, "{source}");
        }
    }

    #[test]
    fn rates_are_read_as_decimals() {
        for (rate, text) in [
            (json!(0.9137), Some("0.9137")),
            (json!(1.094_5), Some("1.0945")),
            (json!(156), Some("156")),
            (json!(0.000_001), Some("0.000001")),
            (json!(null), None),
        ] {
            let read = read(&json!({"exchange_rate": rate})).unwrap();
            assert_eq!(read.exchange_rate.map(|rate| rate.to_string()).as_deref(), text, "{rate}");
        }
    }

    #[test]
    fn what_is_newer_or_older_is_read_all_the_same() {
        let new = read(&json!({
            "type": "moonshine", "reporting_category": "moon_tax", "balance_type": "moon",
            "fee_details": [{"amount": 175, "currency": "usd", "type": "moon_fee"}]
        }));
        let new = new.unwrap();
        assert_eq!((new.kind.as_str(), new.reporting_category.as_str()), ("moonshine", "moon_tax"));
        assert_eq!((new.balance_type.as_str(), new.fee_details[0].kind.as_str()), ("moon", "moon_fee"));
        let mut old = row(&json!({"type": "adjustment"}));
        for name in
            ["reporting_category", "balance_type", "fee_details", "description", "source", "exchange_rate"]
        {
            old.as_object_mut().unwrap().remove(name);
        }
        let old = serde_json::from_value::<Row>(old).unwrap().transaction().unwrap();
        assert_eq!((old.reporting_category.as_str(), old.is_of_payments()), ("adjustment", true));
    }

    #[test]
    fn what_cannot_be_booked_says_which_it_is() {
        for (changes, code, says) in [
            (json!({"net": 4826}), "net_differs", "txn_1"),
            (json!({"currency": "zzz"}), "unknown_currency", "txn_1"),
            (
                json!({"fee_details": [{"amount": 175, "currency": "lyd", "type": "tax"}]}),
                "malformed_value",
                "txn_1",
            ),
            (json!({"id": "ch_1"}), "malformed_value", "ch_1"),
            (json!({"source": ""}), "malformed_value", "txn_1"),
            (json!({"created": i64::MAX}), "unknown_value", "txn_1"),
        ] {
            let error = read(&changes).unwrap_err();
            assert_eq!(error.code(), code, "{changes}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    proptest! {
        /// A row is read exactly where it adds up, and then it is the same there and back.
        #[test]
        fn a_row_is_read_where_it_adds_up(
            amount in any::<i32>(), fee in any::<i32>(), off in -3_i64..=3,
            currency in prop_oneof![Just("usd"), Just("jpy"), Just("kwd"), Just("huf")],
        ) {
            let net = i64::from(amount) - i64::from(fee) + off;
            let read = read(&json!({"amount": amount, "fee": fee, "net": net, "currency": currency}));
            prop_assert_eq!(read.is_ok(), off == 0);
            if let Ok(read) = read {
                prop_assert_eq!(read.net.minor(), net);
                let text = serde_json::to_string(&read).unwrap();
                prop_assert_eq!(serde_json::from_str::<BalanceTransaction>(&text).unwrap(), read);
            }
        }
    }
}
