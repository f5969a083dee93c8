//! `magento.order.comment`: a comment in the order's history, once. Converges by its marker: read, write, read back.

use canonical::{NaturalKey, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

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

/// The order's history: one call.
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

impl History {
    async fn read(client: &Client, order: OrderId) -> Result<Self, Error> {
        let query = Query::new().with("fields", "status,status_histories[comment]");
        client
            .get(&format!("read the history of order {order}"), &format!("/V1/orders/{order}"), &query)
            .await
    }

    /// The order's status, where the comment is there.
    fn written(&self, key: &NaturalKey) -> Option<Output> {
        let marker = marker(key);
        let mut entries = self.status_histories.iter().flatten();
        let is_there = entries.any(|e| e.comment.as_deref().is_some_and(|text| text.contains(&marker)));
        is_there.then(|| Output { status: self.status.clone().unwrap_or_default() })
    }
}

/// With its brackets, so that the key of marker `4` is not found in that of `42`.
fn marker(key: &NaturalKey) -> String {
    format!("[{key}]")
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
    Ok(History::read(&client, input.order).await?.written(&key))
}

/// Writes the comment where it is not there. Three calls; one where it is.
///
/// # Errors
/// [`Error::NotConverged`] where it is not there afterwards, or as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let key = key(&client, &input)?;
    let before = History::read(&client, input.order).await?;
    if let Some(output) = before.written(&key) {
        return Ok(output);
    }
    // Without a status, 2.4.5 sets it to null and the order vanishes from the grid.
    let status = input.status.as_deref().or(before.status.as_deref());
    add(&client, input.order, &format!("{} {}", input.comment, marker(&key)), status).await?;
    let after = History::read(&client, input.order).await?;
    after.written(&key).ok_or_else(|| Error::NotConverged {
        order: input.order.to_string(),
        code: "comment_not_written",
        problem: format!("its history does not show the comment {}; replay", marker(&key)),
    })
}

/// Adds a comment that nobody is told of. One call. An order without a status keeps it so.
pub(super) async fn add(
    client: &Client,
    order: OrderId,
    comment: &str,
    status: Option<&str>,
) -> Result<(), Error> {
    let body = json!({ "statusHistory": {
        "comment": comment, "status": status, "parent_id": order, "is_customer_notified": 0, "is_visible_on_front": 0
    }});
    let _: bool = client
        .post(
            &format!("comment on order {order}"),
            &format!("/V1/orders/{order}/comments"),
            &Query::new(),
            &body,
        )
        .await?;
    Ok(())
}
