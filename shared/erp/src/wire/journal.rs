//! `PUT /journals/{key}`.

use canonical::redact::mask_cards;
use canonical::{AccountCode, Currency, JournalLine, Money, NaturalKey, Rate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::MoneyText;
use crate::Settings;

/// A journal entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    pub(crate) date: Date,
    /// For people. Read back in whatever form, it is not looked at.
    #[serde(skip_deserializing)]
    pub(crate) memo: String,
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) account: AccountCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) debit: Option<MoneyText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credit: Option<MoneyText>,
    pub(crate) currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_rate: Option<Rate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) party_key: Option<NaturalKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cost_center: Option<String>,
    /// Besides the contract's own members: the tax that the line is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_code: Option<String>,
    /// Besides the contract's own members: what it books, by the ids of those who know it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
}

/// What a line does: where, for whom, how much, and what that is in the company's currency, where it is known.
type Movement = (AccountCode, Option<NaturalKey>, Money, Option<Money>);

impl Journal {
    /// A journal of a company. `rate` gives company currency per unit of a line's, for lines in another.
    pub(crate) fn of(
        journal: &canonical::Journal,
        settings: &Settings,
        rate: impl Fn(&JournalLine) -> Option<Rate>,
    ) -> Self {
        // A line of nothing is neither debit nor credit.
        let lines = journal.lines().iter().filter(|line| !line.amount.is_zero());
        Self {
            date: journal.date(),
            memo: memo(journal.head()),
            lines: lines.map(|line| Line::of(line, settings, rate(line))).collect(),
        }
    }

    /// What it is to the one party that it names, without a sign.
    pub(crate) fn of_party(&self) -> Option<Money> {
        let amount = self.lines.iter().find(|line| line.party_key.is_some())?.amount();
        if amount.is_negative() { amount.negated().ok() } else { Some(amount) }
    }

    /// Whether both move the same between the same accounts on the same day, each line worth the same in the company's currency.
    pub(crate) fn means_the_same(&self, other: &Self, company: Currency) -> bool {
        let worth_alike = |one: &Movement, other: &Movement| match (one.3, other.3) {
            (Some(one), Some(other)) => one == other,
            // An ERP that does not give the rate back.
            _ => true,
        };
        let (ours, theirs) = (self.movements(company), other.movements(company));
        let alike = ours.iter().zip(&theirs).all(|(one, other)| worth_alike(one, other));
        self.date == other.date && alike && moved(ours) == moved(theirs)
    }

    /// Whether both move the same, but on one account, on whichever day and whatever that is in the company's currency.
    pub(crate) fn moves_the_same(&self, other: &Self, but_on: &AccountCode, company: Currency) -> bool {
        let movements = |journal: &Self| {
            let mut movements = journal.movements(company);
            movements.retain(|(account, ..)| account != but_on);
            moved(movements)
        };
        movements(self) == movements(other)
    }

    /// What its lines do, in an order that does not hang on that of the lines.
    fn movements(&self, company: Currency) -> Vec<Movement> {
        let of_line = |line: &Line| {
            let amount = line.amount();
            let base = match line.exchange_rate {
                _ if line.currency == company => Some(amount),
                Some(rate) => amount.converted(rate, company).ok(),
                None => None,
            };
            (line.account.clone(), line.party_key.clone(), amount, base)
        };
        let mut movements: Vec<Movement> = self.lines.iter().map(of_line).collect();
        movements.sort();
        movements
    }
}

fn moved(movements: Vec<Movement>) -> Vec<(AccountCode, Option<NaturalKey>, Money)> {
    movements.into_iter().map(|(account, party, amount, _)| (account, party, amount)).collect()
}

impl Line {
    fn of(line: &JournalLine, settings: &Settings, rate: Option<Rate>) -> Self {
        let (debit, credit) = match line.amount.negated() {
            Ok(credit) if line.amount.is_negative() => (None, Some(credit.into())),
            _ => (Some(line.amount.into()), None),
        };
        let currency = line.amount.currency();
        Self {
            account: line.account.clone(),
            debit,
            credit,
            currency,
            exchange_rate: rate.filter(|_| currency != settings.currency),
            party_key: line.party.clone(),
            cost_center: settings.cost_center_of(&line.account).map(str::to_owned),
            tax_code: line.tax_code.clone(),
            reference: reference(line),
        }
    }

    /// A debit above nothing, a credit below; some ERPs write the other side as nothing.
    fn amount(&self) -> Money {
        let side = |side: Option<MoneyText>| side.map_or(Money::zero(self.currency), |side| side.0);
        side(self.debit).checked_sub(side(self.credit)).unwrap_or_else(|_| Money::zero(self.currency))
    }
}

/// Its own words, and what the contract has no member for: which day it belongs to, and which journal it takes back.
fn memo(head: &canonical::JournalHead) -> String {
    let true_date = head.true_date.map(|date| format!(" (of {date})")).unwrap_or_default();
    let reverses = head.reverses.as_ref().map(|key| format!(" (takes back {key})")).unwrap_or_default();
    format!("{}{true_date}{reverses}", mask_cards(&head.memo))
}

/// `txn_1 re_1 000000042 po_1`: what there is of it.
fn reference(line: &JournalLine) -> Option<String> {
    let ids = [
        line.transaction.as_ref().map(ToString::to_string),
        line.source.as_ref().map(ToString::to_string),
        line.order.as_ref().map(ToString::to_string),
        line.payout.as_ref().map(ToString::to_string),
    ];
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}
