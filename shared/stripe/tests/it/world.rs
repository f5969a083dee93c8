//! A client against a server that the test scripts.

use canonical::Payment;
use flow::{ActionName, Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use outbound::{Outbound, Pool};
use secrecy::SecretString;
use serde_json::{Value, json};
use stripe::{ANSWER_BYTES_MAX, Client, Settings};
use wiremock::MockServer;

pub(crate) const KEY: &str = "rk_test_51canaryKEYthatMustNotShow";

pub(crate) struct World {
    pub(crate) server: MockServer,
    pub(crate) connector: Box<dyn Connector>,
    pub(crate) generation: u32,
}

pub(crate) fn settings() -> Settings {
    Settings {
        pair: "main".parse().unwrap(),
        account: "acct_1Test".parse().unwrap(),
        api_version: "2026-10-28.endive".to_owned(),
        livemode: false,
        order_keys: vec!["shop_order".to_owned()],
        timeout: SignedDuration::from_secs(5),
    }
}

pub(crate) fn client(base_url: &str, settings: Settings, key: &str) -> Result<Client, stripe::Error> {
    rotating(base_url, settings, key, None)
}

/// The same with another live key.
pub(crate) fn rotating(
    base_url: &str,
    settings: Settings,
    key: &str,
    previous: Option<&str>,
) -> Result<Client, stripe::Error> {
    let settings_out = outbound::Settings {
        system: "stripe",
        base_url: base_url.parse().unwrap(),
        timeout: settings.timeout,
        body_bytes_max: ANSWER_BYTES_MAX,
    };
    let previous = previous.map(SecretString::from);
    Client::new(
        Outbound::new(settings_out, &Pool::new().unwrap()),
        settings,
        &SecretString::from(key),
        previous.as_ref(),
    )
}

impl World {
    pub(crate) async fn new() -> Self {
        let server = MockServer::start().await;
        let client = client(&format!("{}/stripe", server.uri()), settings(), KEY).unwrap();
        Self { server, connector: Box::new(stripe::connector(client).unwrap()), generation: 0 }
    }

    pub(crate) fn call(&self) -> Call {
        Call {
            pair: "main".parse().unwrap(),
            deadline: Timestamp::now() + SignedDuration::from_secs(60),
            generation: self.generation,
            trace_id: "trace".to_owned(),
        }
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&name(action), &self.call(), input).await
    }

    pub(crate) async fn find(&self, action: &str, input: Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&name(action), &self.call(), input).await
    }

    pub(crate) async fn read(&self, charge: &str) -> Result<Payment, Fault> {
        let output = self.run("stripe.payment.read", json!({ "charge": charge })).await?;
        Ok(serde_json::from_value(output).unwrap())
    }

    /// Method and path with query of every request so far.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .map(|request| match request.url.query() {
                Some(query) => format!("{} {}?{query}", request.method, request.url.path()),
                None => format!("{} {}", request.method, request.url.path()),
            })
            .collect()
    }
}

pub(crate) fn name(action: &str) -> ActionName {
    action.parse().unwrap()
}

/// A charge of the pinned version, with intent and balance transaction expanded.
pub(crate) fn charge() -> Value {
    json!({
        "id": "ch_1", "object": "charge", "amount": 5000, "amount_captured": 5000, "amount_refunded": 0,
        "balance_transaction": {"id": "txn_1", "object": "balance_transaction", "fee": 175, "currency": "eur", "exchange_rate": 0.91},
        "billing_details": {"email": "ann@example.com", "name": "Ann Lee"},
        "captured": true, "created": 1_700_000_000, "currency": "usd", "customer": "cus_1", "description": null,
        "livemode": false, "metadata": {},
        "payment_intent": {"id": "pi_1", "object": "payment_intent", "description": null, "metadata": {"Order #": "000000042"}},
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "status": "succeeded"
    })
}
