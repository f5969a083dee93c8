//! Runs actions as the engine does.

use canonical::{Currency, Money};
use environment::Erp;
use flow::{ActionName, Call, Class, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use outbound::{Effect, Method, Outbound, Pool, Request};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::documents::Document;
use crate::system::{Seen, System};

/// The connector of one worker, and the system that it speaks to.
pub(crate) struct Worker {
    connector: Box<dyn Connector>,
    client: erp::Client,
}

impl Worker {
    /// One more worker of the pair.
    pub(crate) fn of(system: &impl System) -> Self {
        Self::with(&system.settings(), &system.token())
    }

    pub(crate) fn with(settings: &Erp, token: &str) -> Self {
        let client =
            erp::Client::new(settings, vec![SecretString::from(token)], &Pool::new().unwrap()).unwrap();
        Self { connector: Box::new(erp::connector(client.clone()).unwrap()), client: client.bind(&call()) }
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&name(action), &call(), input).await
    }

    pub(crate) async fn put(&self, document: &Document) -> Result<Value, Fault> {
        self.run(document.kind.action(), json!({ "document": document.content })).await
    }

    pub(crate) async fn find(&self, document: &Document) -> Result<Option<Value>, Fault> {
        let input = json!({ "document": document.content });
        self.connector.find(&name(document.kind.action()), &call(), input).await
    }

    /// Puts what a case needs; nothing goes wrong with it.
    pub(crate) async fn put_all(&self, documents: &[Document]) {
        for document in documents {
            let put = self.put(document).await;
            put.unwrap_or_else(|fault| panic!("{}: {fault:?}", document.kind));
        }
    }

    /// As the engine does it: tries, and where that fails looks whether it is there, and else tries again.
    pub(crate) async fn converge(&self, document: &Document) -> Value {
        for _ in 0..5 {
            if let Ok(output) = self.put(document).await {
                return output;
            }
            if let Ok(Some(output)) = self.find(document).await {
                return output;
            }
        }
        panic!("{} does not converge: {:?}", document.kind, self.put(document).await);
    }

    /// What an account holds on a day, in minor units.
    pub(crate) async fn balance(&self, account: &str, currency: &str, as_of: &str) -> i64 {
        let currency: Currency = currency.parse().unwrap();
        let (account, day) = (account.parse().unwrap(), as_of.parse().unwrap());
        let held: Money = erp::balance::read::run(&self.client, &account, currency, day).await.unwrap();
        held.minor()
    }
}

/// How many count, of which there is to be one.
pub(crate) async fn standing(system: &impl System, document: &Document) -> Vec<Seen> {
    let mut all = system.documents(document.kind, &document.key()).await;
    all.retain(|seen| seen.stands);
    all
}

/// One document stands, under that id.
pub(crate) async fn is_the_one(system: &impl System, document: &Document, output: &Value, when: &str) {
    let standing = standing(system, document).await;
    let ids: Vec<&str> = standing.iter().map(|seen| seen.id.as_str()).collect();
    assert_eq!(ids, [output["id"].as_str().unwrap()], "{} {when}", document.kind);
}

/// A refusal of that class and code, whose words hold no mark-up.
pub(crate) fn refused<T: std::fmt::Debug>(
    outcome: Result<T, Fault>,
    class: Class,
    codes: &[&str],
    when: &str,
) {
    let fault = outcome.expect_err(when);
    assert_eq!(fault.class, class, "{when}: {fault:?}");
    assert!(codes.contains(&fault.code.as_str()), "{when}: {codes:?} were meant: {fault:?}");
    assert!(!fault.message.contains(['<', '>']), "{when}: {}", fault.message);
}

/// Says that a case is left out.
pub(crate) fn skipped(why: &str) {
    println!("left out: {why}");
}

fn name(action: &str) -> ActionName {
    action.parse().unwrap()
}

fn call() -> Call {
    Call {
        pair: "main".parse().unwrap(),
        deadline: Timestamp::now() + SignedDuration::from_secs(120),
        generation: 0,
        trace_id: "trace-1".to_owned(),
    }
}

/// Does what a person does in the system: `path` hangs at `base_url`, `authorization` is the whole header.
pub(crate) async fn as_a_person(
    method: Method,
    base_url: &str,
    authorization: &str,
    path: &str,
    body: &Value,
) {
    let settings = outbound::Settings {
        system: "erp",
        base_url: base_url.parse().unwrap(),
        timeout: SignedDuration::from_secs(5),
        body_bytes_max: 1 << 20,
    };
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    let answer = Outbound::new(settings, &Pool::new().unwrap())
        .send(Request {
            method,
            path_and_query: path.to_owned(),
            headers: headers.map(|(name, value)| (name, value.to_owned())).to_vec(),
            body: Some(body.to_string().into_bytes()),
            effect: Effect::Write,
            action: "do what a person does".to_owned(),
        })
        .await
        .unwrap();
    assert!(answer.is_success(), "{} {path}", answer.status);
}
