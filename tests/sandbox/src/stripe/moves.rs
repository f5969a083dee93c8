//! Everything that happens at Stripe without a request of ours, under one name each: what the admin API and tests play.

use serde::Deserialize;

use super::account::{self, SetAccount};
use super::books::Books;
use super::capture::{self, Capture};
use super::charge::{self, Bounce, EndCharge, Foreign};
use super::dispute::{self, Close, Open, Reinstate, Respond};
use super::error::Refusal;
use super::intent::{self, Attempt};
use super::method::{self, SaveMethod};
use super::payment::{self, Paid};
use super::payout::{self, Make, PayoutDay};
use super::refund::{self, Refund};
use super::rows::{self, PutRow, TopUp};

/// One thing that happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub(crate) enum Move {
    /// How the account is set.
    Account(SetAccount),
    /// A payment in one step, as a checkout makes it.
    Pay(Box<Paid>),
    /// The balance transaction of a charge comes.
    Settle(Named),
    /// A payment of another shop on this account.
    ForeignCharge(Foreign),
    /// An intent that nobody has paid yet.
    Intent(Box<Paid>),
    /// A customer tries to pay an intent.
    Attempt(Attempt),
    /// An intent is cancelled.
    CancelIntent(CancelIntent),
    /// An authorisation is captured in the dashboard.
    Capture(Capture),
    /// An authorisation ends by itself.
    Expire(Named),
    /// A pending charge succeeds or fails.
    ChargeEnds(EndCharge),
    /// A debit that succeeded is given back.
    Bounce(Bounce),
    /// A payment method is saved.
    PaymentMethod(SaveMethod),
    /// A refund in the dashboard.
    Refund(Refund),
    /// A refund arrives, fails, is cancelled, gets its reference.
    RefundTurns(refund::Turn),
    /// A dispute or an inquiry is opened.
    Dispute(Open),
    /// Evidence is handed in; an inquiry escalates.
    DisputeResponds(Respond),
    /// A dispute is decided.
    DisputeCloses(Close),
    /// The money of a dispute comes back.
    DisputeReinstates(Reinstate),
    /// A payout is made.
    Payout(Make),
    /// The day's automatic payouts are made.
    PayoutDay(PayoutDay),
    /// A payout is in transit, paid, failed, cancelled.
    PayoutTurns(payout::Turn),
    /// The lines of a payout are complete.
    PayoutReconciles(Named),
    /// Any other row of the balance.
    Row(PutRow),
    /// The merchant pays in.
    TopUp(TopUp),
}

/// Which object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) id: String,
}

/// Which intent, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelIntent {
    intent: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Plays a move; gives the id of what it is about.
pub(crate) fn play(books: &mut Books, wanted: &Move) -> Result<String, Refusal> {
    match wanted {
        Move::Account(to) => account::set(books, to),
        Move::Pay(paid) => payment::pay(books, paid).map(|made| made.charge),
        Move::Settle(Named { id }) => {
            books.settle(id);
            Ok(id.clone())
        }
        Move::ForeignCharge(foreign) => charge::foreign(books, foreign),
        Move::Intent(paid) => intent::open(books, paid),
        Move::Attempt(attempt) => intent::attempt(books, attempt),
        Move::CancelIntent(CancelIntent { intent: id, reason }) => {
            intent::cancel(books, id, reason.as_deref()).map(|()| id.clone())
        }
        Move::Capture(capture) => capture::play(books, capture),
        Move::Expire(Named { id }) => charge::expire(books, id),
        Move::ChargeEnds(end) => charge::end(books, end),
        Move::Bounce(bounce) => charge::bounce(books, bounce),
        Move::PaymentMethod(given) => method::save(books, given),
        Move::Refund(given) => refund::play(books, given),
        Move::RefundTurns(given) => refund::turn(books, given),
        Move::Dispute(given) => dispute::open(books, given),
        Move::DisputeResponds(given) => dispute::respond(books, given),
        Move::DisputeCloses(given) => dispute::close(books, given),
        Move::DisputeReinstates(given) => dispute::reinstate(books, given),
        Move::Payout(given) => payout::make(books, given),
        Move::PayoutDay(given) => payout::day(books, given),
        Move::PayoutTurns(given) => payout::turn(books, given),
        Move::PayoutReconciles(Named { id }) => payout::reconcile(books, id),
        Move::Row(given) => rows::put(books, given),
        Move::TopUp(given) => rows::top_up(books, given),
    }
}
