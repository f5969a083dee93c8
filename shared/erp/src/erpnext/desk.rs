//! Frappe's REST (<https://docs.frappe.io/framework/user/en/api/rest>): documents under `/api/resource`, methods under `/api/method`.

use flow::Call;
use outbound::rest::{Exchange, Rest, encoded};
use outbound::{Answer, Effect, Method};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::errors;
use crate::Error;
use crate::client::SYSTEM;

/// Values of an `in` filter that one request names: the whole filter stands in its URL, of which servers read 8 KB.
const IN_MAX: usize = 40;

/// A site, as one user of it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Desk {
    rest: Rest,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Message<T> {
    message: T,
}

/// What a document is called.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

impl Desk {
    /// The tokens are `api_key:api_secret`.
    pub(super) fn new(rest: Rest) -> Self {
        Self { rest: rest.with_scheme("token") }
    }

    pub(super) fn bind(&self, call: &Call) -> Self {
        Self { rest: self.rest.bind(call.deadline, &call.trace_id) }
    }

    pub(super) fn rest(&self) -> &Rest {
        &self.rest
    }

    /// Rows that match all filters, `[field, operator, value]` each, oldest first.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        doctype: &str,
        filters: &[Value],
        fields: &[&str],
    ) -> Result<Vec<T>, Error> {
        // All of them: every list here is of one key, one document or one chart.
        let mut query = vec![
            ("fields", json!(fields).to_string()),
            ("filters", json!(filters).to_string()),
            ("limit_page_length", "0".to_owned()),
        ];
        // A filter on a child table joins it, and `creation` could be that of either.
        if filters.iter().all(|filter| filter.as_array().is_some_and(|parts| parts.len() == 3)) {
            query.push(("order_by", "creation asc".to_owned()));
        }
        let pair = |(name, value): (&str, String)| format!("{name}={}", encoded(&value).unwrap_or_default());
        let query: Vec<String> = query.into_iter().map(pair).collect();
        let path = format!("{}?{}", resource(doctype, None), query.join("&"));
        self.get(path, format!("list {doctype}")).await.map(|Data { data }| data)
    }

    /// Rows whose field is one of the values; as many requests as that takes.
    pub(super) async fn list_in<T: DeserializeOwned>(
        &self,
        doctype: &str,
        field: &str,
        values: &[&str],
        fields: &[&str],
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        for some in values.chunks(IN_MAX) {
            found.extend(self.list(doctype, &[json!([field, "in", some])], fields).await?);
        }
        Ok(found)
    }

    /// A document by its name.
    pub(super) async fn read<T: DeserializeOwned>(&self, doctype: &str, name: &str) -> Result<T, Error> {
        self.get(resource(doctype, Some(name)), format!("read {doctype} {name}"))
            .await
            .map(|Data { data }| data)
    }

    /// A new document.
    pub(super) async fn insert<T: DeserializeOwned>(
        &self,
        doctype: &str,
        document: &(impl Serialize + Sync),
        action: String,
    ) -> Result<T, Error> {
        self.write(Method::Post, resource(doctype, None), document, action).await.map(|Data { data }| data)
    }

    /// Changes fields of a document; `docstatus` 1 submits it.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        doctype: &str,
        name: &str,
        fields: &Value,
    ) -> Result<T, Error> {
        let action = format!("change {doctype} {name}");
        self.write(Method::Put, resource(doctype, Some(name)), fields, action).await.map(|Data { data }| data)
    }

    /// Deletes a draft.
    pub(super) async fn delete(&self, doctype: &str, name: &str) -> Result<(), Error> {
        let action = format!("delete {doctype} {name}");
        let _: Value = self.write(Method::Delete, resource(doctype, Some(name)), &json!({}), action).await?;
        Ok(())
    }

    /// Asks a method that changes nothing.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &[(&str, &str)],
        action: String,
    ) -> Result<T, Error> {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", encoded(value).unwrap_or_default());
        let query: Vec<String> = arguments.iter().map(pair).collect();
        let path = format!("/api/method/{method}?{}", query.join("&"));
        self.get(path, action).await.map(|Message { message }| message)
    }

    /// Calls a method that changes something.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &Value,
        action: String,
    ) -> Result<T, Error> {
        let path = format!("/api/method/{method}");
        self.write(Method::Post, path, arguments, action).await.map(|Message { message }| message)
    }

    async fn get<T: DeserializeOwned>(&self, path_and_query: String, action: String) -> Result<T, Error> {
        let (method, effect, headers) = (Method::Get, Effect::Read, Vec::new());
        let exchange = Exchange { method, path_and_query, headers, effect, action };
        Ok(self.send(exchange, None).await?.json()?)
    }

    async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path_and_query: String,
        body: &(impl Serialize + Sync),
        action: String,
    ) -> Result<T, Error> {
        let (effect, headers) = (Effect::Write, Vec::new());
        let body = to_raw_value(body).map_err(|error| outbound::Error::Unsendable {
            system: SYSTEM,
            action: action.clone(),
            problem: error.to_string(),
        })?;
        let exchange = Exchange { method, path_and_query, headers, effect, action };
        Ok(self.send(exchange, Some(body)).await?.json()?)
    }

    /// One for all documents, whatever they hold: this is where the code is.
    async fn send(&self, exchange: Exchange, body: Option<Box<RawValue>>) -> Result<Answer, Error> {
        let (action, effect) = (exchange.action.clone(), exchange.effect);
        let answer = self.rest.send(exchange, body.as_ref()).await?;
        if answer.is_success() { Ok(answer) } else { Err(errors::refused(&action, effect, &answer)) }
    }
}

fn resource(doctype: &str, name: Option<&str>) -> String {
    let part = |text: &str| encoded(text).unwrap_or_default();
    let name = name.map(|name| format!("/{}", part(name))).unwrap_or_default();
    format!("/api/resource/{}{name}", part(doctype))
}
