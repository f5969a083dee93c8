//! A connector against the double, which pages, orders and refuses as Stripe says it does.

use flow::{ActionName, Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use sandbox::{STRIPE_KEY, Sandbox, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world;

pub(crate) struct Account {
    pub(crate) sandbox: Sandbox,
    connector: Box<dyn Connector>,
}

impl Account {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(Settings { public_url: base.clone(), ..Settings::default() });
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        let settings = stripe::Settings {
            account: sandbox.settings().stripe.account.parse().unwrap(),
            ..world::settings()
        };
        let client = world::client(&format!("{base}/stripe"), settings, STRIPE_KEY).unwrap();
        Self { sandbox, connector: Box::new(stripe::connector(client).unwrap()) }
    }

    pub(crate) async fn ask(&self, action: &str, input: Value) -> Result<Value, Fault> {
        let name: ActionName = action.parse().unwrap();
        let call = Call {
            pair: "main".parse().unwrap(),
            deadline: Timestamp::now() + SignedDuration::from_secs(60),
            generation: 0,
            trace_id: "trace".to_owned(),
        };
        self.connector.run(&name, &call, input).await
    }

    /// Lets something happen at Stripe; gives what it is about.
    pub(crate) fn play(&self, wanted: &Value) -> Value {
        let played = self.sandbox.play_stripe(wanted).unwrap_or_else(|error| panic!("{wanted}: {error}"));
        played["object"].clone()
    }

    /// A card payment whose money is available at once.
    pub(crate) fn paid(&self, amount: i64) -> Value {
        self.play(&json!({ "move": "pay", "amount": amount, "available_in_days": 0 }))
    }

    /// Puts an object as it is; what it does not say is as in a plain one.
    pub(crate) fn put(&self, object: &Value) {
        self.sandbox.put_stripe(object).unwrap();
    }

    /// Paths and queries that Stripe was asked, and forgets them.
    pub(crate) fn asked(&self) -> Vec<String> {
        let seen = self.sandbox.requests(0);
        self.sandbox.clear_requests();
        seen.iter().map(|seen| format!("{}?{}", seen.path, seen.query)).collect()
    }
}
