//! A ledger and movements, said shortly.

use books::{Chart, Context, DisputeState, Elsewhere, Entry, Held, Ledger, Rates, Receivable, Role};
use canonical::{
    BalanceTransaction, BalanceTransactionRow, BalanceType, Category, Currency, FeeDetail, FeeKind, Money,
};
use jiff::civil::Date;
use serde::Deserialize;

/// `92.00 EUR`.
pub(crate) fn money(text: &str) -> Money {
    let (amount, currency) = text.split_once(' ').unwrap();
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(crate) const CURRENCIES: [&str; 5] = ["USD", "EUR", "GBP", "JPY", "KWD"];

/// A chart whose codes are the names of its roles.
pub(crate) fn chart() -> Chart {
    let codes = ["US-NY".to_owned(), "DE-19".to_owned()];
    let currencies = CURRENCIES.map(currency);
    Chart::new(Role::all(&currencies, &codes).map(|role| (role.clone(), role.to_string().parse().unwrap())))
}

/// A rate of each currency on each day asked for.
pub(crate) fn ledger(company: &str, zone: &str, rates: &[(&str, &str, &str)]) -> Ledger {
    let mut known = Rates::new(currency(company), 0);
    for (code, date, rate) in rates {
        known.set(currency(code), date.parse().unwrap(), (*rate).to_owned().try_into().unwrap()).unwrap();
    }
    Ledger {
        account: "acct_1".parse().unwrap(),
        zone: jiff::tz::TimeZone::get(zone).unwrap(),
        chart: chart(),
        rates: known,
    }
}

/// A movement and what is known of it, as a golden case writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Movement {
    pub(crate) id: String,
    pub(crate) category: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    pub(crate) amount: String,
    #[serde(default)]
    fee: Option<String>,
    /// Kind and amount; what is not said is Stripe's own fee.
    #[serde(default)]
    fee_parts: Vec<(String, String)>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    description: Option<String>,
    pub(crate) created: String,
    #[serde(default)]
    balance: Option<String>,
    #[serde(default)]
    exchange_rate: Option<String>,
    #[serde(default)]
    order: Option<String>,
    /// Amount and base.
    #[serde(default)]
    receivable: Option<(String, String)>,
    #[serde(default)]
    dispute: Option<DisputeState>,
    /// Amount, base and the rate then.
    #[serde(default)]
    held: Option<(String, String, Option<String>)>,
    #[serde(default)]
    payout: Option<String>,
    #[serde(default)]
    elsewhere: Elsewhere,
}

impl Movement {
    pub(crate) fn entry(&self) -> Entry {
        Entry { transaction: self.transaction(), context: self.context() }
    }

    fn transaction(&self) -> BalanceTransaction {
        let amount = money(&self.amount);
        let fee = self.fee.as_deref().map_or(Money::zero(amount.currency()), money);
        let part = |(kind, amount): &(String, String)| FeeDetail {
            kind: FeeKind::from(kind.clone()),
            amount: money(amount),
        };
        BalanceTransaction::new(BalanceTransactionRow {
            id: self.id.parse().unwrap(),
            amount,
            fee,
            net: amount.checked_sub(fee).unwrap(),
            fee_details: self.fee_parts.iter().map(part).collect(),
            source: self.source.as_ref().map(|id| id.parse().unwrap()),
            kind: self.kind.clone().unwrap_or_else(|| self.category.clone()).into(),
            reporting_category: Category::from(self.category.clone()),
            description: self.description.clone(),
            created: self.created.parse().unwrap(),
            available_on: self.created.parse().unwrap(),
            balance_type: self.balance.clone().map_or(BalanceType::Payments, BalanceType::from),
            exchange_rate: self.exchange_rate.clone().map(|rate| rate.try_into().unwrap()),
        })
        .unwrap()
    }

    fn context(&self) -> Context {
        let receivable =
            |(amount, base): &(String, String)| Receivable { amount: money(amount), base: money(base) };
        let held = |(amount, base, rate): &(String, String, Option<String>)| Held {
            amount: money(amount),
            base: money(base),
            exchange_rate: rate.clone().map(|rate| rate.try_into().unwrap()),
        };
        Context {
            order: self.order.as_ref().map(|number| number.parse().unwrap()),
            party: self.order.as_ref().map(|_| "tb:acct_1:customer:7".parse().unwrap()),
            receivable: self.receivable.as_ref().map(receivable),
            dispute: self.dispute,
            held: self.held.as_ref().map(held),
            payout: self.payout.as_ref().map(|id| id.parse().unwrap()),
            elsewhere: self.elsewhere,
            ..Context::default()
        }
    }
}

/// A movement of an amount in USD on 1 March 2026, with nothing known of it.
pub(crate) fn movement(id: &str, category: &str, amount: &str) -> Entry {
    let text = serde_json::json!({
        "id": id, "category": category, "amount": amount, "created": "2026-03-01T10:00:00Z"
    });
    serde_json::from_value::<Movement>(text).unwrap().entry()
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}
