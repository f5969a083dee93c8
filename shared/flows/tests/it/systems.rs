//! Scripted systems: the actions that flows use, with canned answers, and a record of every call.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use canonical::{
    ChargeId, Fulfilment, IncrementId, NaturalKey, Order, OrderId, Payment, SalesInvoice, SalesOrder,
};
use flow::document::Source;
use flow::{ActionName, ActionSpec, Call, Connector, Effect, Fault};
use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadPayment {
    #[serde(rename = "charge")]
    _charge: ChargeId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadOrder {
    #[serde(rename = "payment")]
    _payment: Payment,
    #[serde(default, rename = "link")]
    _link: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MarkPaid {
    #[serde(rename = "order")]
    _order: OrderId,
    #[serde(rename = "payment")]
    _payment: Payment,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Put<D> {
    document: D,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadInvoice {
    #[serde(rename = "order_key")]
    _order_key: NaturalKey,
    #[serde(rename = "since")]
    _since: String,
    #[serde(rename = "total")]
    _total: canonical::Money,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tag {
    #[serde(rename = "payment")]
    _payment: Payment,
    #[serde(rename = "order")]
    _order: Tagged,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tagged {
    #[serde(rename = "id")]
    _id: OrderId,
    #[serde(rename = "number")]
    _number: IncrementId,
    #[serde(rename = "store")]
    _store: u64,
}

#[derive(JsonSchema)]
struct Marked {
    #[serde(rename = "outcome")]
    _outcome: String,
    #[serde(rename = "invoice")]
    _invoice: Option<u64>,
    #[serde(rename = "state")]
    _state: String,
    #[serde(rename = "status")]
    _status: String,
    #[serde(rename = "transaction_id")]
    _transaction_id: String,
}

/// The folder of a flow, as it lies on disk.
pub(crate) fn read(folder: &Path) -> Source {
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mappings: BTreeMap<_, _> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "jsonata"))
        .map(|file| (name(&file), text(&file)))
        .collect();
    Source { folder: name(folder), yaml: text(&folder.join("flow.yaml")), mappings }
}

/// What the systems offer.
pub(crate) fn specs() -> Vec<ActionSpec> {
    let write = Effect::Write { settle: SignedDuration::from_secs(5) };
    let spec = |name: &str, effect, input: Schema, output: Schema| ActionSpec {
        name: name.parse().unwrap(),
        effect,
        timeout: SignedDuration::from_secs(20),
        input,
        output,
        links: &[],
        locks: None,
    };
    let any = || schemars::json_schema!({ "type": "object" });
    let mut specs = flow::stored::specs().unwrap();
    specs.extend([
        spec("stripe.payment.read", Effect::Read, schema_for!(ReadPayment), schema_for!(Payment)),
        spec("magento.order.read", Effect::Read, schema_for!(ReadOrder), schema_for!(Order)),
        spec("magento.order.mark_paid", write, schema_for!(MarkPaid), schema_for!(Marked)),
        spec("erp.sales_order.put", write, schema_for!(Put<SalesOrder>), any()),
        spec("erp.sales_invoice.put", write, schema_for!(Put<SalesInvoice>), any()),
        spec("erp.sales_invoice.read", Effect::Read, schema_for!(ReadInvoice), any()),
        spec("wms.fulfilment.put", write, schema_for!(Put<Fulfilment>), any()),
        spec("stripe.payment.tag", write, schema_for!(Tag), any()),
    ]);
    specs.extend(crate::attempts::specs());
    specs
}

/// Whether an input is what the action takes, and its documents add up.
fn check(action: &str, input: Value) -> Result<(), String> {
    fn read<T: for<'de> Deserialize<'de>>(input: Value) -> Result<T, String> {
        serde_json::from_value(input).map_err(|error| error.to_string())
    }
    if let Some(checked) = crate::attempts::check(action, &input) {
        return checked;
    }
    match action {
        "stripe.payment.read" => read::<ReadPayment>(input).map(drop),
        "store.link.read" => read::<flow::stored::Input>(input).map(drop),
        "magento.order.read" => read::<ReadOrder>(input).map(drop),
        "magento.order.mark_paid" => read::<MarkPaid>(input).map(drop),
        "erp.sales_order.put" => {
            read::<Put<SalesOrder>>(input)?.document.check().map_err(|error| error.to_string())
        }
        "erp.sales_invoice.put" => read::<Put<SalesInvoice>>(input).map(drop),
        "erp.sales_invoice.read" => read::<ReadInvoice>(input).map(drop),
        "wms.fulfilment.put" => read::<Put<Fulfilment>>(input).map(drop),
        "stripe.payment.tag" => read::<Tag>(input).map(drop),
        other => Err(format!("no answer to {other}")),
    }
}

/// All systems in one, answering as `world.json` says: a value, a list of values (the last repeats), or a fault.
pub(crate) struct Scripted {
    answers: BTreeMap<String, Value>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Scripted {
    pub(crate) fn new(answers: BTreeMap<String, Value>) -> Self {
        Self { answers, calls: Mutex::default() }
    }

    /// What was called, in order; a call that repeats the one before is counted.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let mut shown: Vec<(Value, usize)> = Vec::new();
        let mut pending: Vec<(String, Value)> = self.calls.lock().unwrap().clone();
        for (action, input) in pending.drain(..) {
            let call = json!({ "action": action, "with": input });
            match shown.iter_mut().find(|(seen, _)| *seen == call) {
                Some((_, times)) => *times += 1,
                None => shown.push((call, 1)),
            }
        }
        let counted = |(mut call, times): (Value, usize)| {
            if times > 1 {
                call["times"] = json!(times);
            }
            call
        };
        shown.into_iter().map(counted).collect()
    }
}

#[async_trait]
impl Connector for Scripted {
    fn specs(&self) -> Vec<ActionSpec> {
        specs()
    }

    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault> {
        let id = ["/document/key", "/order/id", "/order", "/intent"].into_iter().find_map(|pointer| {
            match input.pointer(pointer)? {
                Value::String(id) => Some(id.clone()),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            }
        });
        Ok(format!("{action}:{}", id.expect("every write names its thing")).parse().unwrap())
    }

    async fn find(&self, _: &ActionName, _: &Call, _: Value) -> Result<Option<Value>, Fault> {
        Ok(None)
    }

    async fn run(&self, action: &ActionName, _: &Call, input: Value) -> Result<Value, Fault> {
        if let Err(why) = check(action.as_str(), input.clone()) {
            panic!("{action}: {why}\n{input:#}");
        }
        let mut calls = self.calls.lock().unwrap();
        let before = calls.iter().filter(|(name, _)| name == action.as_str()).count();
        calls.push((action.to_string(), input));
        let answer =
            self.answers.get(action.as_str()).unwrap_or_else(|| panic!("world.json has no {action}"));
        let answer = match answer.as_array() {
            Some(answers) => answers.get(before).or(answers.last()).expect("an answer"),
            None => answer,
        };
        match answer.get("fault") {
            Some(fault) => Err(serde_json::from_value(fault.clone()).expect("a fault")),
            None => Ok(answer.clone()),
        }
    }
}
