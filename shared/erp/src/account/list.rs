//! `erp.account.list`: the codes of all accounts, in one call. `tillbridge check` compares the environment file with them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.account.list";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// The chart of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The code of each account.
    pub codes: BTreeSet<String>,
}

/// Reads them.
///
/// # Errors
/// As the ERP answers.
pub async fn run(client: Client, _: Input) -> Result<Output, Error> {
    Ok(Output { codes: client.port().accounts().await? })
}
