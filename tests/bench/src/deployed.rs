//! The deployed ingest beside a bare function in the same local cloud. The cloud's own share is most of both: the difference is
//! ours, and the queue's.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use e2e::Stack;
use serde_json::json;

use crate::measure::{median, percentile};
use crate::payload;
use crate::report::{Report, time};

const REQUESTS: usize = 100;
/// Requests before anything is counted: both functions get their processes.
const WARMING: usize = 5;

/// Measures and prints.
pub(crate) async fn run(bare_url: &str) -> Result<()> {
    let stack = Stack::from_env()?;
    let seeded = stack.sandbox.seed(&json!({ "kind": "simple" })).await?;
    // One event, so that one order comes of it: the queue takes its repeats and drops them.
    let body = payload::text(&seeded["event"])?;
    let http = reqwest::Client::new();
    let mut times = [Vec::new(), Vec::new()];
    for request in 0..WARMING + REQUESTS {
        let begin = Instant::now();
        let answer = stack.send_stripe("main", &body).await?;
        let ingest = begin.elapsed();
        ensure!(answer.status == 200, "ingest answers {} {}", answer.status, answer.body);
        let begin = Instant::now();
        let answer = http.post(bare_url).body(body.clone()).send().await?;
        let status = answer.status();
        answer.bytes().await.context("the bare function's answer")?;
        let bare = begin.elapsed();
        ensure!(status.is_success(), "the bare function answers {status}");
        if request >= WARMING {
            times[0].push(ingest);
            times[1].push(bare);
        }
    }
    let [ingest, bare] = times;
    let row = |name: &str, times: Vec<Duration>| {
        [name.to_owned(), time(median(times.clone())), time(percentile(times, 95))]
    };
    let rows = [
        ["", "p50", "p95"].map(str::to_owned),
        row("ingest, one signed event", ingest),
        row("a bare `lambda_http` function", bare),
    ];
    Report::section("Deployed in the local cloud, over HTTP", &rows);
    Ok(())
}
