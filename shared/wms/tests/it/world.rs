//! A connector over a warehouse: the sandbox's over HTTP, or any other address.

use canonical::NaturalKey;
use flow::{ActionName, Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use outbound::rest::{Exchange, Rest};
use outbound::{Effect, Method, Outbound, Pool};
use sandbox::{Planned, Sandbox, Seen, Settings, System, WMS_TOKEN};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const PUT: &str = "wms.fulfilment.put";
pub(crate) const CANCEL: &str = "wms.fulfilment.cancel";
pub(crate) const KEY: &str = "tb:acct_1:fulfilment:42";

/// Two kinds of goods for Ann.
pub(crate) fn fulfilment() -> Value {
    json!({
        "key": KEY, "order_number": "000000042",
        "ship_to": {
            "name": "Ann Lee", "street": ["1 Main St"], "city": "New York", "region": "NY", "postcode": "10001",
            "country": "US"
        },
        "lines": [
            { "line_id": "420", "sku": "LAMP-BRASS", "quantity": "2" },
            { "line_id": "421", "sku": "PEN-BLACK", "quantity": "1" }
        ],
        "service": "standard", "hold": false, "notes": ""
    })
}

/// With a member changed, by its JSON pointer.
pub(crate) fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    document
}

pub(crate) struct Wms {
    connector: Box<dyn Connector>,
}

impl Wms {
    pub(crate) fn new(base_url: &str, tokens: &[&str]) -> Self {
        let settings: environment::Wms =
            serde_json::from_value(json!({ "base_url": base_url, "timeout_s": 1 })).unwrap();
        let tokens = tokens.iter().map(|token| SecretString::from(*token)).collect();
        let client = wms::Client::new(&settings, tokens, &Pool::new().unwrap()).unwrap();
        Self { connector: Box::new(wms::connector(client).unwrap()) }
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&name(action), &call(), input).await
    }

    pub(crate) async fn put(&self, document: &Value) -> Result<Value, Fault> {
        self.run(PUT, json!({ "document": document })).await
    }

    pub(crate) async fn find(&self, document: &Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&name(PUT), &call(), json!({ "document": document })).await
    }

    pub(crate) async fn cancel(&self, key: &str) -> Result<Value, Fault> {
        self.run(CANCEL, json!({ "key": key })).await
    }

    pub(crate) async fn find_cancelled(&self, key: &str) -> Result<Option<Value>, Fault> {
        self.connector.find(&name(CANCEL), &call(), json!({ "key": key })).await
    }

    pub(crate) fn key(&self, action: &str, input: &Value) -> Result<NaturalKey, Fault> {
        self.connector.natural_key(&name(action), input)
    }

    /// As the engine does it: tries, and where that fails looks whether it is there, and else tries again.
    pub(crate) async fn converge(&self, document: &Value) -> Value {
        for _ in 0..5 {
            if let Ok(output) = self.put(document).await {
                return output;
            }
            if let Ok(Some(output)) = self.find(document).await {
                return output;
            }
        }
        panic!("it does not converge: {:?}", self.put(document).await);
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

/// The sandbox's warehouse.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) wms: Wms,
    pub(crate) base_url: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/wms/v1", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(Settings::default());
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        Self { sandbox, wms: Wms::new(&base_url, &[WMS_TOKEN]), base_url }
    }

    /// Plans a fault for the next request to a path.
    pub(crate) fn plan(&self, method: &str, path: &str, fault: &str) {
        let planned = Planned {
            system: System::Wms,
            fault: fault.parse().unwrap(),
            times: Some(1),
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
        };
        assert!(self.sandbox.plan(planned));
    }

    /// Moves a fulfilment on, as people in the warehouse do: `picking`, `shipped`, `rejected`.
    pub(crate) async fn advance(&self, key: &str, to: &str) {
        let settings = outbound::Settings {
            system: "wms",
            base_url: self.base_url.replace("/wms/v1", "/admin").parse().unwrap(),
            timeout: SignedDuration::from_secs(5),
            body_bytes_max: 1 << 20,
        };
        let outbound = Outbound::new(settings, &Pool::new().unwrap());
        let people = Rest::new(outbound, vec![SecretString::from("people")]).unwrap();
        let exchange = Exchange {
            method: Method::Post,
            path_and_query: "/fulfilments".to_owned(),
            headers: Vec::new(),
            effect: Effect::Write,
            action: "advance".to_owned(),
        };
        let answer = people.send(exchange, Some(&json!({ "key": key, "to": to }))).await.unwrap();
        assert!(answer.is_success(), "{}", answer.excerpt());
    }

    pub(crate) fn fulfilments(&self) -> Vec<Value> {
        self.sandbox.state()["wms"]["fulfilments"].as_array().unwrap().clone()
    }

    /// States of the fulfilments, oldest first.
    pub(crate) fn states(&self) -> Vec<String> {
        self.fulfilments().iter().map(|held| held["state"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.sandbox.requests(0)
    }

    /// Method and path of each request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }
}
