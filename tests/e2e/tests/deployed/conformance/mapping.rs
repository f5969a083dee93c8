//! The mapping from queue to function, asked through the probe (infra/local/conformance.yaml): it fails as a message tells it to,
//! and notes what it saw.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use e2e::{Stack, WAIT, wait_until};
use serde_json::{Value, json};

use super::{BLAME, unique};

struct Probe {
    stack: Stack,
    run: String,
}

impl Probe {
    fn new() -> Self {
        Self::of(unique("run"))
    }

    fn of(run: String) -> Self {
        Self { stack: Stack::from_env().unwrap(), run }
    }

    fn output(&self, name: &str) -> &str {
        let output = self.stack.state.conformance.get(name);
        output.expect("the probe is not deployed; `cargo xtask e2e` deploys it")
    }

    /// Sends a message that fails so many times.
    async fn send(&self, group: &str, name: &str, fail: u32, hide_s: u32) {
        let body = json!({"run": self.run, "name": name, "fail": fail, "hide_s": hide_s}).to_string();
        let request = self.stack.sqs.send_message().queue_url(self.output("QueueUrl")).message_body(body);
        let request = request.message_group_id(format!("{}-{group}", self.run));
        request.message_deduplication_id(format!("{}-{name}", self.run)).send().await.unwrap();
    }

    /// `name:failed` or `name:done` in the order in which the function saw them, once `count` have been seen.
    async fn seen(&self, count: usize) -> Vec<String> {
        self.seen_within(WAIT, count).await
    }

    async fn seen_within(&self, time: Duration, count: usize) -> Vec<String> {
        let look = async || {
            let request =
                self.stack.dynamodb.query().table_name(self.output("SeenTable")).consistent_read(true);
            let request = request
                .key_condition_expression("run = :run")
                .expression_attribute_values(":run", AttributeValue::S(self.run.clone()));
            // `run` is no reserved word; items come by `at`.
            let items = request.send().await?.items.unwrap_or_default();
            let seen: Vec<String> = items
                .iter()
                .map(|item| {
                    let failed = if item["failed"] == AttributeValue::Bool(true) { "failed" } else { "done" };
                    format!("{}:{failed}", item["name"].as_s().unwrap())
                })
                .collect();
            Ok((seen.len() >= count).then_some(seen))
        };
        wait_until("what the probe sees", time, look).await.expect(BLAME)
    }
}

fn of_group(seen: &[String], group: &str) -> Vec<String> {
    seen.iter().filter(|line| line.starts_with(group)).cloned().collect()
}

#[tokio::test]
async fn a_failed_message_holds_back_its_group_and_no_other() {
    let probe = Probe::new();
    probe.send("a", "a1", 1, 2).await;
    probe.send("a", "a2", 0, 0).await;
    probe.send("b", "b1", 0, 0).await;
    probe.send("b", "b2", 0, 0).await;
    let seen = probe.seen(5).await;
    assert_eq!(
        of_group(&seen, "a"),
        ["a1:failed", "a1:done", "a2:done"].map(String::from),
        "{BLAME}: the order of a group after a failure: {seen:?}"
    );
    assert_eq!(
        of_group(&seen, "b"),
        ["b1:done", "b2:done"].map(String::from),
        "{BLAME}: another group's messages: {seen:?}"
    );
    assert!(
        seen.iter().position(|line| line == "b1:done") < seen.iter().position(|line| line == "a1:done"),
        "{BLAME}: b waited for a: {seen:?}"
    );
}

#[tokio::test]
async fn a_batch_that_fails_in_part_keeps_the_part_that_did_not() {
    let probe = Probe::new();
    for group in 0..6 {
        probe.send(&group.to_string(), &format!("{group}"), u32::from(group == 3), 1).await;
    }
    let seen = probe.seen(7).await;
    for group in 0..6 {
        let expected = if group == 3 {
            vec!["3:failed".to_owned(), "3:done".to_owned()]
        } else {
            vec![format!("{group}:done")]
        };
        assert_eq!(of_group(&seen, &format!("{group}:")), expected, "{BLAME}: {seen:?}");
    }
}

#[tokio::test]
async fn a_message_that_always_fails_becomes_a_dead_letter_and_its_group_goes_on() {
    let probe = Probe::new();
    probe.send("a", "poison", 99, 0).await;
    probe.seen(4).await;
    // Only now: what is in the batch of a failed head is counted with it, on AWS too.
    probe.send("a", "next", 0, 0).await;
    let seen = probe.seen(5).await;
    let expected = ["poison:failed", "poison:failed", "poison:failed", "poison:failed", "next:done"];
    assert_eq!(seen, expected, "{BLAME}: redrive after four receives");
    let letters = wait_until("the dead letter", WAIT, async || {
        let letters = probe.stack.queues.peek(probe.output("DeadUrl")).await?;
        Ok(letters.into_iter().find(|letter| {
            serde_json::from_str::<Value>(&letter.body).is_ok_and(|body| body["run"] == *probe.run)
        }))
    });
    letters.await.expect(BLAME);
}

/// A schedule of a minute, and what the cloud takes to see it.
const TICK: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_schedule_starts_its_function() {
    let seen = Probe::of("schedule".to_owned()).seen_within(TICK, 1).await;
    assert!(seen.iter().all(|line| line == "tick:done"), "{seen:?}");
}
