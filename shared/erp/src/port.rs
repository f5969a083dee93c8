//! What an ERP is asked. Documents go in and come back in the words of [`wire`](crate::wire), whatever the ERP calls them, so that
//! one logic decides what is there already, what differs and which of two stands; and refusals have the codes of the generic
//! contract, so that each has one class and one advice.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use canonical::{AccountCode, Currency, Money, NaturalKey, Sku};
use flow::Call;
use jiff::Timestamp;
use jiff::civil::Date;
use outbound::Right;
use serde::Serialize;

use crate::Error;
use crate::document::{Document, Kind};
use crate::health::read::Health;
use crate::wire::{CreditNote, Customer, Invoice, Item, Journal, Order, Payment};

/// A document that is to be there.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Put<'a> {
    Order(&'a Order),
    Invoice(&'a Invoice),
    CreditNote(&'a CreditNote),
    Payment(&'a Payment),
    Journal(&'a Journal),
}

impl Put<'_> {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Order(_) => Kind::Order,
            Self::Invoice(_) => Kind::Invoice,
            Self::CreditNote(_) => Kind::CreditNote,
            Self::Payment(_) => Kind::Payment,
            Self::Journal(_) => Kind::Journal,
        }
    }
}

/// One company of one ERP. Every refusal is an [`Error::Refused`] in the generic contract's codes, or what the transport says.
#[async_trait]
pub(crate) trait Port: fmt::Debug + Send + Sync {
    /// The port of one call: its deadline and trace id.
    fn bind(&self, call: &Call) -> Arc<dyn Port>;

    /// The time, as requests are sent by it.
    fn now(&self) -> Timestamp;

    /// Makes a customer, or brings theirs up to date.
    async fn put_customer(&self, key: &NaturalKey, customer: &Customer) -> Result<(), Error>;

    /// Makes an item that the ERP said it does not know.
    async fn put_item(&self, sku: &Sku, item: &Item<'_>) -> Result<(), Error>;

    /// Makes a document under its key, unless the key has one; gives what is there and whether it is new. An order may come back as
    /// a draft, all else is posted. One that is there and differs may be given back as it is, or refused as `content_differs`. A
    /// line's unknown item is refused as `sku_unknown` at `/lines/<n>/sku`.
    async fn put(&self, key: &NaturalKey, document: Put<'_>) -> Result<(Document, bool), Error>;

    /// Every document of a key: drafts, posted and cancelled ones.
    async fn of_key(&self, kind: Kind, key: &NaturalKey) -> Result<Vec<Document>, Error>;

    /// Confirms an order by its id; repeatable.
    async fn confirm(&self, order: &str) -> Result<Document, Error>;

    /// Takes an order back by its id; repeatable.
    async fn cancel(&self, order: &str) -> Result<Document, Error>;

    /// The invoices (no credit notes) of an order that were changed since then.
    async fn invoices_of(&self, order: &NaturalKey, since: Timestamp) -> Result<Vec<Document>, Error>;

    /// The codes of all accounts.
    async fn accounts(&self) -> Result<BTreeSet<String>, Error>;

    /// What is on an account in a currency, all days up to this one; a debit is above nothing.
    async fn balance(&self, account: &AccountCode, currency: Currency, as_of: Date) -> Result<Money, Error>;

    /// Whose books these are.
    async fn health(&self) -> Result<Health, Error>;

    /// Whether the token may do what flows need. What stands in the way is said of each right.
    async fn rights(&self) -> Vec<Right>;
}
