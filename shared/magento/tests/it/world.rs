//! A connector and the shop that it speaks to.

use std::sync::Arc;

use environment::{MagentoAuth, OrderOwner};
use flow::{Call, Connector, Fault};
use jiff::{SignedDuration, Timestamp};
use magento::{ANSWER_BYTES_MAX, Client, Credentials, Keys, Settings};
use outbound::{Live, Outbound, Pool};
use sandbox::MagentoSettings;
use serde_json::{Value, json};

use crate::door::Door;

/// How the pair and its shop are set.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) shop: MagentoSettings,
    /// Another integration that is tried, while they are rotated.
    pub(crate) previous: Option<MagentoSettings>,
    /// The scheme that the shop sees itself under.
    pub(crate) seen_scheme: &'static str,
    pub(crate) magento: environment::Magento,
    pub(crate) order_owner: OrderOwner,
    /// Whether another shop takes its payments with the account.
    pub(crate) shares_account: bool,
    /// The connections, where a test makes many worlds.
    pub(crate) pool: Option<Pool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shop: MagentoSettings::default(),
            previous: None,
            seen_scheme: "http",
            magento: environment::Magento {
                base_url: "http://replaced.example".parse().unwrap(),
                stores: Vec::new(),
                payment_methods: Vec::new(),
                scope: None,
                auth: MagentoAuth::Oauth,
                signed_scheme: None,
                timeout_s: 10,
                settle_s: 5,
                settle_partial_s: 120,
                requests_per_s: 1_000,
                allow_order_save: false,
                paid_status: "processing".to_owned(),
            },
            order_owner: OrderOwner::Tillbridge,
            shares_account: false,
            pool: None,
        }
    }
}

/// A connector and the shop that it speaks to.
pub(crate) struct World {
    pub(crate) door: Arc<Door>,
    pub(crate) connector: Box<dyn Connector>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let door = Door::open(options.shop.clone(), options.seen_scheme).await;
        let connector = Box::new(magento::connector(client(&door.base, &options)).unwrap());
        Self { door, connector }
    }

    /// Puts an order into the shop; gives its id.
    pub(crate) fn put(&self, order: Value) -> u64 {
        self.door.shop.put_order(order)
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Result<Value, Fault> {
        self.connector.run(&action.parse().unwrap(), &call(), input).await
    }

    pub(crate) async fn find(&self, action: &str, input: Value) -> Result<Option<Value>, Fault> {
        self.connector.find(&action.parse().unwrap(), &call(), input).await
    }

    /// What came to the shop since it was last asked: method and path.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.door.take().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    pub(crate) fn order(&self, id: u64) -> Value {
        let orders = self.held("orders");
        orders.iter().find(|order| order["entity_id"] == id).unwrap().clone()
    }

    pub(crate) fn invoices(&self) -> Vec<Value> {
        self.held("invoices")
    }

    fn held(&self, kind: &str) -> Vec<Value> {
        self.door.shop.state()["magento"][kind].as_array().unwrap().clone()
    }

    /// All that the shop holds, without times.
    pub(crate) fn books(&self) -> Value {
        let mut books = self.door.shop.state()["magento"].clone();
        without_times(&mut books);
        books
    }
}

fn without_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !matches!(name.as_str(), "created_at" | "updated_at"));
            fields.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}

/// A client of `base` with the double's keys.
pub(crate) fn client(base: &str, options: &Options) -> Client {
    let settings = outbound::Settings {
        system: "magento",
        base_url: base.parse().unwrap(),
        timeout: SignedDuration::from_secs(i64::from(options.magento.timeout_s)),
        body_bytes_max: ANSWER_BYTES_MAX,
    };
    let own = Settings {
        magento: options.magento.clone(),
        account: "acct_1Test".parse().unwrap(),
        order_owner: options.order_owner,
        shares_account: options.shares_account,
    };
    let of = |shop: &MagentoSettings| Credentials::of(options.magento.auth, keys(shop));
    let credentials = Live::new(of(&options.shop), options.previous.as_ref().map(of));
    let pool = options.pool.clone().unwrap_or_else(|| Pool::new().unwrap());
    Client::new(Outbound::new(settings, &pool), own, credentials)
}

pub(crate) fn keys(shop: &MagentoSettings) -> Keys {
    Keys {
        consumer_key: shop.consumer_key.clone().into(),
        consumer_secret: shop.consumer_secret.clone().into(),
        access_token: shop.access_token.clone().into(),
        access_token_secret: shop.access_token_secret.clone().into(),
    }
}

pub(crate) fn call() -> Call {
    Call {
        pair: "main".parse().unwrap(),
        deadline: Timestamp::now() + SignedDuration::from_secs(60),
        generation: 0,
        trace_id: "trace".to_owned(),
    }
}

/// A captured payment of an amount in minor units, which names the orders given.
pub(crate) fn payment(minor: i64, currency: &str, orders: &Value) -> Value {
    let money = json!({ "minor": minor.to_string(), "currency": currency });
    json!({
        "charge": "ch_1", "intent": "pi_1", "status": "succeeded", "captured": true, "amount": money,
        "amount_captured": money, "amount_refunded": { "minor": "0", "currency": currency },
        "created": "2026-03-02T09:15:00Z", "method": "card", "brand": "visa", "last4": "4242",
        "orders": orders, "livemode": false
    })
}
