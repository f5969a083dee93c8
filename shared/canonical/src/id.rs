//! Ids as types. Each can only be had by parsing, for serde too, so a function that takes one need not check it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::cut;

/// Longest id that any of the outside systems gives (Stripe says 255 characters).
pub const ID_LENGTH_MAX: usize = 255;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, |$text:ident| $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                let $text = text.as_str();
                if !$text.is_empty() && $text.len() <= ID_LENGTH_MAX && $valid {
                    Ok(Self(text))
                } else {
                    Err(Error::MalformedId { expected: $expected, text: cut(&text, 40) })
                }
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "minLength": 1, "description": $expected })
            }
        }
    };
}

fn printable(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && !c.is_whitespace())
}

text_id!(
    /// A pair: one Stripe account, one Magento, its ERP and its WMS. Lower-case letters, digits and `-`.
    PairId,
    "a pair (lower-case letters, digits and `-`, at most 32)",
    |text| text.len() <= 32 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
text_id!(
    /// An event's id: Stripe's `evt_…`, the WMS's own, or one of ours (`poll:…`, `sweep:…`).
    EventId,
    "an event id",
    |text| printable(text)
);
text_id!(
    /// A Stripe account, `acct_…`.
    StripeAccount,
    "a Stripe account (`acct_…`)",
    |text| text.starts_with("acct_") && printable(text)
);
text_id!(
    /// A Stripe charge: `ch_…`, or `py_…` for methods that are no card.
    ChargeId,
    "a Stripe charge (`ch_…` or `py_…`)",
    |text| (text.starts_with("ch_") || text.starts_with("py_")) && printable(text)
);
text_id!(
    /// A Stripe payment intent, `pi_…`.
    PaymentIntentId,
    "a Stripe payment intent (`pi_…`)",
    |text| text.starts_with("pi_") && printable(text)
);
text_id!(
    /// A Stripe customer, `cus_…` (`gcus_…` for Stripe's own guests).
    CustomerId,
    "a Stripe customer (`cus_…`)",
    |text| (text.starts_with("cus_") || text.starts_with("gcus_")) && printable(text)
);
text_id!(
    /// A movement of the Stripe balance, `txn_…`.
    BalanceTransactionId,
    "a Stripe balance transaction (`txn_…`)",
    |text| text.starts_with("txn_") && printable(text)
);
text_id!(
    /// A Stripe payment method: `pm_…`, `card_…` or `src_…` on older customers.
    PaymentMethodId,
    "a Stripe payment method (`pm_…`)",
    |text| text.contains('_') && printable(text)
);
text_id!(
    /// A Stripe payout, `po_…`.
    PayoutId,
    "a Stripe payout (`po_…`)",
    |text| text.starts_with("po_") && printable(text)
);
text_id!(
    /// A Stripe refund: `re_…`, or `pyr_…` for methods that are no card.
    RefundId,
    "a Stripe refund (`re_…` or `pyr_…`)",
    |text| (text.starts_with("re_") || text.starts_with("pyr_")) && printable(text)
);
text_id!(
    /// A Stripe dispute: `du_…`, `dp_…` on older accounts.
    DisputeId,
    "a Stripe dispute (`du_…` or `dp_…`)",
    |text| (text.starts_with("du_") || text.starts_with("dp_")) && printable(text)
);
text_id!(
    /// The order number that people see (`000000042`, `DE-1-2`): unique within a Magento store only.
    IncrementId,
    "an order number",
    |text| text.len() <= 64 && text.chars().all(|c| !c.is_control())
);
text_id!(
    /// A stock-keeping unit, blanks allowed. A product's has 64 characters at most; an order's row appends those of custom
    /// options and of a bundle's parts (`Sales/etc/db_schema.xml` of magento/magento2: 255).
    Sku,
    "a SKU (at most 255 characters)",
    |text| text.chars().count() <= 255 && text.chars().all(|c| !c.is_control())
);
text_id!(
    /// What makes a document one and the same in the system that holds it: `tb:<account>:<kind>:<id>`, ASCII, at
    /// most 140 characters, written into a field that can be searched.
    NaturalKey,
    "a natural key (ASCII without blanks, at most 140 characters)",
    |text| text.len() <= 140 && text.bytes().all(|b| b.is_ascii_graphic())
);

/// Magento's own id of an order (`entity_id`); people use the [`IncrementId`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct OrderId(u64);

impl OrderId {
    /// An id that Magento gave.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for OrderId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::MalformedId {
            expected: "a Magento order id (a number)",
            text: cut(text, 40),
        })
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
