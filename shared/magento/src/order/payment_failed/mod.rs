//! `magento.order.payment_failed`: converges on an order that waits for its money, and whose history tells once of one attempt
//! that failed: the shop's staff with the reason, under the status that the shop has for it, and the customer, where there is
//! something to tell, by the shop's own mail.
//!
//! Undisturbed it makes four calls: read, note, message, read back; three without a message; one where all is there, or where
//! the order does not wait for money: then nothing is written. The note goes first, for it carries the key; see
//! [`history`] for how the message is found again, which must not carry one. A status is set with the note alone: whoever
//! gives the order another one afterwards is right.
//!
//! Source: `Sales/Model/Service/OrderService.php` of magento/magento2; seen on 2.4.5.

mod history;

use canonical::{NaturalKey, OrderId, OrderState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::comment;
use super::progress::Progress;
use super::wire::WireOrder;
use crate::{Client, Error, Query};
use history::{Attempt, History};

/// The action's name.
pub const NAME: &str = "magento.order.payment_failed";
/// What is asked for.
const FIELDS: &str = "entity_id,increment_id,state,status,order_currency_code,grand_total,total_paid,total_due,\
total_canceled,status_histories[entity_id,comment,is_customer_notified,is_visible_on_front]";

/// What failed, and what is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
    /// What makes the attempt one and the same: its charge.
    pub attempt: String,
    /// The status that the order shall show; absent: the one it has.
    #[serde(default)]
    pub status: Option<String>,
    /// What the shop's staff is told.
    pub note: String,
    /// What the customer is told, and nothing of the reason; absent: nothing.
    #[serde(default)]
    pub message: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Whether it is told.
    pub outcome: Outcome,
    /// What became of the mail.
    pub mail: Mail,
    /// The order's state now.
    pub state: OrderState,
    /// The order's status now.
    pub status: String,
}

/// Whether the order tells of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its history does.
    Recorded,
    /// It is paid, cancelled, on hold or otherwise past it: nothing was written.
    Left,
}

/// What became of the customer's mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mail {
    /// The shop has taken it.
    Sent,
    /// The shop could not send it; the message is in the order's history.
    NotSent,
    /// There was nothing to send.
    None,
}

/// An order, and what it tells.
struct Seen {
    order: Progress,
    history: History,
}

impl Seen {
    async fn read(client: &Client, order: OrderId) -> Result<Self, Error> {
        let query = Query::new().with("fields", FIELDS);
        let action = format!("read the history of order {order}");
        let wire: WireOrder = client.get(&action, &format!("/V1/orders/{order}"), &query).await?;
        Ok(Self { order: Progress::of(order, &wire)?, history: History::of(wire.status_histories) })
    }

    /// Whether it waits for its money: nothing was paid on it, and its state lets it be paid.
    fn waits(&self) -> bool {
        let is_open =
            matches!(self.order.state, OrderState::New | OrderState::PendingPayment | OrderState::Processing);
        is_open && self.order.paid.is_zero() && !self.order.is_paid()
    }

    /// Whether it goes on as a paid order, and shows the status of one that is not.
    fn is_paid_under(&self, status: Option<&str>) -> bool {
        self.order.state == OrderState::Processing
            && !self.waits()
            && status.is_some_and(|status| status == self.order.status)
    }

    fn output(&self, outcome: Outcome, mail: Mail) -> Output {
        Output { outcome, mail, state: self.order.state, status: self.order.status.clone() }
    }

    /// The whole effect, where it is there.
    fn done(&self, attempt: &Attempt<'_>) -> Option<Output> {
        if !self.history.is_noted(attempt) {
            return None;
        }
        let mail = match (attempt.message, self.history.told(attempt)) {
            (None, _) => Mail::None,
            (Some(_), Some(true)) => Mail::Sent,
            (Some(_), Some(false)) => Mail::NotSent,
            (Some(_), None) => return None,
        };
        Some(self.output(Outcome::Recorded, mail))
    }
}

/// `tb:<account>:attempt:<charge>`
///
/// # Errors
/// The charge makes no key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    client.key("attempt", &input.attempt)
}

