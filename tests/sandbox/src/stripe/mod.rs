//! Stripe: charges, intents, refunds, balance transactions, events, with its versions, errors and idempotency.

mod auth;
mod books;
mod error;
mod expand;
mod form;
mod idempotency;
mod list;
mod metadata;
mod object;
mod payment;
mod read;
mod refund;
mod search;
mod write;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};

use crate::StripeSettings;
use crate::door::Act;
use crate::reply::{Incoming, Reply};
use books::Books;
pub(crate) use error::refusal;
use error::{Header, Refusal};
use idempotency::{Begin, Keys};
pub(crate) use payment::{Paid, PaidIds};

/// The double.
#[derive(Debug)]
pub(crate) struct Stripe {
    settings: StripeSettings,
    books: Mutex<Books>,
    keys: Mutex<Keys>,
}

impl Stripe {
    /// An account without a payment.
    pub(crate) fn new(settings: StripeSettings) -> Self {
        let books = Mutex::new(Books::new(&settings));
        Self { settings, books, keys: Mutex::default() }
    }

    /// Answers a request.
    pub(crate) async fn call(&self, incoming: &Incoming, act: &Act) -> Reply {
        if let Err(refusal) = auth::check_key(&self.settings, incoming) {
            return refusal.reply();
        }
        let request_id = self.books().id("req");
        let reply = if incoming.method == Method::POST {
            self.post(incoming, act, &request_id).await
        } else {
            tokio::time::sleep(act.latency).await;
            answer(self.act(incoming, act))
        };
        let version = incoming.header("stripe-version").unwrap_or_default();
        reply.with("request-id", &request_id).with("stripe-version", version)
    }

    /// A write: under its idempotency key, where it has one.
    async fn post(&self, incoming: &Incoming, act: &Act, request_id: &str) -> Reply {
        let Some(key) = incoming.header("idempotency-key").map(str::to_owned) else {
            tokio::time::sleep(act.latency).await;
            return answer(self.act(incoming, act)).with("original-request", request_id);
        };
        let begin = self.keys().begin(&key, &fingerprint(incoming), request_id);
        let reply = match begin {
            Begin::Run => {
                tokio::time::sleep(act.latency).await;
                let reply = answer(self.act(incoming, act));
                self.keys().end(&key, &reply);
                reply.with("original-request", request_id).with("stripe-should-retry", "false")
            }
            Begin::Replay { reply, original } => {
                reply.with("original-request", &original).with("idempotent-replayed", "true")
            }
            Begin::Refused(refusal) => refusal.reply(),
        };
        reply.with("idempotency-key", &key)
    }

    fn act(&self, incoming: &Incoming, act: &Act) -> Result<Value, Refusal> {
        if let Some((status, code)) = &act.refuse {
            return Err(Refusal::injected(*status, code.as_deref()));
        }
        auth::check_headers(&self.settings, incoming)?;
        let segments = incoming.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        auth::check_right(&self.settings, incoming, &path)?;
        let mut books = self.books();
        let value = if incoming.method == Method::POST {
            write::route(&mut books, incoming, &path)
        } else if incoming.method == Method::GET {
            read::route(&mut books, incoming, &path)
        } else {
            Err(Refusal::unknown_url(incoming))
        }?;
        if act.commit_then_500 { Err(Refusal::injected(500, None)) } else { Ok(value) }
    }

    /// Makes a payment, as a shop's checkout does.
    pub(crate) fn pay(&self, paid: &Paid) -> Result<PaidIds, String> {
        payment::pay(&mut self.books(), paid)
    }

    /// Puts any object as it is given; its `id` and `object` say what it is.
    pub(crate) fn put(&self, object: &Value) -> Result<String, String> {
        self.books().put_whole(object)
    }

    /// What is there, by kind.
    pub(crate) fn snapshot(&self) -> Value {
        let books = self.books();
        let kinds =
            ["charge", "payment_intent", "balance_transaction", "refund", "customer", "payout", "event"];
        let lists = kinds.map(|kind| (format!("{kind}s"), Value::Array(books.newest_first(kind))));
        let mut snapshot = json!({"account": self.settings.account});
        if let Value::Object(members) = &mut snapshot {
            members.extend(lists);
        }
        snapshot
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(result: Result<Value, Refusal>) -> Reply {
    match result {
        Ok(value) => Reply::json(200, &value),
        Err(refusal) => match refusal.header {
            Header::None => refusal.reply(),
            Header::RateLimited(reason) => refusal.reply().with("stripe-rate-limited-reason", reason),
        },
    }
}

/// What makes two requests the same: path and parameters, whatever their order.
fn fingerprint(incoming: &Incoming) -> String {
    let body = String::from_utf8_lossy(&incoming.body);
    let mut pairs = crate::reply::form_pairs(&body);
    pairs.sort();
    format!("{} {pairs:?}", incoming.path)
}
