//! A folder is a case: `input.json` is what happens, `expected.txt` the books after it in hledger's syntax, and what a person has to
//! see. `UPDATE_EXPECT=1` rewrites `expected.txt`; then read it against what an accountant would write.

use std::fmt::Write;
use std::path::Path;

use books::day::{self, Grouping};
use books::export::hledger;
use books::rules::{
    LostDispute, SalesDocument, arrival, arrival_reversed, credit_note, dispute_lost, invoice,
};
use books::{Error, Held, Ledger, Raised, Receivable};
use canonical::{Journal, Payout, PayoutMethod, PayoutStatus};
use expect_test::expect_file;
use jiff::civil::Date;
use serde::Deserialize;

use crate::given::{Movement, date, ledger, money};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    #[serde(rename = "about")]
    _about: String,
    company: String,
    #[serde(default = "utc")]
    zone: String,
    /// Currency, day, rate.
    #[serde(default)]
    rates: Vec<(String, String, String)>,
    #[serde(default)]
    grouping: Grouping,
    events: Vec<Event>,
}

fn utc() -> String {
    "UTC".into()
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Event {
    Invoice(Document),
    CreditNote(Document),
    /// A day's movements; the second time, what turned up later.
    Day {
        date: Date,
        part: Option<u32>,
        movements: Vec<Movement>,
    },
    Arrival {
        payout: String,
        amount: String,
        on: Date,
        held: Option<(String, String)>,
    },
    ArrivalReversed {
        on: Date,
    },
    DisputeLost {
        dispute: String,
        on: Date,
        order: Option<String>,
        withdrawn: (String, String),
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    key: String,
    date: String,
    order: String,
    /// Amount and base.
    total: (String, String),
    goods: String,
    shipping: String,
    taxes: Vec<(String, String)>,
}

impl Document {
    fn read(&self) -> SalesDocument {
        SalesDocument {
            key: self.key.parse().unwrap(),
            date: date(&self.date),
            order: self.order.parse().unwrap(),
            party: "tb:acct_1:customer:7".parse().unwrap(),
            total: Receivable { amount: money(&self.total.0), base: money(&self.total.1) },
            goods: money(&self.goods),
            shipping: money(&self.shipping),
            taxes: self.taxes.iter().map(|(code, amount)| (code.clone(), money(amount))).collect(),
        }
    }
}

fn held((amount, base): &(String, String)) -> Held {
    Held { amount: money(amount), base: money(base), exchange_rate: None }
}

fn run(case: &Case) -> Result<(Ledger, Vec<Journal>, Vec<Raised>), Error> {
    let rates: Vec<_> = case.rates.iter().map(|(c, d, r)| (c.as_str(), d.as_str(), r.as_str())).collect();
    let ledger = ledger(&case.company, &case.zone, &rates);
    let (mut journals, mut raised) = (Vec::new(), Vec::new());
    let mut arrived = None;
    for event in &case.events {
        match event {
            Event::Invoice(document) => journals.push(invoice(&ledger, &document.read())?),
            Event::CreditNote(document) => journals.push(credit_note(&ledger, &document.read())?),
            Event::Day { date, part, movements } => {
                let entries: Vec<_> = movements.iter().map(Movement::entry).collect();
                let posted = day::journals(&ledger, *date, part.unwrap_or(1), case.grouping, &entries)?;
                journals.extend(posted.journals);
                raised.extend(posted.raised);
            }
            Event::Arrival { payout, amount, on, held: in_transit } => {
                let journal = arrival(&ledger, &paid(payout, amount, *on), in_transit.as_ref().map(held))?;
                arrived = Some(journal.clone());
                journals.push(journal);
            }
            Event::ArrivalReversed { on } => {
                journals.push(arrival_reversed(arrived.as_ref().unwrap(), *on)?);
            }
            Event::DisputeLost { dispute, on, order, withdrawn } => {
                let lost = LostDispute {
                    id: dispute.parse().unwrap(),
                    closed_on: *on,
                    withdrawn: held(withdrawn),
                    order: order.as_ref().map(|number| number.parse().unwrap()),
                };
                journals.push(dispute_lost(&ledger, &lost)?);
            }
        }
    }
    Ok((ledger, journals, raised))
}

fn paid(id: &str, amount: &str, on: Date) -> Payout {
    Payout {
        id: id.parse().unwrap(),
        amount: money(amount),
        fee: None,
        status: PayoutStatus::Paid,
        automatic: true,
        method: PayoutMethod::Standard,
        arrival_date: on,
        trace_id: None,
        reconciliation_status: None,
        balance_transaction: None,
        failure_balance_transaction: None,
        original_payout: None,
        reversed_by: None,
    }
}

/// The transactions without the declarations before them, and what was raised.
fn shown(case: &Case) -> String {
    let (ledger, journals, raised) = match run(case) {
        Ok(done) => done,
        Err(error) => return format!("{}: {error}\n", error.code()),
    };
    let text = hledger(&ledger.chart, &journals);
    let mut shown = text.split_once("\n\n").map_or("", |(_, transactions)| transactions).to_owned();
    if journals.is_empty() {
        shown.push_str("; nothing is posted\n");
    }
    for Raised { reason, transaction, amount, .. } in raised {
        let _ = write!(shown, "\n; raised: {reason:?} {amount} by {transaction}\n");
    }
    shown
}

#[test]
fn every_case_is_posted_as_written() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cases"));
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 25);
    for path in cases {
        let text = std::fs::read_to_string(path.join("input.json")).unwrap();
        let case: Case =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        expect_file![path.join("expected.txt")].assert_eq(&shown(&case));
    }
}
