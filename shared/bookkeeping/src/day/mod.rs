//! Ledger days: when one is over, what nobody has booked of it is posted, and each account that mirrors something is compared with it.

pub mod audit;
mod clearing;
mod in_dispute;
mod in_transit;
pub mod post;

pub(crate) use clearing::balance_at;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::{Client, Error};

/// The moments at which `days` days begin, the last of which is `day`, and at which that one ends: of the company's time zone.
pub(crate) fn span(client: &Client, day: Date, days: i64) -> Result<(Timestamp, Timestamp), Error> {
    let begins = |moved: i64| {
        let day = day.checked_add(moved.days())?;
        client.ledger.zone.to_timestamp(day.at(0, 0, 0, 0))
    };
    match (begins(1 - days), begins(1)) {
        (Ok(from), Ok(to)) => Ok((from, to)),
        _ => Err(Error::NoDay { day }),
    }
}
