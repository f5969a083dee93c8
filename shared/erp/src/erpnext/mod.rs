//! ERPNext, from version 15 on (<https://docs.frappe.io/erpnext>): documents found by a field of our own, `custom_tb_key`, whose unique index is what keeps
//! two workers from making one document twice.

mod accounts;
mod check;
mod credit_note;
mod desk;
mod errors;
mod invoice;
mod journal;
mod keys;
mod number;
mod order;
mod party;
mod payment;
mod rows;
mod site;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use canonical::{AccountCode, Currency, Money, NaturalKey, Sku};
use flow::Call;
use jiff::Timestamp;
use jiff::civil::Date;
use outbound::Right;
use outbound::rest::Rest;

use crate::Error;
use crate::document::{Document, Kind};
use crate::health::read::Health;
use crate::port::{Port, Put};
use crate::wire::{Customer, Item};
use desk::Desk;
use site::Site;

/// One company of a site.
#[derive(Clone)]
pub(crate) struct Erpnext {
    desk: Desk,
    site: Arc<Site>,
}

impl fmt::Debug for Erpnext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erpnext").field("site", &self.site).finish_non_exhaustive()
    }
}

impl Erpnext {
    pub(crate) fn new(erp: &environment::Erp, rest: Rest) -> Result<Self, Error> {
        Ok(Self { desk: Desk::new(rest), site: Arc::new(Site::new(erp)?) })
    }
}

#[async_trait]
impl Port for Erpnext {
    fn bind(&self, call: &Call) -> Arc<dyn Port> {
        Arc::new(Self { desk: self.desk.bind(call), site: self.site.clone() })
    }

    fn now(&self) -> Timestamp {
        self.desk.rest().outbound().now()
    }

    async fn put_customer(&self, key: &NaturalKey, customer: &Customer) -> Result<(), Error> {
        party::put_customer(&self.desk, key, customer).await
    }

    async fn put_item(&self, sku: &Sku, item: &Item<'_>) -> Result<(), Error> {
        party::put_item(&self.desk, &self.site, sku, item).await
    }

    async fn put(&self, key: &NaturalKey, document: Put<'_>) -> Result<(Document, bool), Error> {
        let (desk, site) = (&self.desk, &*self.site);
        match document {
            Put::Order(order) => order::put(desk, site, key, order).await,
            Put::Invoice(invoice) => invoice::put(desk, site, key, invoice).await,
            Put::CreditNote(note) => credit_note::put(desk, site, key, note).await,
            Put::Payment(payment) => payment::put(desk, site, key, payment).await,
            Put::Journal(journal) => journal::put(desk, site, key, journal).await,
        }
    }

    async fn of_key(&self, kind: Kind, key: &NaturalKey) -> Result<Vec<Document>, Error> {
        let (desk, site) = (&self.desk, &*self.site);
        match kind {
            Kind::Order => order::of_key(desk, key).await,
            Kind::Invoice | Kind::CreditNote => invoice::of_key(desk, site, key).await,
            Kind::Payment => payment::of_key(desk, key).await,
            Kind::Journal => journal::of_key(desk, site, key).await,
            // Nothing is asked of them but that they are there.
            Kind::Customer | Kind::Item => Ok(Vec::new()),
        }
    }

    async fn confirm(&self, order: &str) -> Result<Document, Error> {
        order::confirm(&self.desk, order).await
    }

    async fn cancel(&self, order: &str) -> Result<Document, Error> {
        order::cancel(&self.desk, order).await
    }

    async fn invoices_of(&self, order: &NaturalKey, since: Timestamp) -> Result<Vec<Document>, Error> {
        invoice::of_order(&self.desk, &self.site, order, since).await
    }

    async fn accounts(&self) -> Result<BTreeSet<String>, Error> {
        accounts::names(&self.desk, &self.site).await
    }

    async fn balance(&self, account: &AccountCode, currency: Currency, as_of: Date) -> Result<Money, Error> {
        accounts::balance(&self.desk, &self.site, account, currency, as_of).await
    }

    async fn health(&self) -> Result<Health, Error> {
        check::health(&self.desk, &self.site).await
    }

    async fn rights(&self) -> Vec<Right> {
        check::rights(&self.desk).await
    }
}
