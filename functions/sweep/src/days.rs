//! Ledger days: when a day of a company has been over for six hours, the flows that listen are told, once for each day. By then
//! Stripe has booked what belongs to it.
//!
//! The first day is the one in which the stage was installed: what was before is not ours.

use flow::Fault;
use flow::route::Received;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bring::bring;
use crate::cursor::Cursor;
use crate::report::Report;
use crate::sweep::{OURS, Round};

/// The feed's name, in cursors and logs.
pub(crate) const FEED: &str = "ledger_days";
/// The event's type.
const EVENT: &str = "ledger_day.ended";
/// How long a day must have been over.
const OVER_FOR: SignedDuration = SignedDuration::from_hours(6);
/// Days that one run tells of: after an outage of the sweep of weeks there are some.
const DAYS_MAX: usize = 31;

/// How far it has come.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    /// The last day that was told of, or that is not ours.
    told_through: Date,
}

/// Tells of each day that is over, the first first.
///
/// # Errors
/// The table or a queue: what was told of before is done, and the cursor is behind it.
pub(crate) async fn tell(round: &Round<'_>, report: &mut Report) -> Result<(), Fault> {
    let Some(route) = round.routes.find(OURS, EVENT).filter(|_| round.settings.books) else { return Ok(()) };
    let Some(last) = last_over(round) else { return Ok(()) };
    let mut cursor = Cursor::read(round.ports, round.pair, FEED, State { told_through: last }).await?;
    for _ in 0..DAYS_MAX {
        let Ok(day) = cursor.state.told_through.checked_add(1.day()) else { return Ok(()) };
        if day > last {
            return Ok(());
        }
        let id = format!("ledger_day:{day}");
        let body = json!({ "id": id, "type": EVENT, "ledger_day": day }).to_string();
        let malformed = |error: canonical::Error| {
            Fault::new(flow::Class::Validation, "malformed_event_id", error.to_string())
        };
        let received = Received {
            pair: round.pair,
            source: OURS,
            event: &id.parse().map_err(malformed)?,
            event_type: EVENT,
            received_at: round.ports.clock.now(),
            trace_id: &round.trace_id(),
            body: &body,
        };
        let too_large = |error: flow::route::TooLarge| {
            Fault::new(flow::Class::Validation, "too_large", error.to_string())
        };
        let deliveries = route.deliveries(received).map_err(too_large)?;
        report.enqueued += bring(round.ports, deliveries).await?;
        cursor.state.told_through = day;
        cursor.save(round.ports).await?;
    }
    Ok(())
}

/// The last day that has been over for long enough, in the company's time zone.
fn last_over(round: &Round<'_>) -> Option<Date> {
    let zone = TimeZone::get(&round.settings.erp.time_zone).ok()?;
    let today = zone.to_datetime(round.ports.clock.now() - OVER_FOR).date();
    today.checked_sub(1.day()).ok()
}
