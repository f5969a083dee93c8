//! Closed periods and corrections.

use books::day::{self, Grouping};
use books::keys::Batch;
use books::{ClosedPeriod, Error, Periods, keys};
use canonical::Journal;

use crate::given::{date, ledger, movement};

fn journal() -> Journal {
    let entries = [movement("txn_1", "topup", "5.00 USD")];
    let posted = day::journals(&ledger("USD", "UTC", &[]), date("2026-03-01"), 1, Grouping::Day, &entries);
    posted.unwrap().journals.remove(0)
}

#[test]
fn what_belongs_to_a_closed_period_moves_or_waits() {
    let closed = |through: &str, when_closed| Periods { closed_through: Some(date(through)), when_closed };
    let open = Periods { closed_through: None, when_closed: ClosedPeriod::Park };
    assert_eq!(open.place(journal()), Ok(journal()));
    assert_eq!(closed("2026-02-28", ClosedPeriod::Park).place(journal()), Ok(journal()));
    let error = closed("2026-03-31", ClosedPeriod::Park).place(journal()).unwrap_err();
    assert_eq!(error.code(), "period_closed");
    assert_eq!(error, Error::PeriodClosed { date: date("2026-03-01"), closed_through: date("2026-03-31") });

    let moved = closed("2026-03-31", ClosedPeriod::FirstOpenDay).place(journal()).unwrap();
    assert_eq!((moved.date(), moved.head().true_date), (date("2026-04-01"), Some(date("2026-03-01"))));
    assert_eq!((moved.key(), moved.lines()), (journal().key(), journal().lines()));
    // Moved again, it still says the day that it belongs to.
    let again = closed("2026-04-30", ClosedPeriod::FirstOpenDay).place(moved).unwrap();
    assert_eq!((again.date(), again.head().true_date), (date("2026-05-01"), Some(date("2026-03-01"))));
}

#[test]
fn keys_say_what_is_posted_and_corrections_what_they_correct() {
    let account = "acct_1".parse().unwrap();
    let of = |batch| keys::day(&account, date("2026-03-01"), "USD".parse().unwrap(), &batch).unwrap();
    let day = |part| of(Batch::Day { part });
    assert_eq!(day(1).as_str(), "tb:acct_1:day:2026-03-01:USD");
    assert_eq!(day(2).as_str(), "tb:acct_1:day:2026-03-01:USD:2");
    assert_eq!(keys::correction(&day(1), 1).unwrap().as_str(), "tb:acct_1:day:2026-03-01:USD:r1");
    let night = |closes| of(Batch::Night { closes: date(closes) });
    assert_eq!(night("2026-03-01"), day(1), "the day itself");
    assert_eq!(night("2026-03-03"), day(3), "what turned up two days later");
    let payout = |part| of(Batch::Payout { payout: "po_1".parse().unwrap(), part });
    assert_eq!(payout(1).as_str(), "tb:acct_1:day:2026-03-01:USD:po_1");
    assert_eq!(payout(2).as_str(), "tb:acct_1:day:2026-03-01:USD:po_1:2");
    let paid = keys::payout_paid(&account, &"po_1".parse().unwrap()).unwrap();
    assert_eq!(paid.as_str(), "tb:acct_1:payout:po_1:paid");
    let lost = keys::dispute_lost(&account, &"du_1".parse().unwrap()).unwrap();
    assert_eq!(lost.as_str(), "tb:acct_1:dispute:du_1:lost");
    let refund = movement("txn_1", "refund", "-1.00 USD").transaction;
    assert_eq!(keys::document(&account, &refund), None, "no source, no document");
}
