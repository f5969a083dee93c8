//! The generic REST ERP: `PUT /{kind}/{key}` makes one and the same document, `GET /{kind}?key=` finds it, errors are RFC 9457
//! problems with a `code`.

mod invoices;
mod rights;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use canonical::{AccountCode, Currency, Money, NaturalKey, Sku};
use flow::Call;
use jiff::Timestamp;
use jiff::civil::Date;
use outbound::rest::{self, Exchange, Rest};
use outbound::{Answer, Effect, Method, Problem, Right};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;
use crate::document::{Document, Kind};
use crate::health::read::Health;
use crate::port::{Port, Put};
use crate::wire::{Customer, Item, MoneyText};

/// Documents of one key that are looked at: more than two have never been seen.
const OF_ONE_KEY_MAX: usize = 20;

/// The port over REST.
#[derive(Clone)]
pub(crate) struct Generic {
    rest: Rest,
}

impl fmt::Debug for Generic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generic").finish_non_exhaustive()
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    #[serde(default)]
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    code: String,
}

#[derive(Deserialize)]
struct Balance {
    account: AccountCode,
    balance: MoneyText,
}

#[async_trait]
impl Port for Generic {
    fn bind(&self, call: &Call) -> Arc<dyn Port> {
        Arc::new(Self { rest: self.rest.bind(call.deadline, &call.trace_id) })
    }

    fn now(&self) -> Timestamp {
        self.rest.outbound().now()
    }

    async fn put_customer(&self, key: &NaturalKey, customer: &Customer) -> Result<(), Error> {
        self.put_as::<_, Value>(Kind::Customer, key.as_str(), customer).await.map(drop)
    }

    async fn put_item(&self, sku: &Sku, item: &Item<'_>) -> Result<(), Error> {
        self.put_as::<_, Value>(Kind::Item, sku.as_str(), item).await.map(drop)
    }

    async fn put(&self, key: &NaturalKey, document: Put<'_>) -> Result<(Document, bool), Error> {
        self.put_as(document.kind(), key.as_str(), &document).await
    }

    async fn of_key(&self, kind: Kind, key: &NaturalKey) -> Result<Vec<Document>, Error> {
        let encoded = rest::encoded(key.as_str()).unwrap_or_default();
        let query = format!("?key={encoded}&limit={OF_ONE_KEY_MAX}");
        let page: Page<Document> =
            self.get(&format!("/{}", kind.plural()), &query, format!("find {kind} {key}")).await?;
        Ok(page.data)
    }

    async fn confirm(&self, order: &str) -> Result<Document, Error> {
        self.act(Kind::Order, order, "confirm").await
    }

    async fn cancel(&self, order: &str) -> Result<Document, Error> {
        self.act(Kind::Order, order, "cancel").await
    }

    async fn invoices_of(&self, order: &NaturalKey, since: Timestamp) -> Result<Vec<Document>, Error> {
        invoices::of(self, order, since).await
    }

    async fn accounts(&self) -> Result<BTreeSet<String>, Error> {
        let page: Page<Account> = self.get("/accounts", "", "read the chart of accounts".to_owned()).await?;
        Ok(page.data.into_iter().map(|account| account.code).collect())
    }

    async fn balance(&self, account: &AccountCode, currency: Currency, as_of: Date) -> Result<Money, Error> {
        let encoded = rest::encoded(account.as_str()).unwrap_or_default();
        let query = format!("?account={encoded}&as_of={as_of}");
        let page: Page<Balance> =
            self.get("/balances", &query, format!("read the balance of account {account}")).await?;
        let of_it = page.data.into_iter().filter(|row| row.account == *account);
        let found = of_it.map(|row| row.balance.0).find(|balance| balance.currency() == currency);
        Ok(found.unwrap_or(Money::zero(currency)))
    }

    async fn health(&self) -> Result<Health, Error> {
        self.get("/health", "", "read the ERP's health".to_owned()).await
    }

    async fn rights(&self) -> Vec<Right> {
        rights::of(self).await
    }
}

impl Generic {
    pub(crate) const fn new(rest: Rest) -> Self {
        Self { rest }
    }

    /// `GET`. `query` begins with `?`, or is empty.
    async fn get<T: DeserializeOwned>(&self, path: &str, query: &str, action: String) -> Result<T, Error> {
        let path_and_query = format!("{path}{query}");
        let headers = Vec::new();
        let exchange =
            Exchange { method: Method::Get, path_and_query, headers, effect: Effect::Read, action };
        read(&self.send(exchange, None::<&()>).await?)
    }

    /// `PUT /{kind}/{key}`; gives the document and whether it is new.
    async fn put_as<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
        body: &B,
    ) -> Result<(T, bool), Error> {
        let answer = self.send(putting(kind, key, Vec::new())?, Some(body)).await?;
        Ok((read(&answer)?, answer.status == 201))
    }

    /// `PUT /{kind}/{key}` of an empty document in a version that there is not: writes nothing.
    async fn put_nothing(&self, kind: Kind, key: &str) -> Result<(), Error> {
        let if_match = vec![("if-match", "\"tb-check\"".to_owned())];
        self.send(putting(kind, key, if_match)?, Some(&Map::new())).await.map(drop)
    }

    /// `POST /{kind}/{id}/{verb}`, repeatable by contract.
    async fn act<T: DeserializeOwned>(&self, kind: Kind, id: &str, verb: &str) -> Result<T, Error> {
        let exchange = Exchange {
            method: Method::Post,
            path_and_query: format!("/{}/{}/{verb}", kind.plural(), segment(kind, id)?),
            headers: Vec::new(),
            effect: Effect::Write,
            action: format!("{verb} {kind} {id}"),
        };
        read(&self.send(exchange, Some(&Map::new())).await?)
    }

    async fn send<B: Serialize + Sync>(&self, exchange: Exchange, body: Option<&B>) -> Result<Answer, Error> {
        let (action, effect) = (exchange.action.clone(), exchange.effect);
        let answer = self.rest.send(exchange, body).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(Error::Refused { problem: Box::new(Problem::read(&action, effect, &answer)) })
    }
}

fn putting(kind: Kind, key: &str, headers: Vec<(&'static str, String)>) -> Result<Exchange, Error> {
    Ok(Exchange {
        method: Method::Put,
        path_and_query: format!("/{}/{}", kind.plural(), segment(kind, key)?),
        headers,
        effect: Effect::Write,
        action: format!("put {kind} {key}"),
    })
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    Ok(answer.json()?)
}

fn segment(kind: Kind, text: &str) -> Result<String, Error> {
    rest::encoded(text).ok_or_else(|| Error::Unaddressable { kind, key: text.to_owned() })
}
