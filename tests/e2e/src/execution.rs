//! Where an execution stands, read from the table.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::{Item, Letter, Stack, WAIT, wait_until};

/// The flow that the tests run.
pub const FLOW: &str = "order-to-cash";
/// How long an order may take that others stand before and that is tried again.
pub const END: Duration = Duration::from_secs(150);

/// An execution with all its items.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The head row.
    pub head: Item,
    /// Event and steps.
    pub parts: Vec<Item>,
}

impl Execution {
    /// `done`, `skipped`, `parked`, `waiting`, `running`.
    #[must_use]
    pub fn status(&self) -> &str {
        text(&self.head, "status")
    }

    /// Why it was parked or skipped; empty where it was not.
    #[must_use]
    pub fn reason(&self) -> &str {
        let parked = self.head.get("parked").and_then(|parked| parked["reason"].as_str());
        parked.unwrap_or_else(|| text(&self.head, "skipped"))
    }

    /// What a person is told of why it was parked.
    #[must_use]
    pub fn message(&self) -> &str {
        self.head.get("parked").and_then(|parked| parked["message"].as_str()).unwrap_or_default()
    }

    /// The code of what it waits for. None of one that was only released between two steps, because its time was up or an open
    /// breaker told it to come back: that waits as well, for nothing in particular.
    #[must_use]
    pub fn waits_for(&self) -> Option<&str> {
        self.head.get("waiting").filter(|_| self.status() == "waiting")?["code"].as_str()
    }

    /// How often it was claimed.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        text(&self.head, "attempts").parse().unwrap_or_default()
    }

    /// The event's text as it is kept.
    #[must_use]
    pub fn event(&self) -> String {
        // Longer events are cut: `event`, `event#1`, …
        let chunks = self.parts.iter().filter(|item| text(item, "sk").starts_with("event"));
        chunks.map(|item| text(item, "body")).collect()
    }

    /// A step's item.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Item> {
        self.parts.iter().find(|item| text(item, "sk") == format!("step#{id}"))
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.status(), "done" | "skipped" | "parked" | "discarded")
    }
}

impl Stack {
    /// The execution of an event of the first pair, where there is one.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn execution(&self, event: &str) -> Result<Option<Execution>> {
        self.execution_of("main", event).await
    }

    /// The execution of a pair's event, where there is one.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn execution_of(&self, pair: &str, event: &str) -> Result<Option<Execution>> {
        self.execution_in(FLOW, pair, event).await
    }

    /// The execution of a pair's event in a flow, where there is one.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn execution_in(&self, flow: &str, pair: &str, event: &str) -> Result<Option<Execution>> {
        let items = self.table.partition(&format!("X#{pair}#{flow}#{event}")).await?;
        let (mut heads, parts): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| text(item, "sk") == "-");
        Ok(heads.pop().map(|head| Execution { head, parts }))
    }

    /// Waits until nothing more happens to an event.
    ///
    /// # Errors
    /// It does not end in time; where it stands.
    pub async fn ended(&self, event: &str) -> Result<Execution> {
        self.ended_of("main", event).await
    }

    /// Waits until nothing more happens to a pair's event.
    ///
    /// # Errors
    /// It does not end in time.
    pub async fn ended_of(&self, pair: &str, event: &str) -> Result<Execution> {
        self.until(pair, event, "ended", Execution::is_ended).await
    }

    /// Waits until an execution is as wanted.
    ///
    /// # Errors
    /// It does not come to be so in time.
    pub async fn until(
        &self,
        pair: &str,
        event: &str,
        what: &str,
        is_so: impl Fn(&Execution) -> bool,
    ) -> Result<Execution> {
        let look = || async { Ok(self.execution_of(pair, event).await?.filter(|found| is_so(found))) };
        match wait_until(&format!("{event} of {pair} is {what}"), END, look).await {
            Ok(execution) => Ok(execution),
            Err(error) => {
                let head = self.execution_of(pair, event).await?.map(|execution| execution.head);
                Err(error.context(format!("it stands at {}", Value::from_iter(head.unwrap_or_default()))))
            }
        }
    }

    /// How each delivery of an event ended, by the consumers' own log: `done`, `retry`, `skipped duplicate`.
    ///
    /// # Errors
    /// The log does not answer.
    pub async fn deliveries(&self, event: &str) -> Result<Vec<String>> {
        let lines = self.cloud.logged(event).await?;
        let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let ended = parsed.filter_map(|line| {
            let fields = &line["fields"];
            let outcome = fields["outcome"].as_str().filter(|_| fields["event.id"] == event)?;
            Some(format!("{outcome} {}", fields["reason"].as_str().unwrap_or_default()).trim_end().to_owned())
        });
        Ok(ended.collect())
    }

    /// Waits for the letters that point to an event's execution: it is sent after the row is written.
    ///
    /// # Errors
    /// None comes in time.
    pub async fn letters(&self, event: &str) -> Result<Vec<Letter>> {
        // A look hides what it sees: one at a time.
        static LOOK: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        wait_until(&format!("a letter about {event}"), WAIT, || async {
            let _look = LOOK.lock().await;
            let mut letters = self.queues.peek(&self.state.dead_letter_queue_url).await?;
            letters.retain(|letter| letter.attributes.get("tb.event").is_some_and(|found| found == event));
            Ok(Some(letters).filter(|letters| !letters.is_empty()))
        })
        .await
    }
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
