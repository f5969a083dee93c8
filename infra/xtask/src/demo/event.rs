//! A payment that the sandbox has made, sent as Stripe sends it, and where its execution stands.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::state::State;
use crate::{cloud, http, root, sandbox};

/// The flow that the demo shows.
const FLOW: &str = "order-to-cash";

/// A paid order.
pub(super) struct Paid {
    /// Its number, as people see it.
    pub(super) order: String,
    /// Stripe's charge.
    pub(super) charge: String,
    intent: Option<String>,
    /// What the customer paid.
    pub(super) total: String,
    /// In which currency.
    pub(super) currency: String,
    /// The event's id.
    pub(super) event: String,
    /// The webhook's body.
    pub(super) body: String,
}

/// Where an execution stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// No row yet.
    Unseen,
    /// Finished.
    Done,
    /// Finished, but not by doing.
    Ended(String),
    /// Held up: why, and when it is tried again.
    Waiting(String),
    /// On its way.
    Going(String),
}

impl Standing {
    /// Whether nothing more will happen.
    pub(super) const fn is_end(&self) -> bool {
        matches!(self, Self::Done | Self::Ended(_))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unseen => f.write_str("not begun"),
            Self::Done => f.write_str("done"),
            Self::Ended(word) | Self::Going(word) | Self::Waiting(word) => f.write_str(word),
        }
    }
}

impl Paid {
    /// Has the sandbox make an order of a kind, and the charge that pays it.
    pub(super) fn seed(kind: &str) -> Result<Self> {
        let headers = [("content-type", "application/json")];
        let seeded = http::post(
            &format!("{}/admin/seed", sandbox::URL),
            &headers,
            &json!({"kind": kind}).to_string(),
        )?
        .json("seeding an order")?;
        let text = |name: &str| {
            seeded[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("the sandbox's seed has no {name}"))
        };
        let event = &seeded["event"];
        Ok(Self {
            order: text("increment_id")?,
            charge: text("charge")?,
            intent: text("payment_intent").ok(),
            total: text("grand_total")?,
            currency: text("currency")?.to_uppercase(),
            event: event["id"].as_str().context("the sandbox's event has no id")?.to_owned(),
            body: event.to_string(),
        })
    }

    /// What documents about it are recognised by.
    pub(super) fn names(&self) -> Vec<&str> {
        [Some(self.order.as_str()), Some(self.charge.as_str()), self.intent.as_deref()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Sends the event, signed as Stripe signs (docs.stripe.com/webhooks, "Verify webhook signatures manually").
    pub(super) fn send(&self, state: &State) -> Result<http::Answer> {
        let secrets: Value =
            serde_json::from_str(&std::fs::read_to_string(root::path("infra/local/secrets.json"))?)?;
        let secret =
            secrets["stripe-webhook"]["signing_secrets"][0].as_str().context("no local signing secret")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
        mac.update(format!("{now}.{}", self.body).as_bytes());
        let signature = format!("t={now},v1={}", hex::encode(mac.finalize().into_bytes()));
        let headers =
            [("content-type", "application/json; charset=utf-8"), ("stripe-signature", signature.as_str())];
        http::post(&format!("{}/stripe/{}", state.webhook_url, cloud::PAIR), &headers, &self.body)
    }

    /// Reads the execution's row.
    pub(super) fn standing(&self, state: &State) -> Result<Standing> {
        let key = json!({"pk": {"S": format!("X#{}#{FLOW}#{}", cloud::PAIR, self.event)}, "sk": {"S": "-"}});
        let request = json!({"TableName": state.table, "Key": key, "ConsistentRead": true});
        let found = cloud::call("dynamodb", "DynamoDB_20120810.GetItem", "1.0", &request)?
            .json("reading the execution")?;
        let item = &found["Item"];
        if item.is_null() {
            return Ok(Standing::Unseen);
        }
        let Some(status) = item["status"]["S"].as_str() else {
            bail!("the execution's row has no status: {item}")
        };
        Ok(match status {
            "done" => Standing::Done,
            "parked" => Standing::Ended(format!("parked: {}", item["parked"])),
            "skipped" | "discarded" => Standing::Ended(format!("skipped: {}", item["skipped"]["S"])),
            "waiting" => Standing::Waiting(waiting(&item["waiting"]["M"])),
            going => Standing::Going(going.to_owned()),
        })
    }
}

/// What an execution waits for, as its row tells it.
fn waiting(row: &Value) -> String {
    let text = |name: &str| row[name]["S"].as_str().unwrap_or("?");
    let (code, step, retry_at) = (text("code"), text("step"), text("retry_at"));
    format!("it waits at step {step} ({code}); next try at {retry_at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_says_for_what_and_until_when() {
        let row = json!({"code": {"S": "unavailable"}, "step": {"S": "order"}, "retry_at": {"S": "2026-01-01T00:00:00Z"}});
        let said = "it waits at step order (unavailable); next try at 2026-01-01T00:00:00Z";
        assert_eq!(waiting(&row), said);
    }
}
