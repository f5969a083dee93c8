//! `report day`, `report month`.

use std::sync::Arc;

use anyhow::Result;
use aws::SystemClock;
use books::report::span::{Figure, SpanReport};
use connections::Connections;
use flow::memory::MemoryQueue;
use flow::{Call, Ports};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use outbound::Pool;

use super::span_page::page;
use super::{Form, Written, deliver, made, wanted};
use crate::print::word;
use crate::{Context, Ended, Stop};

/// Longest that a report may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// The days from `from` through `through`.
pub(super) async fn of_days(
    context: &Context,
    from: Date,
    through: Date,
    written: &Written,
) -> Result<Ended> {
    let report = read(context, from, through).await?;
    let text = match wanted(written.format, context) {
        Form::Json => serde_json::to_string(&report)?,
        Form::Csv => report.csv(),
        Form::Table => table(&report, written.details),
        Form::Html => page(&made(context), &report),
    };
    deliver(&text, written.out.as_deref(), &title(&report), "")?;
    Ok(if report.has_problems() { Ended::WithProblems } else { Ended::Well })
}

async fn read(context: &Context, from: Date, through: Date) -> Result<SpanReport> {
    // Nothing is sent: a report takes no work on.
    let queue = Arc::new(MemoryQueue::default());
    let ports = Ports { store: context.table(), queue, clock: Arc::new(SystemClock) };
    let secrets = Arc::clone(&context.secrets);
    let connections = Connections::new(context.stage.clone(), secrets, ports, Pool::new()?);
    let call = Call {
        pair: context.pair.clone(),
        deadline: Timestamp::now() + PATIENCE,
        generation: 0,
        trace_id: "report".to_owned(),
    };
    let books = connections.books(&call).await.map_err(|fault| Stop::Problem(fault.message))?;
    Ok(bookkeeping::report::of_days(&books, from, through).await?)
}

/// What it is called.
pub(super) fn title(report: &SpanReport) -> String {
    if report.from == report.through {
        format!("ledger day {}", report.from)
    } else {
        format!("ledger days {} through {}", report.from, report.through)
    }
}

/// Whose figure it is.
pub(super) fn store(figure: &Figure) -> String {
    figure.store.as_ref().map_or_else(|| "no store".to_owned(), |store| format!("store {store}"))
}

fn table(report: &SpanReport, with_details: bool) -> String {
    let mut lines =
        vec![format!("{}, {}, Stripe account {}", title(report), report.time_zone, report.account)];
    let mut section = None;
    for figure in &report.summed.figures {
        if section != Some(figure.section) {
            section = Some(figure.section);
            lines.push(format!("\n{}", figure.section.title()));
        }
        let amount = figure.amount.to_string();
        lines.push(format!("  {:<34} {:<10} {amount:>18}", figure.name, store(figure)));
        for part in figure.parts.iter().filter(|_| with_details) {
            let order = part.order.as_ref().map_or_else(String::new, |order| format!(" order {order}"));
            let document =
                part.document.as_ref().map_or_else(String::new, |number| format!(" document {number}"));
            lines.push(format!("    {} {}{order}{document}: {}", part.day, part.transaction, part.amount));
        }
    }
    if report.summed.movements.is_empty() {
        lines.push("\nnothing moved at Stripe".to_owned());
    }
    if !report.payouts.is_empty() {
        lines.push("\nPayouts, as they stand now".to_owned());
    }
    lines.extend(report.payouts.iter().map(|payout| {
        format!(
            "  {} {}, {}, arrives on {}",
            payout.id,
            payout.amount,
            word(&payout.status),
            payout.arrival_date
        )
    }));
    if !report.summed.open.is_empty() {
        lines.push(format!("\nOpen: {}", report.summed.open.len()));
    }
    lines.extend(report.summed.open.iter().map(|open| {
        let order =
            open.order.as_ref().map_or_else(|| "no order".to_owned(), |order| format!("order {order}"));
        let movement = open.transaction.as_ref().map_or_else(String::new, |id| format!(" {id}"));
        let documents = open.documents.join(", ");
        format!("  {order}{movement} {} {documents}: {}", open.amount, open.kind.says())
    }));
    lines.push("\nClearing against Stripe's balance, at the end".to_owned());
    lines.extend(report.clearing.iter().map(|one| {
        let account = one.account.as_ref().map_or_else(|| "no account".to_owned(), ToString::to_string);
        format!("  {account} books {}, Stripe {}, difference {}", one.books, one.stripe, one.difference)
    }));
    lines.join("\n")
}