/// Looks for the note, and the message where there is one. One call.
///
/// # Errors
/// As Magento answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let key = key(&client, &input)?;
    let seen = Seen::read(&client, input.order).await?;
    Ok(seen.done(&Attempt::new(&key, input.message.as_deref())))
}

/// Converges.
///
/// # Errors
/// [`Error::NotConverged`] where the order does not show what was written, or as Magento answers: a status that the shop has
/// not assigned to the order's state is refused before anything is told.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let key = key(&client, &input)?;
    let attempt = Attempt::new(&key, input.message.as_deref());
    let before = Seen::read(&client, input.order).await?;
    if let Some(output) = before.done(&attempt) {
        return Ok(output);
    }
    if !before.waits() {
        return Ok(before.output(Outcome::Left, Mail::None));
    }
    // Without a status, 2.4.5 sets it to null and the order vanishes from the grid.
    let own = Some(before.order.status.as_str()).filter(|status| !status.is_empty());
    let is_noted = before.history.is_noted(&attempt);
    let status = if is_noted { own } else { input.status.as_deref().or(own) };
    if !is_noted {
        comment::add(&client, input.order, &attempt.note(&input.note), status).await?;
    }
    let mail = match attempt.message.filter(|_| before.history.told(&attempt).is_none()) {
        Some(message) => told(&client, &input, &attempt, message, status).await?,
        None => Mail::None,
    };
    let mut after = Seen::read(&client, input.order).await?;
    if !is_noted && after.is_paid_under(input.status.as_deref()) {
        // Somebody invoiced it while it was told: it must not be left with that status.
        let paid = Some(client.settings().magento.paid_status.as_str());
        comment::add(&client, input.order, &format!("Paid meanwhile {}", attempt.marker), paid).await?;
        after = Seen::read(&client, input.order).await?;
    }
    let shown = after.done(&attempt).ok_or_else(|| not_shown(&after.order.number, &attempt))?;
    if after.waits() && status.is_some_and(|status| status != after.order.status) {
        return Err(status_not_set(&after.order, status.unwrap_or_default()));
    }
    // That a mail could not be sent is known here alone: the history says that it was to be.
    Ok(if mail == Mail::NotSent { Output { mail, ..shown } } else { shown })
}

/// Tells the customer. One call; where the mail could not be sent, another that looks whether the message was written all the
/// same, and where it was not, one more that writes it without a mail.
async fn told(
    client: &Client,
    input: &Input,
    attempt: &Attempt<'_>,
    message: &str,
    status: Option<&str>,
) -> Result<Mail, Error> {
    match tell(client, input.order, message, status, Mail::Sent).await {
        Ok(()) => Ok(Mail::Sent),
        Err(Error::Refused { code: "mail_not_sent", .. }) => {
            let now = Seen::read(client, input.order).await?;
            if now.history.told(attempt).is_none() {
                tell(client, input.order, message, status, Mail::NotSent).await?;
            }
            Ok(Mail::NotSent)
        }
        Err(error) => Err(error),
    }
}

/// Adds a comment that the customer sees. One call.
async fn tell(
    client: &Client,
    order: OrderId,
    message: &str,
    status: Option<&str>,
    mail: Mail,
) -> Result<(), Error> {
    let is_customer_notified = u8::from(mail == Mail::Sent);
    let body = json!({ "statusHistory": {
        "comment": message, "status": status, "parent_id": order,
        "is_customer_notified": is_customer_notified, "is_visible_on_front": 1
    }});
    let (action, path) =
        (format!("tell the customer of order {order}"), format!("/V1/orders/{order}/comments"));
    let _: bool = client.post(&action, &path, &Query::new(), &body).await?;
    Ok(())
}

fn not_shown(order: &str, attempt: &Attempt<'_>) -> Error {
    Error::NotConverged {
        order: order.to_owned(),
        code: "comment_not_written",
        problem: format!("its history does not show the failed attempt {}; replay", attempt.marker),
    }
}

fn status_not_set(order: &Progress, status: &str) -> Error {
    Error::NotConverged {
        order: order.number.clone(),
        code: "status_not_set",
        problem: format!(
            "its status is `{:.40}` and not `{status:.40}`, which the shop was asked for; does a module set it back? Set it by \
             hand, then replay or discard",
            order.status
        ),
    }
}
