//! `books.dispute.close`: the loss of a dispute that was decided for the customer: what was withdrawn and has not come back. Converges:
//! the dispute is read fresh, and a loss that is posted is left.

use books::rules::{LostDispute, dispute_lost, outstanding};
use canonical::{DisputeId, DisputeStatus, Money, NaturalKey};
use flow::execution::linked;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Client, Error, entries, journal};

/// The action's name.
pub const NAME: &str = "books.dispute.close";

/// What is closed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The dispute.
    pub dispute: DisputeId,
    /// When the event that tells of its end was made: the loss is of that day.
    #[schemars(with = "String")]
    pub closed_at: Timestamp,
}

/// What is posted now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The dispute.
    pub dispute: DisputeId,
    /// Key of the journal; none where nothing was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<NaturalKey>,
}

/// Names the effect.
///
/// # Errors
/// Too long for a key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(books::keys::dispute_lost(&client.ledger.account, &input.dispute)?)
}

/// The loss, where it is posted. One read of the table.
///
/// # Errors
/// The table's.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let key = key(&client, &input)?;
    let kept = journal::number(&client, &key).await?;
    Ok(kept.map(|_| Output { dispute: input.dispute, journal: Some(key) }))
}

/// Posts it. One call of Stripe, and two of the ERP.
///
/// # Errors
/// An account or a rate that is missing, or as Stripe and the ERP answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let Input { dispute, closed_at } = input;
    let read = stripe::dispute::read::Input { dispute };
    let dispute = stripe::dispute::read::run(client.stripe.clone(), read).await?;
    let nothing = Output { dispute: dispute.id.clone(), journal: None };
    if dispute.status != DisputeStatus::Lost {
        return Ok(nothing);
    }
    let Some(withdrawn) = entries::withdrawn(&client.ledger, &dispute)? else { return Ok(nothing) };
    let left = outstanding(&client.ledger, &dispute.transactions, Date::MAX);
    let Some(first) = left.first() else { return Ok(nothing) };
    let amounts = left.iter().map(|transaction| transaction.amount);
    let lost = Money::sum(withdrawn.amount.currency(), amounts)?.negated()?;
    let base = client.ledger.base(lost, client.ledger.date(first.created))?;
    let names =
        linked(client.ports.store.as_ref(), client.pair()?, "charge", dispute.charge.as_str()).await?;
    let lost = LostDispute {
        id: dispute.id.clone(),
        closed_on: client.ledger.date(closed_at),
        withdrawn: books::Held { amount: lost, base, ..withdrawn },
        order: names.and_then(|names| names.get("order_number")?.parse().ok()),
    };
    let posted = journal::post(&client, dispute_lost(&client.ledger, &lost)?).await?;
    Ok(Output { dispute: dispute.id, journal: Some(posted.key) })
}
