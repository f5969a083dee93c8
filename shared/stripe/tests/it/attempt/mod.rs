//! Attempts that failed: what is read of them, another by a saved method, the end of an intent. Against the double, which declines,
//! repeats stored answers and keeps its books as Stripe does.

mod close;
mod read;
mod retry_saved;

use flow::{Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Planned, STRIPE_KEY, Sandbox, Settings, System};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{client, name, settings};

/// The double and a connector to it.
pub(crate) struct World {
    sandbox: Sandbox,
    connector: Box<dyn Connector>,
    generation: u32,
}

impl World {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(Settings { public_url: base.clone(), ..Settings::default() });
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        let account = sandbox.settings().stripe.account.parse().unwrap();
        let own = stripe::Settings { account, ..settings() };
        let client = client(&format!("{base}/stripe"), own, STRIPE_KEY).unwrap();
        Self { sandbox, connector: Box::new(stripe::connector(client).unwrap()), generation: 0 }
    }

    fn call(&self) -> Call {
        Call {
            pair: "main".parse().unwrap(),
            deadline: Timestamp::now() + SignedDuration::from_secs(60),
            generation: self.generation,
            trace_id: "trace".to_owned(),
        }
    }

    async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&name(action), &self.call(), input).await
    }

    async fn find(&self, action: &str, input: Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&name(action), &self.call(), input).await
    }

    /// Lets something happen at Stripe; gives what it is about.
    fn play(&self, wanted: &Value) -> Value {
        let played = self.sandbox.play_stripe(wanted).unwrap_or_else(|error| panic!("{wanted}: {error}"));
        played["object"].clone()
    }

    /// An intent of 20.00 USD for order 42, whose customer is Ada.
    fn opened(&self) -> String {
        let opened = json!({ "move": "intent", "amount": 2000, "customer": "cus_ada", "metadata": { "Order #": "000000042" } });
        id(&self.play(&opened))
    }

    /// An attempt of the customer's own; gives the charge, or the intent where there is none.
    fn tried(&self, intent: &str, outcome: &Value) -> String {
        id(&self.play(&json!({ "move": "attempt", "intent": intent, "outcome": outcome })))
    }

    fn declined(&self, intent: &str, code: &str) -> String {
        self.tried(intent, &json!({ "declined": code }))
    }

    /// A method of Ada's; `declines` is what comes of it.
    fn saved(&self, last4: &str, declines: &str) -> String {
        id(&self.play(&json!({
            "move": "payment_method", "customer": "cus_ada", "last4": last4, "declines": declines
        })))
    }

    /// The next request of this kind meets a fault.
    fn plan(&self, fault: &str, method: &str, path: &str) {
        let planned = Planned {
            system: System::Stripe,
            fault: fault.parse().unwrap(),
            times: Some(1),
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
        };
        assert!(self.sandbox.plan(planned));
    }

    fn charges(&self) -> usize {
        self.sandbox.state()["stripe"]["charges"].as_array().unwrap().len()
    }

    fn intent(&self, id: &str) -> Value {
        let state = self.sandbox.state();
        let intents = state["stripe"]["payment_intents"].as_array().unwrap();
        intents.iter().find(|intent| intent["id"] == id).unwrap().clone()
    }

    /// Method and path of what was asked since the last time.
    fn asked(&self) -> Vec<String> {
        let seen = self.sandbox.requests(0);
        self.sandbox.clear_requests();
        seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
