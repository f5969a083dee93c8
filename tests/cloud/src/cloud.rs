//! The state of all services, and what a test may do to it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::door;
use crate::dynamo::Table;
use crate::queues::{Hidden, Queues, Sent};

/// A cloud of its own, which ends when it is dropped.
#[derive(Debug)]
pub struct Cloud {
    endpoint: String,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

/// A request that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GetItem`, `SendMessage`, …
    pub operation: String,
    /// Its body.
    pub body: Value,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) queues: Queues,
    /// All versions of each secret.
    pub(crate) secrets: BTreeMap<String, Vec<String>>,
    pub(crate) asked: Vec<Asked>,
    /// Answers in place of the next ones: operation, status, body.
    pub(crate) failing: VecDeque<(String, u16, Value)>,
}

impl Cloud {
    /// Starts one without a table, a queue or a secret.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let state = Arc::<Mutex<State>>::default();
        let router = door::router(Arc::clone(&state), endpoint.clone());
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { endpoint, state, server })
    }

    /// What `AWS_ENDPOINT_URL` must be.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a table with `pk`, `sk` and the indexes `GSI1` (`gsi1pk`, `gsi1sk`) and `GSI2`.
    pub fn create_table(&self, name: &str) {
        self.lock().tables.insert(name.to_owned(), Table::default());
    }

    /// Queries of a table answer at most so many items, as DynamoDB does where a page reaches 1 MB.
    pub fn limit_pages(&self, table: &str, items_max: usize) {
        if let Some(table) = self.lock().tables.get_mut(table) {
            table.page_items_max = items_max;
        }
    }

    /// Makes a queue; gives its URL.
    pub fn create_queue(&self, name: &str) -> String {
        let mut state = self.lock();
        state.queues.create(name);
        format!("{}/000000000000/{name}", self.endpoint)
    }

    /// Deletes a queue.
    pub fn delete_queue(&self, name: &str) {
        self.lock().queues.delete(name);
    }

    /// Says which queue gave up what is in a dead-letter queue.
    pub fn set_source(&self, queue: &str, source: &str) {
        self.lock().queues.set_source(queue, source);
    }

    /// What was sent to a queue, oldest first.
    #[must_use]
    pub fn sent(&self, queue: &str) -> Vec<Sent> {
        self.lock().queues.sent(queue)
    }

    /// What was to be hidden for how long, oldest first.
    #[must_use]
    pub fn hidden(&self) -> Vec<Hidden> {
        self.lock().queues.hidden.clone()
    }

    /// Stores the next version of a secret.
    pub fn put_secret(&self, name: &str, text: &str) {
        self.lock().secrets.entry(name.to_owned()).or_default().push(text.to_owned());
    }

    /// Deletes a secret.
    pub fn delete_secret(&self, name: &str) {
        self.lock().secrets.remove(name);
    }

    /// The next request of an operation gets this answer, and does nothing.
    pub fn fail_next(&self, operation: &str, status: u16, body: Value) {
        self.lock().failing.push_back((operation.to_owned(), status, body));
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// The requests of one operation, oldest first.
    #[must_use]
    pub fn asked_to(&self, operation: &str) -> Vec<Value> {
        let state = self.lock();
        let of = state.asked.iter().filter(|asked| asked.operation == operation);
        of.map(|asked| asked.body.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.server.abort();
    }
}
