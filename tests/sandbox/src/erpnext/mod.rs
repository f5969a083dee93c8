//! ERPNext, as far as a connector of orders and books meets it: Frappe's REST in front, and behind it customers, items, sales orders,
//! sales invoices, payment entries, journal entries, and a general ledger.

mod chart;
mod journal;
mod ledger;
mod life;
mod list;
mod method;
mod party;
mod payment;
mod refusal;
mod selling;
mod settings;
mod store;
mod total;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::reply::{Incoming, Reply};
use refusal::Refusal;
pub(crate) use refusal::answer;
pub use settings::{ERPNEXT_COMPANY, ERPNEXT_TOKEN, ErpnextAccount, ErpnextSettings};
use store::{Doc, Store};

/// The double.
#[derive(Debug)]
pub(crate) struct Erpnext {
    settings: ErpnextSettings,
    store: Mutex<Store>,
}

/// A status and a body, or a refusal.
type Outcome = Result<(u16, Value), Refusal>;

/// A write: what there is, how the site is set, and whether its unique index is off.
struct Write<'a> {
    store: &'a mut Store,
    settings: &'a ErpnextSettings,
    race: bool,
}

impl Erpnext {
    /// A company without a document.
    pub(crate) fn new(settings: ErpnextSettings) -> Self {
        let store = Mutex::new(Store::new(&settings));
        Self { settings, store }
    }

    /// Answers a request; the path begins with `/api`.
    pub(crate) fn handle(&self, incoming: &Incoming) -> Reply {
        match self.route(incoming) {
            Ok((status, body)) => Reply::json(status, &body),
            Err(refusal) => refusal.reply(),
        }
    }

    fn route(&self, incoming: &Incoming) -> Outcome {
        self.check_token(incoming)?;
        let segments = incoming.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut store = self.store();
        let mut write = Write { store: &mut store, settings: &self.settings, race: incoming.race };
        match (&incoming.method, path.as_slice()) {
            (_, ["api", "method", name]) => method::call(&mut write, name, incoming),
            (&Method::GET, ["api", "resource", doctype]) => {
                let rows = list::list(write.store, doctype, &incoming.pairs(), incoming.view)?;
                Ok((200, json!({"data": rows})))
            }
            (&Method::GET, ["api", "resource", doctype, name]) => {
                let found = write.store.known(doctype)?.get(name, incoming.view);
                let found = found.filter(|_| !write.store.is_deleted(doctype, name));
                let found = found.ok_or_else(|| Refusal::missing(doctype, name))?;
                Ok((200, json!({"data": ledger::shown(write.store, found)})))
            }
            (&Method::POST, ["api", "resource", doctype]) => {
                let doc = life::insert(&mut write, doctype, body(incoming)?)?;
                Ok((200, json!({"data": ledger::shown(write.store, &doc)})))
            }
            (&Method::PUT, ["api", "resource", doctype, name]) => {
                let doc = life::update(&mut write, doctype, name, body(incoming)?)?;
                Ok((200, json!({"data": ledger::shown(write.store, &doc)})))
            }
            (&Method::DELETE, ["api", "resource", doctype, name]) => {
                life::delete(&mut write, doctype, name)?;
                Ok((202, json!({"message": "ok"})))
            }
            _ => Err(Refusal::new(404, "PageDoesNotExistError", incoming.path.clone())),
        }
    }

    /// `Authorization: token <api_key>:<api_secret>`.
    fn check_token(&self, incoming: &Incoming) -> Result<(), Refusal> {
        let given = incoming.header("authorization").and_then(|header| header.strip_prefix("token "));
        let is_known = given.is_some_and(|given| {
            self.settings.tokens.iter().any(|token| bool::from(token.as_bytes().ct_eq(given.as_bytes())))
        });
        let refused = || Refusal::new(401, "AuthenticationError", "");
        if is_known { Ok(()) } else { Err(refused()) }
    }

    /// What is there, by doctype, and what the ledger holds.
    pub(crate) fn snapshot(&self) -> Value {
        let store = self.store();
        let mut snapshot = json!({"GL Entry": ledger::rows(&store)});
        for doctype in store::BOOKED {
            let shelf = store.all(doctype).map(|doc| ledger::shown(&store, doc));
            snapshot[doctype] = Value::Array(shelf.collect());
        }
        snapshot
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body as a JSON object; nothing at all is an empty one.
fn body(incoming: &Incoming) -> Result<Doc, Refusal> {
    if incoming.body.is_empty() {
        return Ok(Doc::new());
    }
    match serde_json::from_slice(&incoming.body) {
        Ok(Value::Object(doc)) => Ok(doc),
        _ => Err(Refusal::new(400, "DataError", "Invalid request body")),
    }
}
