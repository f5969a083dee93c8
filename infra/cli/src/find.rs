//! Finding what an operator means: an execution, an event, or any name of the order.

use anyhow::Result;
use flow::Store;
use flow::execution::{Execution, Status, by_entity, entities, execution_by_event};

use crate::{Context, Stop};

/// Executions of one entity that are looked at.
pub(crate) const EXECUTIONS_MAX: u32 = 100;
/// Names by which a thing may be asked for, tried in this order.
const KINDS: [&str; 11] = [
    "order_number",
    "payment_intent",
    "charge",
    "refund",
    "dispute",
    "payout",
    "sales_order",
    "sales_invoice",
    "fulfilment",
    "credit_memo_number",
    "credit_note",
];
/// What stands before Magento's own id of an order. Without it `42` is an order number and nothing else: order 000000037 may have the
/// id 42, and nobody means that one.
const BY_ID: &str = "order:";

/// The entities whose executions tell the story of a name: one payment, or all the payments of an order.
pub(crate) async fn entities_of(context: &Context, store: &dyn Store, what: &str) -> Result<Vec<String>> {
    let of_event = by_event(context, store, what).await?;
    if !of_event.is_empty() {
        let mut found: Vec<String> = of_event.into_iter().map(|execution| execution.entity).collect();
        found.sort();
        found.dedup();
        return Ok(found);
    }
    if what.starts_with("evt_") {
        return Err(unknown(what, "was it accepted? `tillbridge executions` lists what was"));
    }
    let by_id = what.strip_prefix(BY_ID).map(|id| ("order", id));
    let by_name = KINDS.into_iter().filter(|_| by_id.is_none()).map(|kind| (kind, what));
    for (kind, what) in by_id.into_iter().chain(by_name) {
        let met = entities(store, &context.pair, kind, what).await?;
        if !met.is_empty() {
            return Ok(met);
        }
        // What was skipped or parked early has no link, but its entity is its own name.
        let entity = format!("{kind}:{what}");
        if !by_entity(store, &context.pair, &entity, 1).await?.is_empty() {
            return Ok(vec![entity]);
        }
    }
    Err(unknown(
        what,
        "ask for an order number as the shop writes it, zeros and all, pi_…, ch_…, po_… or evt_…, or `order:` and Magento's own id",
    ))
}

/// The one execution that is meant: the parked one, where there are several.
pub(crate) async fn execution(context: &Context, store: &dyn Store, what: &str) -> Result<Execution> {
    let mut found = Vec::new();
    if let Some((flow, event)) = what.split_once('/')
        && let (Ok(flow), Ok(event)) = (flow.parse(), event.parse())
    {
        let execution = execution_by_event(store, &context.pair, &flow, &event).await?;
        return execution.ok_or_else(|| unknown(what, "`tillbridge parked` lists those that stand"));
    }
    found.extend(by_event(context, store, what).await?);
    if found.is_empty() {
        for entity in entities_of(context, store, what).await? {
            found.extend(by_entity(store, &context.pair, &entity, EXECUTIONS_MAX).await?);
        }
    }
    let is_parked = |execution: &Execution| execution.status == Status::Parked;
    if found.iter().filter(|execution| is_parked(execution)).count() == 1 {
        found.retain(is_parked);
    }
    match <[Execution; 1]>::try_from(found) {
        Ok([one]) => Ok(one),
        Err(several) => {
            let names: Vec<String> =
                several.iter().map(|one| format!("\n  {} ({})", name(one), one.status.as_str())).collect();
            Err(Stop::Usage(format!("`{what}` is about several; name one of{}", names.concat())).into())
        }
    }
}

/// How an execution is named: `order-to-cash/evt_1`.
pub(crate) fn name(execution: &Execution) -> String {
    format!("{}/{}", execution.flow, execution.event)
}

async fn by_event(context: &Context, store: &dyn Store, what: &str) -> Result<Vec<Execution>> {
    let Ok(event) = what.parse() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for flow in flows::names() {
        found.extend(execution_by_event(store, &context.pair, &flow.parse()?, &event).await?);
    }
    Ok(found)
}

fn unknown(what: &str, advice: &str) -> anyhow::Error {
    Stop::Problem(format!("nothing is known of `{what}`; {advice}")).into()
}
