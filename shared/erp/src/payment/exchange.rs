//! A payment that became another currency on its way, as a journal: what the customer owed at the rate of the documents that it
//! settles, what moved at the provider at the day's rate, and what is left of the company's currency as gain or loss.
//!
//! The ERP's payments have one amount, so that this cannot be one. Which of the two it is hangs on the currencies alone and never on
//! a rate: a second try, after the rates have changed, must look for the same document.

use canonical::{Direction, Journal, JournalHead, JournalLine, Money, PaymentEntry, Rate};

use crate::settings::{FX_GAIN_LOSS, RECEIVABLE};
use crate::{Error, Settings, wire};

/// Whether the money that moved at the provider is another than the customer's.
pub(super) fn is_exchanged(payment: &PaymentEntry) -> bool {
    payment.amount.currency() != payment.settled.currency()
}

/// The journal, balanced by its last line.
pub(super) fn journal(payment: &PaymentEntry, settings: &Settings) -> Result<Journal, Error> {
    let (receivable, fx) = (settings.account(RECEIVABLE)?, settings.account(FX_GAIN_LOSS)?);
    let unsound = |source| Error::Unsound { source };
    let turned = |amount: Money| amount.negated().map_err(unsound);
    let (owed, moved) = match payment.direction {
        Direction::In => (turned(payment.amount)?, payment.settled),
        Direction::Out => (payment.amount, turned(payment.settled)?),
    };
    let (owed_base, moved_base) =
        (base(owed, payment.exchange_rate, settings)?, base(moved, payment.settled_rate, settings)?);
    let left = owed_base.checked_add(moved_base).and_then(Money::negated).map_err(unsound)?;
    let line = |account: &canonical::AccountCode, amount, base| JournalLine {
        source: payment.reference.parse().ok(),
        ..JournalLine::new(account.clone(), amount, base)
    };
    let mut lines = vec![
        JournalLine { party: Some(payment.customer_key.clone()), ..line(receivable, owed, owed_base) },
        line(&payment.account, moved, moved_base),
    ];
    if !left.is_zero() {
        lines.push(line(fx, left, left));
    }
    let head = JournalHead {
        key: payment.key.clone(),
        date: payment.date,
        memo: memo(payment),
        reverses: None,
        true_date: None,
    };
    Journal::new(head, lines).map_err(unsound)
}

/// As it is sent: with the rates that it was made of.
pub(super) fn sent(payment: &PaymentEntry, settings: &Settings) -> Result<wire::Journal, Error> {
    let journal = journal(payment, settings)?;
    let rate = |line: &JournalLine| {
        if line.amount.currency() == payment.amount.currency() {
            payment.exchange_rate
        } else {
            payment.settled_rate
        }
    };
    Ok(wire::Journal::of(&journal, settings, rate))
}

/// The rate of an amount: company currency per unit of its own; none for the company's own currency, whose rate is no matter.
pub(super) fn rate(amount: Money, rate: Option<Rate>, settings: &Settings) -> Result<Option<Rate>, Error> {
    if amount.currency() == settings.currency {
        return Ok(None);
    }
    match rate {
        Some(rate) if rate.get().is_sign_positive() && !rate.get().is_zero() => Ok(Some(rate)),
        _ => Err(Error::RateMissing { currency: amount.currency(), company: settings.currency }),
    }
}

fn base(amount: Money, given: Option<Rate>, settings: &Settings) -> Result<Money, Error> {
    match rate(amount, given, settings)? {
        None => Ok(amount),
        Some(rate) => amount.converted(rate, settings.currency).map_err(|source| Error::Unsound { source }),
    }
}

/// What was paid, and for what: a journal has no place for it but its words.
fn memo(payment: &PaymentEntry) -> String {
    let way = match payment.direction {
        Direction::In => "payment",
        Direction::Out => "refund",
    };
    let documents: Vec<&str> =
        payment.allocations.iter().map(|allocation| allocation.document.as_str()).collect();
    format!("{way} {} {}", payment.reference, documents.join(" ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use canonical::Currency;
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn settings(company: &str) -> Settings {
        let accounts = [(RECEIVABLE, "1200"), (FX_GAIN_LOSS, "6900")];
        Settings {
            currency: company.parse().unwrap(),
            time_zone: TimeZone::UTC,
            accounts: BTreeMap::from(accounts.map(|(role, code)| (role.to_owned(), code.parse().unwrap()))),
            cost_center: None,
            timeout: SignedDuration::from_secs(1),
            settle: SignedDuration::ZERO,
        }
    }

    fn payment(direction: Direction, amount: Money, settled: Money, rates: [Rate; 2]) -> PaymentEntry {
        PaymentEntry {
            key: "tb:acct_1:refund:re_1".parse().unwrap(),
            direction,
            customer_key: "tb:acct_1:customer:7".parse().unwrap(),
            date: "2026-03-02".parse().unwrap(),
            amount,
            exchange_rate: Some(rates[0]),
            account: "1050".parse().unwrap(),
            settled,
            settled_rate: Some(rates[1]),
            reference: "re_1".to_owned(),
            allocations: Vec::new(),
        }
    }

    const COMPANIES: [&str; 3] = ["USD", "JPY", "KWD"];

    proptest! {
        /// Whatever the amounts and rates: the customer's side is the customer's amount at its rate, the provider's is what moved
        /// at its own, the rest is a gain or a loss, and what goes out is what comes in with its sides turned.
        #[test]
        fn what_the_rates_leave_is_a_gain_or_a_loss(
            owed in 1_i64..1_000_000_000_000, moved in 1_i64..1_000_000_000_000, company in 0_usize..3, settled in 0_usize..3,
            millionths in prop::array::uniform2(1_i64..500_000_000),
        ) {
            let settings = settings(COMPANIES[company]);
            let rates = millionths.map(|rate| Rate::try_from(format!("{rate}e-6")).unwrap());
            let other: Currency = "EUR".parse().unwrap();
            let (amount, moved) =
                (Money::new(owed, other), Money::new(moved, COMPANIES[settled].parse().unwrap()));
            let of = |direction| journal(&payment(direction, amount, moved, rates), &settings).unwrap();
            let (out, into) = (of(Direction::Out), of(Direction::In));
            let expected = |amount: Money, rate| {
                if amount.currency() == settings.currency { Ok(amount) } else { amount.converted(rate, settings.currency) }
            };
            let [customer, provider, rest @ ..] = out.lines() else { panic!("{out:?}") };
            prop_assert_eq!((customer.amount, Ok(customer.base)), (amount, expected(amount, rates[0])));
            prop_assert_eq!(provider.amount, moved.negated().unwrap());
            prop_assert_eq!(Ok(provider.base.negated().unwrap()), expected(moved, rates[1]));
            let left = customer.base.minor() + provider.base.minor();
            let rest: Vec<i64> = rest.iter().map(|line| line.amount.minor()).collect();
            prop_assert_eq!(rest, if left == 0 { vec![] } else { vec![-left] });
            let turned: Vec<JournalLine> = out.lines().iter().map(|line| line.negated().unwrap()).collect();
            prop_assert_eq!(into.lines(), turned.as_slice());
        }
    }
}
