//! Which order of the shop an execution is about: what people ask by, while its rows are named after the payment.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use canonical::PairId;
use flow::Store;
use flow::execution::{Execution, linked};
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// Names that are looked up at once.
const LOOKUPS: usize = 16;
/// What an order's number is called among the names of an entity.
const KIND: &str = "order_number";

/// The order's number by entity, where one is known.
///
/// # Errors
/// The table cannot be reached.
pub(crate) async fn numbers(
    store: &dyn Store,
    pair: &PairId,
    executions: &[Execution],
) -> Result<BTreeMap<String, String>> {
    let entities: BTreeSet<&str> = executions.iter().map(|execution| execution.entity.as_str()).collect();
    let looked_up = stream::iter(entities).map(async |entity| {
        let (kind, id) = entity.split_once(':').unwrap_or(("entity", entity));
        let names = linked(store, pair, kind, id).await?;
        let number = names.and_then(|mut names| names.remove(KIND));
        anyhow::Ok(number.map(|number| (entity.to_owned(), number)))
    });
    let found: Vec<Option<(String, String)>> = looked_up.buffered(LOOKUPS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// An execution as JSON, with its order's number.
///
/// # Errors
/// It cannot be written.
pub(crate) fn json(execution: &Execution, order: Option<&String>) -> Result<String> {
    let mut row = serde_json::to_value(execution)?;
    row["order_number"] = serde_json::to_value(order)?;
    Ok(row.to_string())
}

/// An order's number for people.
pub(crate) fn told(order: Option<&String>) -> String {
    order.map_or_else(|| "order unknown".to_owned(), |number| format!("order {number}"))
}
