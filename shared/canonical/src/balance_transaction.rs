//! A movement of the provider's balance: what each journal is made of.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::cut;
use crate::id::ID_LENGTH_MAX;
use crate::{
    BalanceTransactionId, BalanceType, Category, Currency, Error, FeeKind, Money, Rate, TransactionType,
};

/// A movement whose net is its amount less its fee, in one currency: nothing else can be had.
///
/// Source: <https://docs.stripe.com/api/balance_transactions/object>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "BalanceTransactionRow", into = "BalanceTransactionRow")]
pub struct BalanceTransaction(BalanceTransactionRow);

/// What a movement says of itself, not checked yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalanceTransactionRow {
    /// Its id.
    pub id: BalanceTransactionId,
    /// Gross, in the settlement currency; below nothing where money leaves the balance.
    pub amount: Money,
    /// What it cost; below nothing where a fee comes back.
    pub fee: Money,
    /// By how much the balance changed.
    pub net: Money,
    /// What the fee is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fee_details: Vec<FeeDetail>,
    /// What moved the money; monthly fees and network costs have nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// How it was made.
    #[serde(rename = "type")]
    pub kind: TransactionType,
    /// What it is to an accountant.
    pub reporting_category: Category,
    /// What Stripe writes about it; tells one bill from another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// From when on it can be paid out.
    #[schemars(with = "String")]
    pub available_on: Timestamp,
    /// Which balance it moved; older rows do not say, and are of payments.
    #[serde(default = "payments")]
    pub balance_type: BalanceType,
    /// Settlement units per unit that the customer paid in, where they differ. Information: nothing is computed with it but which
    /// part of a difference the rate made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Rate>,
}

const fn payments() -> BalanceType {
    BalanceType::Payments
}

/// A part of a fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeDetail {
    /// What it is.
    pub kind: FeeKind,
    /// How much; positive is a cost.
    pub amount: Money,
}

impl BalanceTransaction {
    /// A movement that adds up.
    ///
    /// # Errors
    /// A net that is not the amount less the fee; two currencies.
    pub fn new(row: BalanceTransactionRow) -> Result<Self, Error> {
        if row.amount.checked_sub(row.fee)? == row.net {
            Ok(Self(row))
        } else {
            let BalanceTransactionRow { id, amount, fee, net, .. } = row;
            Err(Error::NetDiffers { transaction: id, amount, fee, net })
        }
    }

    /// The settlement currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// Whether it is of the balance that payouts are made from.
    #[must_use]
    pub fn is_of_payments(&self) -> bool {
        self.balance_type == BalanceType::Payments
    }
}

/// To read, not to write: a field that changes could break the sum.
impl Deref for BalanceTransaction {
    type Target = BalanceTransactionRow;

    fn deref(&self) -> &BalanceTransactionRow {
        &self.0
    }
}

impl TryFrom<BalanceTransactionRow> for BalanceTransaction {
    type Error = Error;

    fn try_from(row: BalanceTransactionRow) -> Result<Self, Error> {
        Self::new(row)
    }
}

impl From<BalanceTransaction> for BalanceTransactionRow {
    fn from(transaction: BalanceTransaction) -> Self {
        transaction.0
    }
}

/// The provider's id of what moved the money. Its prefix says what that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(String);

/// What moved the money, by the prefix of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// `ch_`, `py_`.
    Charge,
    /// `re_`, `pyr_`.
    Refund,
    /// `du_`, `dp_`.
    Dispute,
    /// `po_`.
    Payout,
    /// `tr_`, `trr_`.
    Transfer,
    /// `fee_`, `fr_`: a platform's share and its refund.
    ApplicationFee,
    /// `tu_`.
    Topup,
    /// Any other.
    Other,
}

impl SourceId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is the id of.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self.0.split_once('_').map_or("", |(prefix, _)| prefix) {
            "ch" | "py" => SourceKind::Charge,
            "re" | "pyr" => SourceKind::Refund,
            "du" | "dp" => SourceKind::Dispute,
            "po" => SourceKind::Payout,
            "tr" | "trr" => SourceKind::Transfer,
            "fee" | "fr" => SourceKind::ApplicationFee,
            "tu" => SourceKind::Topup,
            _ => SourceKind::Other,
        }
    }
}

impl TryFrom<String> for SourceId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let is_id = |c: char| !c.is_control() && !c.is_whitespace();
        if !text.is_empty() && text.len() <= ID_LENGTH_MAX && text.chars().all(is_id) {
            Ok(Self(text))
        } else {
            Err(Error::MalformedId { expected: "an id of Stripe's", text: cut(&text, 40) })
        }
    }
}

impl FromStr for SourceId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned())
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for SourceId {
    fn schema_name() -> Cow<'static, str> {
        "SourceId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "description": "an id of Stripe's" })
    }
}
