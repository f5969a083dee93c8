//! Stripe's events: what a webhook would have brought and did not.
//!
//! Stripe lists the newest first, and the cursor must move from the oldest on. So a span of time is read whole, in pages, and then
//! brought in the order of time; a span that holds more than a run should keep is halved.

use canonical::PairId;
use flow::route::Received;
use flow::{Class, Fault, Ports};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use stripe::Envelope;
use stripe::event::list;

use crate::ask::ask;
use crate::bring::bring;
use crate::cursor::Cursor;
use crate::report::Report;
use crate::sweep::{Round, SOURCE};

/// The feed's name in the table and in logs.
pub(crate) const FEED: &str = "stripe-events";
/// How far each run looks back behind what was read: an event can be listed some time after it was made.
const OVERLAP_S: i64 = 15 * 60;
/// How old an event is when the sweep first looks for it: its webhook deserves a chance.
const GRACE_S: i64 = 120;
/// How long Stripe lists an event. Source: <https://docs.stripe.com/api/events>.
const KEPT_S: i64 = 30 * 24 * 3600;
/// Longest span that is read at once.
const SPAN_S_MAX: i64 = 24 * 3600;
/// Events of a page, and pages of a span that can still be halved.
const PAGE_EVENTS: u32 = 100;
const PAGES_MAX: usize = 10;
/// Bytes of a span's events that are kept while it is read, where it can still be halved.
const SPAN_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Events after which a run lets the other parts have their turn.
const EVENTS_PER_RUN_MAX: usize = 20_000;
/// Events that are looked up and sent at the same time.
const AT_ONCE: usize = 16;

/// How far the events have been read.
#[derive(Serialize, Deserialize)]
struct State {
    /// What was made before this second is durable.
    until: i64,
    /// What was made from this second on is this feed's to bring.
    since: i64,
}

/// An event as it was listed.
struct Listed {
    created: i64,
    /// `None`: no envelope that can be read.
    envelope: Option<Envelope>,
    text: String,
}

/// Brings what was made since the cursor and has no execution.
///
/// # Errors
/// Stripe, the table or a queue: what was brought before is done, and the cursor is behind it.
pub(crate) async fn catch_up(round: &Round<'_>, report: &mut Report) -> Result<(), Fault> {
    if round.routes.event_types(SOURCE).next().is_none() {
        return Ok(());
    }
    let now = round.ports.clock.now().as_second();
    let mut cursor = cursor(round).await.inspect_err(|_| report.is_blind = true)?;
    let read = walk(round, &mut cursor, now, report).await;
    report.behind(now - cursor.state.until);
    read
}

/// How far the feed of a pair is behind that is not read in this run.
///
/// # Errors
/// The table.
pub(crate) async fn behind_s(ports: &Ports, pair: &PairId) -> Result<i64, Fault> {
    let state: Option<State> = Cursor::look(ports, pair, FEED).await?;
    Ok(state.map_or(0, |state| ports.clock.now().as_second() - state.until))
}

/// Since when, at this moment, this feed sees to it that each event comes: seconds since 1970.
///
/// # Errors
/// The table.
pub(crate) async fn covered_since(round: &Round<'_>) -> Result<i64, Fault> {
    let kept = round.ports.clock.now().as_second() - KEPT_S;
    Ok(cursor(round).await?.state.since.max(kept))
}

async fn cursor(round: &Round<'_>) -> Result<Cursor<State>, Fault> {
    let now = round.ports.clock.now().as_second();
    Cursor::read(round.ports, round.pair, FEED, State { until: now, since: now - OVERLAP_S }).await
}

async fn walk(
    round: &Round<'_>,
    cursor: &mut Cursor<State>,
    now: i64,
    report: &mut Report,
) -> Result<(), Fault> {
    let target = now - GRACE_S;
    let mut from = cursor.state.until - OVERLAP_S;
    if from < now - KEPT_S {
        // Said once, because the cursor moves on: what Stripe no longer lists, nobody can bring.
        let message =
            format!("events of {} s before {} are no longer listed", now - KEPT_S - from, now - KEPT_S);
        report.problem(round.pair, FEED, Fault::new(Class::NotFound, "events_expired", message));
        from = now - KEPT_S;
    }
    let (mut span, mut brought) = (SPAN_S_MAX, 0);
    while from < target {
        if round.is_over() || brought >= EVENTS_PER_RUN_MAX {
            report.is_cut_short = true;
            return Ok(());
        }
        let until = target.min(from.saturating_add(span));
        let Some(mut events) = read(round, from, until).await? else {
            span = ((until - from) / 2).max(1);
            continue;
        };
        // Of one second in the order in which they were made: the list is the other way round.
        events.reverse();
        events.sort_by_key(|event| event.created);
        brought += events.len();
        let done = all(round, &events, report).await;
        let (durable, problem) = match done {
            Ok(()) => (until, None),
            // That second again, and what came after it.
            Err((created, fault)) => (created.max(from), Some(fault)),
        };
        if durable > cursor.state.until {
            cursor.state.until = durable;
            cursor.save(round.ports).await?;
        }
        if let Some(fault) = problem {
            return Err(fault);
        }
        from = until;
        span = (span * 2).min(SPAN_S_MAX);
    }
    Ok(())
}

