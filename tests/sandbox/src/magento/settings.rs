//! What a shop is set to: who calls it, and how its version and its configuration make it answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Settings of the Magento double.
#[derive(Clone, Debug)]
pub struct MagentoSettings {
    /// The integration's consumer key.
    pub consumer_key: String,
    /// The integration's consumer secret.
    pub consumer_secret: String,
    /// The integration's access token.
    pub access_token: String,
    /// The integration's access token secret.
    pub access_token_secret: String,
    /// What can be changed while it runs.
    pub switches: Switches,
}

impl Default for MagentoSettings {
    /// The keys are those of `infra/local/secrets.json`.
    fn default() -> Self {
        Self {
            consumer_key: "tillbridgelocalconsumerkey000000".to_owned(),
            consumer_secret: "tillbridgelocalconsumersecret000".to_owned(),
            access_token: "tillbridgelocalaccesstoken000000".to_owned(),
            access_token_secret: "tillbridgelocaltokensecret000000".to_owned(),
            switches: Switches::default(),
        }
    }
}

/// How the shop answers, where versions and configurations differ. The default is 2.4.5 as it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// `oauth/consumer/enable_integration_as_bearer`; off since 2.4.4.
    pub bearer_allowed: bool,
    /// Rights that the integration lacks, such as `Magento_Sales::invoice`.
    pub denied: Vec<String>,
    /// Whether a comment's status must belong to the order's state (2.4.6 and later).
    pub strict_comment_status: bool,
    /// The shop's own statuses, and the states that each is assigned to.
    pub statuses: BTreeMap<String, Vec<String>>,
    /// Whether mail leaves the shop.
    pub mail_works: bool,
    /// How the ids of new documents are answered.
    pub ids: IdForm,
    /// What a page past the end holds.
    pub past_the_end: PastTheEnd,
    /// `webapi/validation`: the largest page; then a page has 20 rows where nobody says otherwise.
    pub page_size_max: Option<usize>,
    /// `state` and `status` are null, not absent, where there are none (2.4.9).
    pub null_state: bool,
    /// Stock in several sources is installed.
    pub msi: bool,
    /// The codes of the sources.
    pub sources: Vec<String>,
    /// `async.operations.all` runs; without it, bulk operations stay open for ever.
    pub bulk_consumer_runs: bool,
    /// Amounts show PHP's binary fractions: `29.949999999999999`.
    pub float_noise: bool,
    /// Amounts of invoices and credit memos are texts: `"29.9500"`.
    pub amounts_as_text: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            bearer_allowed: false,
            denied: Vec::new(),
            strict_comment_status: false,
            statuses: BTreeMap::new(),
            mail_works: true,
            ids: IdForm::Text,
            past_the_end: PastTheEnd::Empty,
            page_size_max: None,
            null_state: false,
            msi: true,
            sources: vec!["default".to_owned()],
            bulk_consumer_runs: true,
            float_noise: false,
            amounts_as_text: false,
        }
    }
}

impl Switches {
    /// Whether the shop's people assigned a status to a state.
    pub(super) fn is_assigned(&self, status: &str, state: &str) -> bool {
        self.statuses.get(status).is_some_and(|states| states.iter().any(|other| other == state))
    }
}

/// How an id is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// `"3"`.
    Text,
    /// `3`.
    Number,
}

/// What a page past the end holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastTheEnd {
    /// Nothing.
    Empty,
    /// The last page again, for ever (older 2.4).
    LastPage,
}
