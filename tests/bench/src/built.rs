//! The built functions, each in a process of its own with this machine's double of the cloud around it: size, cold start, memory,
//! CPU time, and what they ask of others for one event.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::cloud::{Cloud, Function, Program};
use crate::measure::median;
use crate::report::{Limit, Report, size, time};
use crate::{event, payload};

/// Processes of each function that are started for the median.
const STARTS: usize = 11;
/// Orders before anything is counted, of several kinds, so that everything that is kept has been made.
const WARMING: [&str; 5] = ["simple", "bundle", "eur", "guest", "twelve_lines"];
/// Orders that are counted.
const ORDERS: u32 = 200;
const ORDER_KIND: &str = "twelve_lines";
/// A warm consumer's memory, in bytes.
const RESIDENT_BYTES_MAX: u64 = 30_000_000;
/// Webhooks that are counted.
const WEBHOOKS: u32 = 100;

/// Measures and prints.
pub(crate) async fn run(report: &mut Report) -> Result<()> {
    let cloud = Cloud::start().await?;
    let ingest = Program::laid_out("ingest");
    let consumer = Program::laid_out("consumer");
    let bare_http = Program::laid_out("bare-http");
    let bare_clients = Program::laid_out("bare-clients");
    let starts = cold_starts(&cloud, [&ingest, &bare_http, &consumer, &bare_clients]).await?;
    let (ingest_warm, ingest_calls) = webhooks(&cloud, &ingest, report).await?;
    let (consumer_warm, cpu, calls) = orders(&cloud, &consumer).await?;
    let what = format!("a warm consumer holds {}", size(consumer_warm));
    let judged = report.judge(&what, Limit::Fixed, consumer_warm <= RESIDENT_BYTES_MAX);
    let row = |program: &Program, at: usize, warm: String, limit: String, judged: String| {
        Ok::<_, anyhow::Error>([
            program.name.to_owned(),
            size(program.size()?),
            time(starts[at].0),
            size(starts[at].1),
            warm,
            limit,
            judged,
        ])
    };
    let none = String::new;
    let rows = [
        ["", "binary", "cold start", "resident then", "resident warm", "limit", ""].map(str::to_owned),
        row(&ingest, 0, size(ingest_warm), none(), none())?,
        row(&bare_http, 1, none(), none(), none())?,
        row(&consumer, 2, size(consumer_warm), size(RESIDENT_BYTES_MAX), judged)?,
        row(&bare_clients, 3, none(), none(), none())?,
    ];
    Report::section(
        "Built functions, each above the bare one it is measured beside (cold start: process start to first poll)",
        &rows,
    );
    let rows: Vec<[String; 3]> = std::iter::once(["", "asked", "a piece"].map(str::to_owned))
        .chain(ingest_calls.into_iter().map(|(who, count)| ["a webhook".to_owned(), who, count]))
        .chain(calls.into_iter().map(|(who, count)| ["an order".to_owned(), who, count]))
        .collect();
    Report::section("Outside calls of the built functions", &rows);
    println!(
        "  A paid order of 12 lines takes the built consumer {} of CPU time, its clients and its kernel's part included.",
        time(cpu)
    );
    Ok(())
}

/// The median cold start of each, and its memory then; one after the other, round by round.
async fn cold_starts<const N: usize>(cloud: &Cloud, programs: [&Program; N]) -> Result<[(Duration, u64); N]> {
    let mut seen = [const { (Vec::new(), Vec::new()) }; N];
    for _ in 0..STARTS {
        for (program, (times, memory)) in programs.iter().zip(&mut seen) {
            let function = program.start(cloud).await?;
            times.push(function.cold_start);
            memory.push(function.resident_bytes()?);
        }
    }
    Ok(seen.map(|(times, memory)| (median(times), median(memory))))
}

/// Calls by who was asked, as shown.
type Calls = Vec<(String, String)>;

/// Ingest's memory and calls. It may call the queue of each interested flow once, and nobody else.
async fn webhooks(cloud: &Cloud, ingest: &Program, report: &mut Report) -> Result<(u64, Calls)> {
    let mut function = ingest.start(cloud).await?;
    let body = payload::charge()?;
    let mut answer = async || -> Result<()> {
        let answer: Value =
            serde_json::from_str(&function.invoke(event::from_gateway(&body).to_string()).await?)?;
        ensure!(answer["statusCode"] == 200, "ingest answers {answer}\n{}", function.told());
        Ok(())
    };
    answer().await?;
    cloud.aws.take_calls();
    for _ in 0..WEBHOOKS {
        answer().await?;
    }
    let calls = cloud.aws.take_calls();
    let expected = BTreeMap::from([("SendMessage".to_owned(), WEBHOOKS)]);
    report.judge(
        &format!("{WEBHOOKS} webhooks for one flow made ingest call {calls:?}, not the queue once each"),
        Limit::Fixed,
        calls == expected,
    );
    let calls = calls.into_iter().map(|(operation, count)| (operation, each(count, WEBHOOKS))).collect();
    Ok((function.resident_bytes()?, calls))
}

/// The consumer's memory, its CPU time an order, and its calls.
async fn orders(cloud: &Cloud, consumer: &Program) -> Result<(u64, Duration, Calls)> {
    let mut function = consumer.start(cloud).await?;
    for kind in WARMING {
        order(cloud, &mut function, kind).await?;
    }
    cloud.aws.take_calls();
    cloud.sandbox.clear_requests();
    let before = function.cpu_time()?;
    for _ in 0..ORDERS {
        order(cloud, &mut function, ORDER_KIND).await?;
    }
    let cpu = (function.cpu_time()? - before) / ORDERS;
    // What is parked or skipped is answered in the same way, and is less work.
    let sent = cloud.sandbox.state()["wms"]["fulfilments"].as_array().map_or(0, Vec::len);
    ensure!(
        sent == WARMING.len() + ORDERS as usize,
        "only {sent} orders reached the warehouse\n{}",
        function.told()
    );
    let mut by_system: BTreeMap<&str, u32> = BTreeMap::new();
    for request in cloud.sandbox.requests(0) {
        *by_system.entry(request.system.as_str()).or_default() += 1;
    }
    let systems = by_system.into_iter().map(|(system, count)| (system.to_owned(), each(count, ORDERS)));
    let aws = cloud.aws.take_calls();
    let aws = aws.into_iter().map(|(operation, count)| (operation, each(count, ORDERS)));
    Ok((function.resident_bytes()?, cpu, systems.chain(aws).collect()))
}

/// A paid order.
async fn order(cloud: &Cloud, function: &mut Function, kind: &str) -> Result<()> {
    let paid = payload::seeded(&cloud.sandbox, kind)?;
    let answer: Value = serde_json::from_str(&function.invoke(event::from_queue(&paid)?.to_string()).await?)?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "`{kind}` comes back: {answer}\n{}",
        function.told()
    );
    Ok(())
}

/// A count for each of so many events.
fn each(count: u32, events: u32) -> String {
    let hundredths = u64::from(count) * 100 / u64::from(events);
    match hundredths % 100 {
        0 => (hundredths / 100).to_string(),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}
