//! `magento.order.cancel`: converges on a cancelled order, whose stock is free again. An order on which anything was paid is
//! left as it is. Three calls: read, cancel, read back; one where it is cancelled or left.
//!
//! Source: `Sales/Model/Service/OrderService.php`, `Sales/Model/Order::canCancel` of magento/magento2: 200 and `false` where
//! it cannot be cancelled, and where it is cancelled already.

use canonical::{NaturalKey, OrderId, OrderState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::progress::Progress;
use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.order.cancel";

/// Which order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Whether it is cancelled.
    pub outcome: Outcome,
    /// The order's state now.
    pub state: OrderState,
    /// The order's status now.
    pub status: String,
}

/// Whether it is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is.
    Canceled,
    /// Something was paid on it, or somebody has decided otherwise: nothing was written.
    Left,
}

/// `tb:<account>:cancel:<order>`
///
/// # Errors
/// None that an order's id can make.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    client.key("cancel", &input.order.to_string())
}

/// Whether it is cancelled. One call.
///
/// # Errors
/// As Magento answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let now = Progress::read(&client, input.order).await?;
    Ok((now.state == OrderState::Canceled).then(|| output(Outcome::Canceled, now)))
}

/// Cancels it.
///
/// # Errors
/// [`Error::NotConverged`] where Magento will not, or does not show it, else as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let before = Progress::read(&client, input.order).await?;
    if before.state == OrderState::Canceled {
        return Ok(output(Outcome::Canceled, before));
    }
    if !may_be_cancelled(&before) {
        return Ok(output(Outcome::Left, before));
    }
    let path = format!("/V1/orders/{}/cancel", input.order);
    // `false` says that it could not be, or that it was already: what it is now tells which.
    let _: bool =
        client.post(&format!("cancel order {}", input.order), &path, &Query::new(), &json!({})).await?;
    let after = Progress::read(&client, input.order).await?;
    match after.state {
        OrderState::Canceled => Ok(output(Outcome::Canceled, after)),
        _ if !may_be_cancelled(&after) => Ok(output(Outcome::Left, after)),
        _ => Err(Error::NotConverged {
            order: after.number,
            code: "order_not_canceled",
            problem: format!(
                "Magento did not cancel it (its status is `{:.40}`), though nothing is paid on it; look at it there, cancel it \
                 by hand, then replay or discard",
                after.status
            ),
        }),
    }
}

/// Only what waits for its money, all of it.
fn may_be_cancelled(order: &Progress) -> bool {
    matches!(order.state, OrderState::New | OrderState::PendingPayment)
        && order.paid.is_zero()
        && !order.is_paid()
}

fn output(outcome: Outcome, order: Progress) -> Output {
    Output { outcome, state: order.state, status: order.status }
}
