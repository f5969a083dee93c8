//! The form of a flow document: the JSON Schema that editors check against comes from these types.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{FlowName, StepId};

/// A flow: which events start it and what is done, step by step. A text `{% … %}` is JSONata; anything else is literal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowDocument {
    /// The flow's name: that of its folder.
    pub flow: FlowName,
    /// What it does, in a sentence.
    pub description: String,
    /// Which events start it.
    pub triggers: Vec<TriggerDocument>,
    /// What it does, in order.
    #[schemars(with = "Vec<StepDocument>")]
    pub steps: Vec<Value>,
}

/// One kind of event that starts a flow.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TriggerDocument {
    /// Who sends it: `stripe`, `magento`, `wms`, `tillbridge`.
    pub source: String,
    /// Its type, as the source names it (`charge.succeeded`).
    pub event: String,
    /// JSON pointers into the event to what it is about: the first that is not null counts, an object means its id.
    pub entity: Vec<String>,
}

/// One step. Exactly one of `use`, `check`, `set`, `for_each`, `choose` and `emit` says what it does.
#[derive(Clone, Debug, JsonSchema)]
#[serde(untagged)]
pub enum StepDocument {
    /// Runs an action.
    Use(UseDocument),
    /// Ends the execution unless a condition holds.
    Check(CheckDocument),
    /// Computes a value.
    Set(SetDocument),
    /// Repeats steps for each item of a list.
    ForEach(ForEachDocument),
    /// Runs the first branch whose condition holds.
    Choose(ChooseDocument),
    /// Sends an event to other flows.
    Emit(EmitDocument),
}

/// Runs an action; its output can be read as `$<id>` by later steps.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// The action: `connector.noun.verb`.
    #[serde(rename = "use")]
    pub action: String,
    /// Its input; `{ map: file.jsonata }` stands for a mapping file's value.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// What follows when the thing is not there.
    pub not_found: Option<NotFoundDocument>,
    /// What follows a fault, by its code or class: `retry`, `park`, `skip`, or an expression that says so.
    #[serde(default)]
    pub on_error: BTreeMap<String, String>,
    /// The order's id, `{% … %}`: nothing is written while a stop exists for it.
    pub unless_stopped: Option<String>,
}

/// What follows when the thing is not there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "`not_found` is `park`, `skip`, an expression, or `{ retry_for: 30m, then: park }`"
)]
pub enum NotFoundDocument {
    /// It may come: try again.
    Retry(RetryDocument),
    /// At once: `park`, `skip`, or an expression that says so.
    Now(String),
}

/// It may come: try again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryDocument {
    /// How long, from the step's first try: `30m`, `2h`.
    pub retry_for: String,
    /// What follows then; if nothing is said, `park`.
    pub then: Option<ThenDocument>,
}

/// What follows when a thing has not come.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "`then` is `park`, `skip`, an expression, or a map from codes to these")]
pub enum ThenDocument {
    /// `park`, `skip`, or an expression that says so.
    All(String),
    /// The same for each code of a fault; `park` for codes that are not named.
    ByCode(BTreeMap<String, String>),
}

/// Ends the execution unless a condition holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// What must hold, `{% … %}`.
    pub check: String,
    /// How the execution ends where it does not.
    pub otherwise: EndDocument,
}

/// How an execution ends: one of `park` and `skip`, with the reason in snake case.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndDocument {
    /// A person must look: why.
    pub park: Option<String>,
    /// Nothing to do: why.
    pub skip: Option<String>,
    /// What a person should know: a text or data, with expressions.
    pub detail: Option<Value>,
}

/// Computes a value, which can be read as `$<id>` by later steps.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// The value: literal, with expressions, or `{ map: file.jsonata }`.
    pub set: Value,
}

/// Repeats steps for each item of a list, in order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForEachDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// The list, `{% … %}`.
    pub for_each: String,
    /// The item's name: `$<as>` inside.
    #[serde(rename = "as")]
    pub name: StepId,
    /// What is done with each item.
    #[serde(rename = "do")]
    #[schemars(with = "Vec<StepDocument>")]
    pub steps: Vec<Value>,
}

/// Runs the steps of the first branch whose condition holds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// The branches, in order.
    pub choose: Vec<BranchDocument>,
}

/// A branch. Only the last may be without a condition.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchDocument {
    /// A condition, `{% … %}`; absent: in all other cases.
    pub when: Option<String>,
    /// What is done.
    #[serde(rename = "do")]
    #[schemars(with = "Vec<StepDocument>")]
    pub steps: Vec<Value>,
}

/// Sends an event to other flows: a write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmitDocument {
    /// The step's id.
    pub id: StepId,
    /// A condition, `{% … %}`; where it does not hold, the step is left out.
    pub when: Option<String>,
    /// The event's type.
    pub emit: String,
    /// `<kind>:<id>` of what it is about.
    pub entity: String,
    /// The event's data.
    #[serde(default)]
    pub with: Map<String, Value>,
}

/// The JSON Schema of flow documents, as `flow.schema.json` holds it.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(FlowDocument)
}
