//! `store.order.stop`: a reason not to ship an order. It is done when no fulfilment that began before is under way any more: what the
//! warehouse has then can be called off, and nothing comes after it.

use canonical::{NaturalKey, OrderId};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stored, fault};
use crate::guard::stop;
use crate::{Class, Fault};

/// A fulfilment mostly takes no longer than its request.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The action's name.
pub(super) const NAME: &str = "store.order.stop";

/// Which order, and why.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
    /// `refunded_in_full`, `disputed`, `fraud`, `cancelled`.
    pub reason: String,
    /// What says so: a refund's id, a dispute's.
    pub who: String,
}

/// What stands now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// Every reason not to ship it.
    pub reasons: Vec<String>,
}

pub(super) fn key(_: &Stored, input: &Input) -> Result<NaturalKey, Fault> {
    let key = format!("stop:{}:{}", input.order, input.reason);
    key.parse()
        .map_err(|error: canonical::Error| Fault::new(Class::Validation, "malformed_stop", error.to_string()))
}

pub(super) async fn find(stored: Stored, input: Input) -> Result<Option<Output>, Fault> {
    let reasons = reasons(&stored, &input).await?;
    if !reasons.contains(&input.reason) || under_way(&stored, &input).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(Output { reasons }))
}

pub(super) async fn stop(stored: Stored, input: Input) -> Result<Output, Fault> {
    let order = input.order.to_string();
    let said = stop::stop(&stored.ports, stored.pair()?, &order, &input.reason, &input.who).await;
    said.map_err(|error| fault(&error))?;
    if let Some(rest) = under_way(&stored, &input).await? {
        // Nothing is wrong, and no try is counted.
        let message = format!(
            "order {order} is stopped; a fulfilment that began before is still being asked for, which is waited for"
        );
        let waits = Fault::new(Class::Throttled, "fulfilment_under_way", message);
        return Err(Fault { retry_after: Some(rest.min(LOOK_AGAIN)), ..waits });
    }
    Ok(Output { reasons: reasons(&stored, &input).await? })
}

/// How long what began before the stop may still take.
async fn under_way(stored: &Stored, input: &Input) -> Result<Option<SignedDuration>, Fault> {
    let (store, now) = (stored.ports.store.as_ref(), stored.ports.clock.now());
    let until = stop::under_way(store, stored.pair()?, &input.order.to_string(), now).await;
    Ok(until.map_err(|error| fault(&error))?.map(|until| until.duration_since(now)))
}

async fn reasons(stored: &Stored, input: &Input) -> Result<Vec<String>, Fault> {
    let order = input.order.to_string();
    let reasons = stop::reasons(stored.ports.store.as_ref(), stored.pair()?, &order).await;
    Ok(reasons.map_err(|error| fault(&error))?.into_keys().collect())
}
