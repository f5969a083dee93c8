//! `stripe.refund.list`: the refunds of a charge as they are now, each with its movements of the balance, and which of them an event
//! is about.
//!
//! One call where the charge is known, two where only the refund is. An event of a charge says how much went back in all, not by
//! which refund: it is about all of them.
//! Source: <https://docs.stripe.com/api/refunds/list>, <https://docs.stripe.com/upgrades#2022-11-15> (a charge has no list of refunds).

use std::borrow::Cow;

use canonical::{ChargeId, Refund, RefundId, StripeAccount};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::wire::Wire;
use crate::page::{Page, ROWS_MAX};
use crate::reference::{Reference, reference};
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.refund.list";
/// Pages that are read of one charge: nobody pays one payment back in more than 500 parts.
pub const PAGES_MAX: u32 = 5;

/// Of which charge.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Input {
    /// What the event is about.
    pub about: About,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A refund. Its charge, where the event says it, saves a call: it never changes.
    Refund(RefundId, Option<ChargeId>),
    /// A charge, and so all its refunds.
    Charge(ChargeId),
}

/// What is read: a refund, a charge, or both.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// The refund that the event is about.
    refund: Option<RefundId>,
    /// The charge that the event is about, or that of the refund.
    charge: Option<ChargeId>,
    /// The account that the event names, where it is not the pair's own.
    account: Option<StripeAccount>,
}

impl TryFrom<Fields> for Input {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let about = match (fields.refund, fields.charge) {
            (Some(refund), charge) => About::Refund(refund, charge),
            (None, Some(charge)) => About::Charge(charge),
            (None, None) => return Err("neither `refund` nor `charge` is there"),
        };
        Ok(Self { about, account: fields.account })
    }
}

impl JsonSchema for Input {
    fn schema_name() -> Cow<'static, str> {
        "Input".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Fields::json_schema(generator)
    }
}

/// Refunds of one charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// All of them, the oldest first, failed ones too.
    pub refunds: Vec<Refund>,
    /// Those that the event is about.
    pub about: Vec<RefundId>,
}

/// A refund, read for its charge only.
#[derive(Deserialize)]
struct Found {
    id: String,
    #[serde(default, deserialize_with = "reference")]
    charge: Option<Reference<Charge>>,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    livemode: bool,
}

/// Lists them.
///
/// # Errors
/// [`Error::RefundWithoutCharge`], [`Error::ObjectUnknown`], [`Error::ChargeUnknown`]; [`Error::ListBehind`] where the list lacks the
/// refund that the event is about, [`Error::EndlessList`] where there are too many; else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let (refund, charge) = match input.about {
        About::Charge(charge) => (None, charge),
        About::Refund(refund, Some(charge)) => (Some(refund), charge),
        About::Refund(refund, None) => {
            let charge = charge_of(&client, &refund, input.account.as_ref()).await?;
            (Some(refund), charge)
        }
    };
    let refunds = of_charge(&client, &charge, input.account.as_ref()).await?;
    let about = match refund {
        None => refunds.iter().map(|it| it.refund.clone()).collect(),
        Some(refund) if refunds.iter().any(|it| it.refund == refund) => vec![refund],
        Some(refund) => return Err(Error::ListBehind { charge, missing: refund }),
    };
    Ok(Output { refunds, about })
}

async fn charge_of(
    client: &Client,
    refund: &RefundId,
    account: Option<&StripeAccount>,
) -> Result<ChargeId, Error> {
    let path = format!("/v1/refunds/{}", form::segment(refund.as_str()));
    let read = client.get::<Found>(NAME, &path, &[("expand[]", "charge")], account).await;
    let found = read.map_err(|error| error.or_object_unknown(refund.as_str()))?.object;
    let id = match found.charge {
        None => return Err(Error::RefundWithoutCharge { refund: refund.to_string() }),
        Some(Reference::Id(id)) => id,
        // Only the charge says the mode.
        Some(Reference::Object(charge)) if charge.livemode != client.settings().livemode => {
            return Err(Error::WrongMode { what: found.id, livemode: charge.livemode });
        }
        Some(Reference::Object(charge)) => charge.id,
    };
    id.parse().map_err(|source| Error::malformed(refund.as_str(), source))
}

async fn of_charge(
    client: &Client,
    charge: &ChargeId,
    account: Option<&StripeAccount>,
) -> Result<Vec<Refund>, Error> {
    let limit = ROWS_MAX.to_string();
    let mut refunds = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut query = vec![
            ("charge", charge.as_str()),
            ("limit", limit.as_str()),
            ("expand[]", "data.balance_transaction"),
            ("expand[]", "data.failure_balance_transaction"),
        ];
        query.extend(after.as_deref().map(|after| ("starting_after", after)));
        let read = client.get::<Page<Wire>>(NAME, "/v1/refunds", &query, account).await;
        let page = read.map_err(|error| error.or_charge_unknown(charge))?.page(NAME)?;
        for wire in &page.data {
            refunds.push(wire.refund(client.settings())?);
        }
        if !page.has_more {
            // Stripe has the newest first, and two of one second in that order too.
            refunds.reverse();
            return Ok(refunds);
        }
        after = page.data.last().map(|last| last.id.clone());
    }
    Err(Error::EndlessList { what: "refunds", of: charge.to_string(), rows: refunds.len() })
}
