//! Asking a system by the name of an action, as a flow does.

use flow::{Call, Class, Fault};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sweep::Round;

/// Runs an action that reads.
///
/// # Errors
/// As the system answers.
pub(crate) async fn ask<I: Serialize + Sync, O: DeserializeOwned>(
    round: &Round<'_>,
    action: &str,
    input: &I,
) -> Result<O, Fault> {
    let unfit = |what: &str| Fault::new(Class::Validation, "action_unusable", format!("{action}: {what}"));
    let name = action.parse().map_err(|_| unfit("is no action's name"))?;
    let connector = round.connected.connectors.iter().find(|connector| connector.spec(&name).is_some());
    let connector = connector.ok_or_else(|| unfit("no connector has it"))?;
    let call = Call {
        pair: round.pair.clone(),
        deadline: round.deadline,
        generation: 0,
        trace_id: round.trace_id(),
    };
    let input = serde_json::to_value(input).map_err(|_| unfit("its input cannot be written as JSON"))?;
    let output = connector.run(&name, &call, input).await?;
    serde_json::from_value(output).map_err(|error| unfit(&format!("its output is of another form: {error}")))
}