/// All events of a span that some flow wants; `None` where it should be halved first.
async fn read(round: &Round<'_>, from: i64, until: i64) -> Result<Option<Vec<Listed>>, Fault> {
    let types: Vec<String> = round.routes.event_types(SOURCE).map(str::to_owned).collect();
    let (mut events, mut bytes, mut pages) = (Vec::new(), 0, 0);
    for types in types.chunks(list::TYPES_MAX) {
        let (mut after, mut limit) = (None, PAGE_EVENTS);
        loop {
            let input = list::Input { types: types.to_vec(), from, until, after: after.clone(), limit };
            let page: list::Output = match ask(round, list::NAME, &input).await {
                Err(fault) if list::is_too_large(&fault) && limit > 1 => {
                    limit /= 2;
                    continue;
                }
                answer => answer?,
            };
            for text in page.events {
                bytes += text.len();
                let envelope = Envelope::parse(&text).ok();
                after = envelope.as_ref().map_or_else(|| id_of(&text), |envelope| Some(envelope.id.clone()));
                let created = envelope.as_ref().and_then(|envelope| envelope.created).unwrap_or(from);
                events.push(Listed { created, envelope, text });
            }
            if !page.has_more {
                break;
            }
            pages += 1;
            if (pages >= PAGES_MAX || bytes > SPAN_BYTES_MAX) && until - from > 1 {
                return Ok(None);
            }
            if after.is_none() {
                let message = "the last event of a page has no id, so that the next page cannot be asked for";
                return Err(Fault::new(Class::Validation, "unreadable_answer", message));
            }
        }
    }
    Ok(Some(events))
}

fn id_of(text: &str) -> Option<canonical::EventId> {
    #[derive(Deserialize)]
    struct Id {
        id: canonical::EventId,
    }
    serde_json::from_str::<Id>(text).ok().map(|event| event.id)
}

/// Brings events in their order; where that fails, says of which second the first is that was not brought.
async fn all(round: &Round<'_>, events: &[Listed], report: &mut Report) -> Result<(), (i64, Fault)> {
    let bringing = events.iter().map(|event| async move { (event.created, one(round, event).await) });
    // Collected: the compiler cannot see that a stream of this closure may move between threads.
    let bringing: Vec<_> = bringing.collect();
    let mut bringing = futures::stream::iter(bringing).buffered(AT_ONCE);
    let mut failed = None;
    // All that were begun are waited for: a request that is given up may be done all the same.
    while let Some((created, done)) = bringing.next().await {
        match done {
            Ok(one) => report.add(&one),
            Err(fault) if failed.is_none() => failed = Some((created, fault)),
            Err(_) => {}
        }
        if failed.is_some() && round.is_over() {
            break;
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn one(round: &Round<'_>, event: &Listed) -> Result<Report, Fault> {
    let mut report = Report { found: 1, ..Report::default() };
    let Some(envelope) = &event.envelope else {
        let message = "a listed event has no envelope that can be read; its webhook would be refused";
        report.problem(round.pair, FEED, Fault::new(Class::Validation, "not_an_event", message));
        return Ok(report);
    };
    let route = round.routes.find(SOURCE, &envelope.event_type);
    let is_ours = envelope.not_ours(&round.settings.stripe.account, round.livemode).is_none();
    let (Some(route), true) = (route, is_ours) else {
        report.skipped += 1;
        return Ok(report);
    };
    let trace_id = round.trace_id();
    let received = Received {
        pair: round.pair,
        source: SOURCE,
        event: &envelope.id,
        event_type: &envelope.event_type,
        received_at: round.ports.clock.now(),
        trace_id: &trace_id,
        body: &event.text,
    };
    let deliveries = match route.deliveries(received) {
        Ok(deliveries) => deliveries,
        Err(_) => {
            report.stubs += 1;
            let stub = route.stub(&event.text);
            let unfit = |error: flow::route::TooLarge| {
                Fault::new(Class::Validation, "event_too_large", error.to_string())
            };
            route.deliveries(Received { body: &stub, ..received }).map_err(unfit)?
        }
    };
    report.enqueued += bring(round.ports, deliveries).await?;
    Ok(report)
}
