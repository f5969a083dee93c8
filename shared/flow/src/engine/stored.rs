//! Flow documents as the table keeps them, by hash.

use serde_json::Value;

use crate::document::{Source, load};
use crate::execution::document_key;
use crate::plan::Plan;
use crate::{ActionSpec, Class, Fault, Store, StoreError};

/// The plan of the document with this hash: what an execution began with, and ends with. The fault says why there is none.
///
/// # Errors
/// The table is unavailable.
pub async fn plan(
    store: &dyn Store,
    hash: &str,
    specs: &[ActionSpec],
) -> Result<Result<Plan, Fault>, StoreError> {
    let item = store.get(&document_key(hash)).await?;
    let text = item.as_ref().and_then(|item| item.attributes.get("document")).and_then(Value::as_str);
    let loaded = match text {
        None => Err(format!("flow document {hash} is not in the table")),
        Some(text) => serde_json::from_str::<Source>(text)
            .map_err(|error| error.to_string())
            .and_then(|source| load(&source, specs).map_err(|mistakes| mistakes.to_string())),
    };
    Ok(loaded.map_err(|why| {
        let message = format!("the flow document that this execution began with cannot be used: {why}");
        Fault::new(Class::Validation, "document_unusable", message)
    }))
}
