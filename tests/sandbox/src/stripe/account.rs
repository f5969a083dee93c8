//! How the account is set, beyond what it began with.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::books::{Books, now};
use super::error::Refusal;
use super::ledger;
use super::moves::Move;
use super::payout::PayoutDay;

/// What a move has set.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Whether a refund waits where the balance is short (`pending`, `insufficient_funds`).
    pub(crate) refunds_wait_for_balance: bool,
    /// Today's rates, by presentment and settlement currency.
    pub(crate) rates: BTreeMap<(String, String), String>,
    /// Whether money leaves every day, and how; schedules are numbered.
    pub(crate) daily: Option<(u64, Schedule)>,
    schedules: u64,
}

/// Automatic payouts: every day at an hour, of all that is available, per settlement currency
/// (<https://docs.stripe.com/payouts#payout-schedule>).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Schedule {
    /// Hour of the day, UTC.
    pub(crate) hour: i64,
    /// Days from the payout to its arrival.
    pub(crate) arrival_in_days: i64,
    /// Whether a negative balance is drawn from the bank account.
    pub(crate) debits: bool,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { hour: 0, arrival_in_days: 2, debits: true }
    }
}

/// Sets the account otherwise; what is not named stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SetAccount {
    refunds_wait_for_balance: Option<bool>,
    rates: Vec<Rate>,
    daily_payouts: Option<Schedule>,
    manual_payouts: bool,
}

/// Today's rate: settlement per presentment, both in smallest units, at most six decimals.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    from: String,
    to: String,
    rate: String,
}

/// Sets it.
pub(crate) fn set(books: &mut Books, to: &SetAccount) -> Result<String, Refusal> {
    for Rate { from, to, rate } in &to.rates {
        ledger::rate(rate)?;
        books.account.rates.insert((from.clone(), to.clone()), rate.clone());
    }
    if let Some(wait) = to.refunds_wait_for_balance {
        books.account.refunds_wait_for_balance = wait;
    }
    if to.manual_payouts {
        books.account.daily = None;
    }
    if let Some(schedule) = &to.daily_payouts {
        books.account.schedules += 1;
        let number = books.account.schedules;
        books.account.daily = Some((number, schedule.clone()));
        let first = next_day(now(), schedule.hour);
        books.agenda.add_move(first - now(), Move::PayoutDay(PayoutDay { schedule: Some(number) }));
    }
    Ok(books.settings.account.clone())
}

/// The next time at which it is that hour.
pub(crate) fn next_day(after: i64, hour: i64) -> i64 {
    let today = ledger::midnight(after) + hour * 3600;
    if today > after { today } else { today + ledger::DAY }
}
