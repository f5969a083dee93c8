//! A connector over an ERP: the sandbox's over HTTP, or any other address.

use canonical::NaturalKey;
use flow::{ActionName, Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use outbound::rest::{Exchange, Rest};
use outbound::{Answer, Effect, Method, Outbound, Pool};
use sandbox::{ERP_TOKEN, Planned, Sandbox, Seen, Settings, System};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::document::{invoice, order};

pub(crate) const ORDER: &str = "erp.sales_order.put";
pub(crate) const INVOICE: &str = "erp.sales_invoice.put";
pub(crate) const CREDIT_NOTE: &str = "erp.credit_note.put";
pub(crate) const PAYMENT: &str = "erp.payment.put";
pub(crate) const JOURNAL: &str = "erp.journal.put";

pub(crate) struct Erp {
    connector: Box<dyn Connector>,
}

/// Settings of a pair's ERP at an address.
pub(crate) fn settings(base_url: &str) -> environment::Erp {
    let settings = json!({
        "base_url": base_url, "time_zone": "Europe/Berlin", "currency": "USD", "timeout_s": 1,
        "accounts": {
            "sales": "4000", "receivable": "1200", "fx_gain_loss": "6900", "stripe_fees.processing": "6300",
            "stripe_clearing.USD": "1050"
        },
        "cost_center": "Online"
    });
    serde_json::from_value(settings).unwrap()
}

pub(crate) fn client(settings: &environment::Erp, tokens: &[&str]) -> Result<erp::Client, erp::Error> {
    let tokens = tokens.iter().map(|token| SecretString::from(*token)).collect();
    erp::Client::new(settings, tokens, &Pool::new().unwrap())
}

impl Erp {
    pub(crate) fn new(settings: &environment::Erp, tokens: &[&str]) -> Self {
        let client = client(settings, tokens).unwrap();
        Self { connector: Box::new(erp::connector(client).unwrap()) }
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&name(action), &call(), input).await
    }

    pub(crate) async fn put(&self, action: &str, document: &Value) -> Result<Value, Fault> {
        self.run(action, json!({ "document": document })).await
    }

    pub(crate) async fn find(&self, action: &str, document: &Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&name(action), &call(), json!({ "document": document })).await
    }

    pub(crate) fn key(&self, action: &str, document: &Value) -> Result<NaturalKey, Fault> {
        self.connector.natural_key(&name(action), &json!({ "document": document }))
    }

    /// As the engine does it: tries, and where that fails looks whether it is there, and else tries again.
    pub(crate) async fn converge(&self, action: &str, document: &Value) -> Value {
        for _ in 0..5 {
            if let Ok(output) = self.put(action, document).await {
                return output;
            }
            if let Ok(Some(output)) = self.find(action, document).await {
                return output;
            }
        }
        panic!("{action} does not converge: {:?}", self.put(action, document).await);
    }
}

fn name(action: &str) -> ActionName {
    action.parse().unwrap()
}

fn call() -> Call {
    Call {
        pair: "main".parse().unwrap(),
        deadline: Timestamp::now() + SignedDuration::from_secs(60),
        generation: 0,
        trace_id: "trace-1".to_owned(),
    }
}

/// The sandbox's ERP.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) erp: Erp,
    pub(crate) base_url: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(settings_of_double: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/erp/v1", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(settings_of_double);
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        Self { sandbox, erp: Erp::new(&settings(&base_url), &[ERP_TOKEN]), base_url }
    }

    /// Plans a fault for the next request to a path.
    pub(crate) fn plan(&self, method: &str, path: &str, fault: &str) {
        let planned = Planned {
            system: System::Erp,
            fault: fault.parse().unwrap(),
            times: Some(1),
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
        };
        assert!(self.sandbox.plan(planned));
    }

    /// An ERP that knows the order's items.
    pub(crate) async fn stocked() -> Self {
        let world = Self::new().await;
        for sku in ["LAMP-BRASS", "WARRANTY"] {
            let item = json!({ "name": sku, "type": "stock", "uom": "pcs" });
            world.person("PUT", &format!("/items/{sku}"), &item).await;
        }
        world.sandbox.clear_requests();
        world
    }

    /// Cancels an order, as a person does in the ERP.
    pub(crate) async fn cancel(&self, id: &str) {
        self.person("POST", &format!("/orders/{id}/cancel"), &json!({})).await;
    }

    /// An ERP in which the order is booked and billed.
    pub(crate) async fn billed() -> Self {
        let world = Self::new().await;
        world.erp.put(ORDER, &order()).await.unwrap();
        world.erp.put(INVOICE, &invoice()).await.unwrap();
        world.sandbox.clear_requests();
        world
    }

    /// What a person does in the ERP.
    pub(crate) async fn person(&self, method: &str, path: &str, body: &Value) {
        let method = if method == "PUT" { Method::Put } else { Method::Post };
        assert!(self.asked_by_a_person(method, path, Some(body)).await.is_success());
    }

    /// What each account stands at: `1200 EUR -42.00 -45.97`, the last in the company's currency.
    pub(crate) async fn balances(&self) -> Vec<String> {
        let answer: Value = self.asked_by_a_person(Method::Get, "/balances", None).await.json().unwrap();
        let line = |row: &Value| {
            let text = |pointer: &str| row.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let parts = ["/account", "/balance/currency", "/balance/amount", "/base"].map(text);
            parts.join(" ")
        };
        answer["data"].as_array().unwrap().iter().map(line).collect()
    }

    async fn asked_by_a_person(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let settings = outbound::Settings {
            system: "erp",
            base_url: self.base_url.parse().unwrap(),
            timeout: SignedDuration::from_secs(5),
            body_bytes_max: 1 << 20,
        };
        let outbound = Outbound::new(settings, &Pool::new().unwrap());
        let person = Rest::new(outbound, vec![SecretString::from(ERP_TOKEN)]).unwrap();
        let exchange = Exchange {
            method,
            path_and_query: path.to_owned(),
            headers: Vec::new(),
            effect: if body.is_some() { Effect::Write } else { Effect::Read },
            action: "do what a person does".to_owned(),
        };
        person.send(exchange, body).await.unwrap()
    }

    /// Documents of a kind, oldest first.
    pub(crate) fn documents(&self, kind: &str) -> Vec<Value> {
        self.sandbox.state()["erp"][kind].as_array().unwrap().clone()
    }

    /// States of the documents of a kind, oldest first.
    pub(crate) fn states(&self, kind: &str) -> Vec<String> {
        self.documents(kind).iter().map(|document| document["state"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.sandbox.requests(0)
    }

    /// Method and path of each request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }
}
