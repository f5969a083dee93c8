//! Stripe: charges, intents, refunds, disputes, payouts, balance transactions, events, with its versions, errors and
//! idempotency. What others do there (customers, banks, the dashboard, the calendar) is a move ([`moves::Move`]).

mod account;
mod agenda;
mod auth;
mod books;
mod capture;
mod charge;
mod confirm;
mod decline;
mod dispute;
mod error;
mod expand;
mod form;
mod idempotency;
mod intent;
mod ledger;
mod list;
mod metadata;
mod method;
mod moves;
mod object;
mod payment;
mod payout;
mod previous;
mod read;
mod refund;
mod rows;
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
use moves::Move;
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
            answer(self.act(incoming, act, &request_id))
        };
        let version = incoming.header("stripe-version").unwrap_or_default();
        reply.with("request-id", &request_id).with("stripe-version", version)
    }

    /// A write: under its idempotency key, where it has one.
    async fn post(&self, incoming: &Incoming, act: &Act, request_id: &str) -> Reply {
        let Some(key) = incoming.header("idempotency-key").map(str::to_owned) else {
            tokio::time::sleep(act.latency).await;
            return answer(self.act(incoming, act, request_id)).with("original-request", request_id);
        };
        let begin = self.keys().begin(&key, &fingerprint(incoming), request_id);
        let reply = match begin {
            Begin::Run => {
                tokio::time::sleep(act.latency).await;
                let reply = answer(self.act(incoming, act, request_id));
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

    fn act(&self, incoming: &Incoming, act: &Act, request_id: &str) -> Result<Value, Refusal> {
        if let Some((status, code)) = &act.refuse {
            return Err(Refusal::injected(*status, code.as_deref()));
        }
        auth::check_headers(&self.settings, incoming)?;
        let segments = incoming.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        auth::check_right(&self.settings, incoming, &path)?;
        let mut books = self.books();
        let value = if incoming.method == Method::POST {
            books.request = json!({"id": request_id, "idempotency_key": incoming.header("idempotency-key")});
            let written = write::route(&mut books, incoming, &path);
            books.request = books::nobody();
            written
        } else if incoming.method == Method::GET {
            read::route(&mut books, incoming, &path)
        } else {
            Err(Refusal::unknown_url(incoming))
        }?;
        if act.commit_then_500 { Err(Refusal::injected(500, None)) } else { Ok(value) }
    }

    /// Makes a payment, as a shop's checkout does.
    pub(crate) fn pay(&self, paid: &Paid) -> Result<PaidIds, String> {
        payment::pay(&mut self.books(), paid).map_err(|refusal| refusal.message.into_string())
    }

    /// Plays a move, now or some seconds from now (`in_seconds`); gives the object and the events that tell of it.
    pub(crate) fn play(&self, wanted: &Value) -> Result<Value, String> {
        let mut wanted = wanted.clone();
        let later = wanted.as_object_mut().and_then(|members| members.remove("in_seconds"));
        let what: Move = serde_json::from_value(wanted).map_err(|error| error.to_string())?;
        let mut books = self.books();
        if let Some(seconds) = later {
            let seconds =
                seconds.as_i64().filter(|seconds| *seconds >= 0).ok_or("in_seconds is a whole number")?;
            books.agenda.add_move(seconds, what);
            return Ok(json!({"planned_at": books::now() + seconds}));
        }
        let (count, _) = books.events_after(usize::MAX);
        let id = moves::play(&mut books, &what).map_err(|refusal| refusal.message.into_string())?;
        let object = books.raw(&id).map(|object| books.served(object));
        let (_, events) = books.events_after(count);
        Ok(json!({"id": id, "object": object, "events": events}))
    }

    /// How many events there have been, and those after a number of them, oldest first.
    pub(crate) fn events_after(&self, count: usize) -> (usize, Vec<Value>) {
        self.books().events_after(count)
    }

    /// Puts any object as it is given; its `id` and `object` say what it is.
    pub(crate) fn put(&self, object: &Value) -> Result<String, String> {
        self.books().put_whole(object)
    }

    /// What is there, by kind.
    pub(crate) fn snapshot(&self) -> Value {
        let books = self.books();
        let kinds = [
            "charge",
            "payment_intent",
            "balance_transaction",
            "refund",
            "dispute",
            "customer",
            "payment_method",
            "payout",
            "topup",
            "event",
        ];
        let lists = kinds.map(|kind| (format!("{kind}s"), Value::Array(books.newest_first(kind))));
        let mut snapshot = json!({"account": self.settings.account, "left_out": books.left_out});
        if let Value::Object(members) = &mut snapshot {
            members.extend(lists);
        }
        snapshot
    }

    /// The books as they are by now.
    fn books(&self) -> MutexGuard<'_, Books> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.catch_up();
        books
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
