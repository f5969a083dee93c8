//! `magento.order.comment`: a comment in the order's history, once. Converges by its marker: read, write, read back.

use canonical::{NaturalKey, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::progress::Progress;
use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.order.comment";

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
    /// What it says, for the shop's staff.
    pub comment: String,
    /// The status that the order shall show; absent: the one it has.
    #[serde(default)]
    pub status: Option<String>,
    /// What makes the comment one and the same.
    pub marker: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The order's status now.
    pub status: String,
}

#[derive(Deserialize)]
struct History {
    status: Option<String>,
    #[serde(default)]
    status_histories: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    comment: Option<String>,
}

/// `tb:<account>:comment:<marker>`
///
/// # Errors
/// The marker makes no key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    client.key("comment", &input.marker)
}

/// Looks for the comment by its marker. One call.
///
/// # Errors
/// As Magento answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let key = key(&client, &input)?;
    let query = Query::new().with("fields", "status,status_histories[comment]");
    let action = format!("read the history of order {}", input.order);
    let history: History = client.get(&action, &format!("/V1/orders/{}", input.order), &query).await?;
    let written = history
        .status_histories
        .unwrap_or_default()
        .iter()
        .any(|entry| entry.comment.as_deref().is_some_and(|comment| comment.contains(key.as_str())));
    Ok(written.then(|| Output { status: history.status.unwrap_or_default() }))
}

/// Writes the comment where it is not there.
///
/// # Errors
/// As Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    if let Some(output) = find(client.clone(), input.clone()).await? {
        return Ok(output);
    }
    let key = key(&client, &input)?;
    let status = match &input.status {
        Some(status) => status.clone(),
        // Without a status, 2.4.5 sets it to null and the order vanishes from the grid.
        None => Progress::read(&client, input.order).await?.status,
    };
    add(&client, input.order, &format!("{} [{key}]", input.comment), &status).await?;
    Ok(Output { status: Progress::read(&client, input.order).await?.status })
}

/// Adds a comment that nobody is told of. One call.
pub(super) async fn add(client: &Client, order: OrderId, comment: &str, status: &str) -> Result<(), Error> {
    let body = json!({ "statusHistory": {
        "comment": comment, "status": status, "parent_id": order, "is_customer_notified": 0, "is_visible_on_front": 0
    }});
    let _: bool = client
        .post(&format!("comment on order {order}"), &format!("/V1/orders/{order}/comments"), &body)
        .await?;
    Ok(())
}
