//! `magento.store.read`: the store views, in one call. `tillbridge check` asks it to see that the integration is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::amount::{Whole, text};
use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.store.read";

/// Nothing is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// The store views.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Each with its id, code and name.
    pub views: Vec<View>,
}

/// A store view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct View {
    /// `store_id` of its orders.
    pub id: u64,
    /// What stands in URLs.
    pub code: String,
    /// What people call it.
    pub name: String,
}

#[derive(Deserialize)]
struct WireView {
    id: Whole,
    #[serde(default, deserialize_with = "text")]
    code: String,
    #[serde(default, deserialize_with = "text")]
    name: String,
}

/// Reads the store views.
///
/// # Errors
/// As Magento answers.
pub async fn run(client: Client, _: Input) -> Result<Output, Error> {
    let views: Vec<WireView> =
        client.get("read the store views", "/V1/store/storeViews", &Query::new()).await?;
    let views = views.into_iter().map(|view| View { id: view.id.0, code: view.code, name: view.name });
    Ok(Output { views: views.collect() })
}
