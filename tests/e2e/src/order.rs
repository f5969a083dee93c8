//! An order that a customer has placed and paid, and the events about it.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Execution, FLOW, Letter, Stack};

/// An order and the charge that pays it, as the sandbox made them.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    /// Which kind of order.
    #[serde(default)]
    pub kind: String,
    /// The number that people see.
    #[serde(rename = "increment_id")]
    pub number: String,
    /// The shop's own id; none where the order comes later.
    #[serde(rename = "entity_id", default)]
    pub id: Option<u64>,
    /// Stripe's charge.
    pub charge: String,
    /// Its intent; old charges have none.
    #[serde(rename = "payment_intent")]
    pub intent: Option<String>,
    /// `charge.succeeded`, as the webhook carries it.
    pub event: Value,
    /// The order as the shop shows it.
    #[serde(default)]
    pub order: Value,
}

impl Order {
    /// The event's id.
    #[must_use]
    pub fn event_id(&self) -> &str {
        self.event["id"].as_str().unwrap_or_default()
    }

    /// What the event is about: the intent, else the charge.
    #[must_use]
    pub fn entity(&self) -> String {
        self.intent
            .as_ref()
            .map_or_else(|| format!("charge:{}", self.charge), |intent| format!("payment_intent:{intent}"))
    }

    /// The webhook's body.
    #[must_use]
    pub fn body(&self) -> String {
        self.event.to_string()
    }

    /// What ingest sends for the event, in a group that no other message is in: so nothing but the execution's claim keeps two
    /// consumers from taking it at once, and no deduplication of the queue's stands before it.
    #[must_use]
    pub fn message(&self, pair: &str, copy: &str) -> Letter {
        let text = |name: &str| self.event[name].as_str().unwrap_or_default().to_owned();
        let attributes = [
            ("tb.version", "1".to_owned()),
            ("tb.pair", pair.to_owned()),
            ("tb.source", "stripe".to_owned()),
            ("tb.event", text("id")),
            ("tb.type", text("type")),
            ("tb.entity", self.entity()),
            ("tb.received_at", jiff::Timestamp::now().to_string()),
            ("tb.trace", format!("copy-{copy}")),
        ];
        Letter {
            body: self.body(),
            attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
            group: format!("copy:{}:{copy}", self.charge),
            receipt: String::new(),
        }
    }
}

impl Stack {
    /// Has a customer place and pay an order of a kind.
    ///
    /// # Errors
    /// The sandbox does not answer, or knows no such kind.
    pub async fn order(&self, kind: &str) -> Result<Order> {
        self.order_with(&json!({ "kind": kind })).await
    }

    /// Has a customer place and pay an order as a seed says.
    ///
    /// # Errors
    /// As [`Self::order`].
    pub async fn order_with(&self, seed: &Value) -> Result<Order> {
        let seeded = self.sandbox.post("/admin/seed", seed).await?;
        serde_json::from_value(seeded).context("the sandbox's seed has another form")
    }

    /// Sends the order's event, signed; ingest must queue it.
    ///
    /// # Errors
    /// Ingest does not.
    pub async fn pay(&self, order: &Order) -> Result<()> {
        self.queue_event(&order.body()).await
    }

    /// Sends an event, signed; ingest must queue it.
    ///
    /// # Errors
    /// Ingest does not.
    pub async fn queue_event(&self, body: &str) -> Result<()> {
        let answer = self.send_stripe("main", body).await?;
        let is_queued = answer.body.strip_prefix("queued: ").is_some_and(|flows| flows.contains(FLOW));
        if answer.status != 200 || !is_queued {
            bail!("ingest did not queue the event: {answer:?}");
        }
        Ok(())
    }

    /// Puts what ingest sends for the order's event straight onto the queue.
    ///
    /// # Errors
    /// The queue does not take it.
    pub async fn copy(&self, order: &Order, pair: &str, copy: &str) -> Result<()> {
        let message = order.message(pair, copy);
        let url = self.state.queue_urls.get(FLOW).context("the flow has no queue")?;
        self.queues.send(url, &message, &message.group).await
    }

    /// Sends the order's event and waits until nothing more happens to it.
    ///
    /// # Errors
    /// Ingest does not queue it, or it does not end.
    pub async fn run(&self, order: &Order) -> Result<Execution> {
        self.pay(order).await?;
        self.ended(order.event_id()).await
    }
}
