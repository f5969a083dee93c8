//! The actions that flows use: what each takes, and what is known of its answer.

use canonical::{
    BalanceTransaction, ChargeId, CreditMemo, CreditNote, Dispute, DisputeId, Fulfilment, IncrementId,
    NaturalKey, Order, OrderId, Payment, PaymentEntry, Payout, PayoutId, Refund, RefundId, SalesInvoice,
    SalesOrder,
};
use flow::{ActionSpec, Effect};
use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::attempts;

/// One action.
pub(crate) struct Entry {
    pub(crate) spec: ActionSpec,
    /// Whether an input is what the action takes, and its document adds up.
    pub(crate) check: fn(Value) -> Result<(), String>,
}

/// What the systems offer.
pub(crate) fn all() -> Vec<Entry> {
    let write = Effect::Write { settle: SignedDuration::from_secs(5) };
    let read = Effect::Read;
    let any = || schemars::json_schema!({ "type": "object" });
    vec![
        entry::<ReadPayment>("stripe.payment.read", read, schema_for!(Payment)),
        entry::<ReadOrder>("magento.order.read", read, schema_for!(Order)),
        entry::<MarkPaid>("magento.order.mark_paid", write, schema_for!(Marked)),
        Entry { check: sound_order, ..entry::<Put<SalesOrder>>("erp.sales_order.put", write, any()) },
        entry::<Put<SalesInvoice>>("erp.sales_invoice.put", write, any()),
        entry::<ReadInvoice>("erp.sales_invoice.read", read, any()),
        entry::<Put<Fulfilment>>("wms.fulfilment.put", write, any()),
        entry::<Tag>("stripe.payment.tag", write, any()),
        entry::<ListRefunds>("stripe.refund.list", read, schema_for!(Listed)),
        entry::<ReadPayment>("stripe.settlement.read", read, schema_for!(Settled)),
        entry::<PutMemo>("magento.credit_memo.put", write, schema_for!(Credited)),
        Entry { check: sound_credit_note, ..entry::<Put<CreditNote>>("erp.credit_note.put", write, any()) },
        entry::<Put<PaymentEntry>>("erp.payment.put", write, any()),
        entry::<Cancel>("wms.fulfilment.cancel", write, any()),
        entry::<OfPayout>("stripe.payout.read", read, schema_for!(Payout)),
        entry::<OfPayout>("books.payout.post", write, any()),
        entry::<OfPayout>("books.payout.reconcile", write, any()),
        entry::<OfDispute>("stripe.dispute.read", read, schema_for!(Dispute)),
        entry::<CloseDispute>("books.dispute.close", write, any()),
        entry::<OfDay>("books.day.post", write, any()),
        entry::<OfDay>("books.exceptions.review", write, any()),
        entry::<OfDay>("books.day.audit", read, any()),
    ]
    .into_iter()
    .chain(attempts::all())
    .chain(stored())
    .collect()
}

/// What the engine itself offers: its own schemas are those of its inputs.
fn stored() -> impl Iterator<Item = Entry> {
    let check = |name: &str| -> fn(Value) -> Result<(), String> {
        match name {
            "store.link.read" => fits::<flow::stored::LinkInput>,
            "store.posting.claim" => fits::<flow::stored::PostingInput>,
            _ => fits::<flow::stored::StopInput>,
        }
    };
    let specs = flow::stored::specs().unwrap().into_iter();
    specs.map(move |spec| Entry { check: check(spec.name.as_str()), spec })
}

pub(crate) fn entry<I: JsonSchema + DeserializeOwned>(name: &str, effect: Effect, output: Schema) -> Entry {
    let spec = ActionSpec {
        name: name.parse().unwrap(),
        effect,
        timeout: SignedDuration::from_secs(20),
        input: schema_for!(I),
        output,
        links: &[],
        locks: None,
    };
    Entry { spec, check: fits::<I> }
}

pub(crate) fn read<T: DeserializeOwned>(input: Value) -> Result<T, String> {
    serde_json::from_value(input).map_err(|error| error.to_string())
}

fn fits<T: DeserializeOwned>(input: Value) -> Result<(), String> {
    read::<T>(input).map(drop)
}

fn sound_order(input: Value) -> Result<(), String> {
    read::<Put<SalesOrder>>(input)?.document.check().map_err(|error| error.to_string())
}

fn sound_credit_note(input: Value) -> Result<(), String> {
    read::<Put<CreditNote>>(input)?.document.check().map_err(|error| error.to_string())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfPayout {
    #[serde(rename = "payout")]
    _payout: PayoutId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfDispute {
    #[serde(rename = "dispute")]
    _dispute: DisputeId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CloseDispute {
    #[serde(rename = "dispute")]
    _dispute: DisputeId,
    #[serde(rename = "closed_at")]
    #[schemars(with = "String")]
    _closed_at: jiff::Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfDay {
    #[serde(rename = "day")]
    _day: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListRefunds {
    #[serde(rename = "refund")]
    _refund: Option<RefundId>,
    #[serde(rename = "charge")]
    _charge: Option<ChargeId>,
}

#[derive(JsonSchema)]
struct Listed {
    #[serde(rename = "refunds")]
    _refunds: Vec<Refund>,
    #[serde(rename = "about")]
    _about: Vec<RefundId>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PutMemo {
    #[serde(rename = "order")]
    _order: OrderId,
    #[serde(rename = "refund")]
    _refund: Refund,
    #[serde(rename = "refunds")]
    _refunds: Vec<Refund>,
    #[serde(rename = "payment")]
    _payment: Payment,
}

#[derive(JsonSchema)]
struct Credited {
    #[serde(rename = "outcome")]
    _outcome: String,
    #[serde(rename = "memo")]
    _memo: CreditMemo,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cancel {
    #[serde(rename = "key")]
    _key: NaturalKey,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadPayment {
    #[serde(rename = "charge")]
    _charge: ChargeId,
}

#[derive(JsonSchema)]
struct Settled {
    #[serde(rename = "transaction")]
    _transaction: BalanceTransaction,
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
