//! `erp.payment.put`: one payment from a customer, or to one, under its key. Converges: one that is there and means the same is
//! kept. Two calls: put, and a find for a second one.
//!
//! Where it settled in another currency than the customer's it is posted as a journal ([`exchange`](super::exchange)).

use canonical::{Money, NaturalKey, PaymentEntry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exchange;
use crate::document::{Document, Kept, Kind};
use crate::port::Put;
use crate::posted;
use crate::settings::FX_GAIN_LOSS;
use crate::{Client, Error, Settings, wire};

/// The action's name.
pub const NAME: &str = "erp.payment.put";

/// What is booked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payment.
    pub document: PaymentEntry,
}

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The ERP's id.
    pub id: String,
    /// The key.
    pub key: NaturalKey,
    /// Whether this call made it.
    pub created: bool,
    /// What it is in the ERP.
    pub posted_as: PostedAs,
}

impl Output {
    fn of(kept: Kept, posted_as: PostedAs) -> Self {
        let Kept { id, key, created } = kept;
        Self { id, key, created, posted_as }
    }
}

/// What a payment is in the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostedAs {
    /// A payment, matched to its documents.
    Payment,
    /// A journal: its currencies differ.
    Journal,
}

impl PostedAs {
    fn of(payment: &PaymentEntry) -> Self {
        if exchange::is_exchanged(payment) { Self::Journal } else { Self::Payment }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Payment => Kind::Payment,
            Self::Journal => Kind::Journal,
        }
    }
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key.clone())
}

/// Looks for the payment. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds another, [`Error::DuplicateDocument`] where it holds two, or as the ERP answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let payment = input.document;
    let posted_as = PostedAs::of(&payment);
    let same = |theirs: &Document| same(&payment, client.settings(), theirs);
    let found = posted::find(&client, posted_as.kind(), &payment.key, same).await?;
    Ok(found.map(|kept| Output::of(kept, posted_as)))
}

/// Converges.
///
/// # Errors
/// The payment is no payment, or an account or a rate for it is missing (nothing is sent); [`Error::NotBooked`] where the ERP has
/// not got what it pays yet; [`Error::DuplicateDocument`] where two are posted, because a posted one is reversed by a person; or
/// as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let payment = input.document;
    let settings = client.settings();
    check(&payment)?;
    let posted_as = PostedAs::of(&payment);
    let key = &payment.key;
    let same = |theirs: &Document| same(&payment, settings, theirs);
    let put = match posted_as {
        PostedAs::Payment => {
            let rate = exchange::rate(payment.amount, payment.exchange_rate, settings)?;
            posted::put(&client, key, Put::Payment(&wire::Payment::of(&payment, rate)), same).await
        }
        PostedAs::Journal => {
            posted::put(&client, key, Put::Journal(&exchange::sent(&payment, settings)?), same).await
        }
    };
    Ok(Output::of(put.map_err(Error::waiting_for_the_sale)?, posted_as))
}

/// Whether it is something, the same on both sides, and not less than what it is for.
fn check(payment: &PaymentEntry) -> Result<(), Error> {
    if let Some(amount) = [payment.amount, payment.settled].into_iter().find(|amount| amount.minor() <= 0) {
        let key = payment.key.clone();
        return Err(Error::NothingToBook { kind: Kind::Payment, key, amount: amount.to_string() });
    }
    let unsound = |source| Error::Unsound { source };
    let differs = |parts| {
        let document = format!("payment {}", payment.key);
        Err(unsound(canonical::Error::DoesNotAddUp { document, parts, total: payment.amount }))
    };
    if !exchange::is_exchanged(payment) && payment.settled != payment.amount {
        return differs(payment.settled);
    }
    let parts = payment.allocations.iter().map(|allocation| allocation.amount);
    let allocated = Money::sum(payment.amount.currency(), parts).map_err(unsound)?;
    if allocated.minor() > payment.amount.minor() { differs(allocated) } else { Ok(()) }
}

/// Whether what the ERP keeps is what was meant.
fn same(payment: &PaymentEntry, settings: &Settings, document: &Document) -> Result<(), Error> {
    let posted_as = PostedAs::of(payment);
    let (kind, key) = (posted_as.kind(), &payment.key);
    match posted_as {
        PostedAs::Payment => {
            let ours = wire::Payment::of(payment, None);
            let means = |theirs: &wire::Payment| theirs.means_the_same(&ours);
            posted::compare(kind, key, document, None, means)
        }
        PostedAs::Journal => {
            let ours = exchange::sent(payment, settings)?;
            let fx = settings.account(FX_GAIN_LOSS)?;
            let means = |theirs: &wire::Journal| theirs.moves_the_same(&ours, fx, settings.currency);
            posted::compare(kind, key, document, None, means)
        }
    }
}
