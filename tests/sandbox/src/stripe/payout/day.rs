//! The day's automatic payouts.

use serde::Deserialize;

use super::super::account::{Schedule, next_day};
use super::super::books::{Books, now};
use super::super::error::Refusal;
use super::super::ledger;
use super::super::moves::Move;
use super::{Make, make};

/// All that is available leaves, in every currency.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayoutDay {
    /// The schedule that planned it; what an ended schedule has planned does not happen.
    #[serde(skip)]
    pub(crate) schedule: Option<u64>,
}

/// Plays it; gives the last payout that was made. One by schedule plans the next.
pub(crate) fn day(books: &mut Books, given: &PayoutDay) -> Result<String, Refusal> {
    let schedule = match given.schedule {
        None => Schedule::default(),
        Some(number) => {
            let running = books.account.daily.clone().filter(|(current, _)| *current == number);
            let Some((_, schedule)) = running else { return Ok(String::new()) };
            let next = next_day(now(), schedule.hour);
            books.agenda.add_move(next - now(), Move::PayoutDay(given.clone()));
            schedule
        }
    };
    let goes_on = given.schedule.is_some();
    let [available, _] = ledger::balance(books);
    let mut last = String::new();
    for (currency, sum) in available {
        if sum == 0 || (sum < 0 && !schedule.debits) {
            continue;
        }
        let of_all = Make { currency, arrival_in_days: schedule.arrival_in_days, goes_on, ..Make::default() };
        // A sum that is all rest (HUF) stays.
        if let Ok(made) = make(books, &of_all) {
            last = made;
        }
    }
    Ok(last)
}
