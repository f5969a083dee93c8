//! The page of a span of days.

use std::collections::BTreeMap;

use books::report::span::{Figure, Section, SpanReport};
use canonical::{Currency, Money, NaturalKey};
use jiff::civil::Date;

use super::html::{self, Bar, Made};
use super::span::{store, title};
use crate::print::word;

pub(super) fn page(made: &Made, report: &SpanReport) -> String {
    let facts = [
        ("Days".to_owned(), format!("{} through {}, {}", report.from, report.through, report.time_zone)),
        (
            "Sources".to_owned(),
            "Stripe's balance transactions and payouts, the shop's invoices and credit memos, the ERP's balances, tillbridge's \
             own record of what books each movement"
                .to_owned(),
        ),
    ];
    let mut body = charts(report);
    body += &html::heading("Figures");
    body += &html::table(
        "By section, name and store",
        &["section", "name", "store", "amount"],
        report.summed.figures.iter().map(|figure| {
            let section = figure.section.title().to_owned();
            vec![section, figure.name.clone(), store(figure), figure.amount.to_string()]
        }),
    );
    body += &clearing(report);
    body += &payouts(report);
    body += &open(report);
    body += &html::heading("What each figure is made of");
    body.extend(report.summed.figures.iter().map(made_of));
    body += &movements(report);
    let name = title(report);
    html::page(made, &format!("Report of {name}"), &facts, &body)
}

/// Sales and net by day, and fees by account, in each currency.
fn charts(report: &SpanReport) -> String {
    let mut drawn = String::new();
    for (section, what) in [(Section::Sales, "Sales by day"), (Section::Net, "Net by day")] {
        let mut days: BTreeMap<Currency, BTreeMap<Date, Option<Money>>> = BTreeMap::new();
        for part in of(report, section).flat_map(|figure| &figure.parts) {
            let currency = part.amount.currency();
            let sum =
                days.entry(currency).or_default().entry(part.day).or_insert(Some(Money::zero(currency)));
            *sum = sum.and_then(|sum| sum.checked_add(part.amount).ok());
        }
        for (currency, days) in days {
            let bars: Vec<Bar> =
                days.into_iter().filter_map(|(day, sum)| Some(bar(day.to_string(), sum?))).collect();
            drawn += &html::chart(&format!("{what}, {currency}"), &bars);
        }
    }
    let mut fees: BTreeMap<Currency, Vec<Bar>> = BTreeMap::new();
    for figure in of(report, Section::Fees) {
        let name = format!("{}, {}", figure.name, store(figure));
        fees.entry(figure.amount.currency()).or_default().push(bar(name, figure.amount));
    }
    for (currency, bars) in fees {
        drawn += &html::chart(&format!("Fees, {currency}"), &bars);
    }
    drawn
}

fn of(report: &SpanReport, section: Section) -> impl Iterator<Item = &Figure> {
    report.summed.figures.iter().filter(move |figure| figure.section == section)
}

fn bar(name: String, amount: Money) -> Bar {
    Bar { name, value: amount.to_string(), minor: amount.minor() }
}

fn made_of(figure: &Figure) -> String {
    let what = format!("{}: {}, {}, {}", figure.section.title(), figure.name, store(figure), figure.amount);
    let rows = figure.parts.iter().map(|part| {
        vec![
            part.transaction.to_string(),
            part.day.to_string(),
            part.order.as_ref().map(ToString::to_string).unwrap_or_default(),
            part.document.clone().unwrap_or_default(),
            part.amount.to_string(),
        ]
    });
    html::details(&what, &html::table(&what, &["movement", "day", "order", "document", "amount"], rows))
}

fn payouts(report: &SpanReport) -> String {
    let rows = report.payouts.iter().map(|payout| {
        let (id, amount) = (payout.id.to_string(), payout.amount.to_string());
        vec![id, word(&payout.status), amount, payout.arrival_date.to_string()]
    });
    html::table("Payouts, as they stand now", &["payout", "state", "amount", "arrives on"], rows)
}

fn open(report: &SpanReport) -> String {
    let rows = report.summed.open.iter().map(|open| {
        vec![
            open.order.as_ref().map_or_else(|| "no order".to_owned(), ToString::to_string),
            open.transaction.as_ref().map(ToString::to_string).unwrap_or_default(),
            open.documents.join(", "),
            open.amount.to_string(),
            open.kind.says().to_owned(),
        ]
    });
    let names = ["order", "movement", "documents", "amount", "what to do"];
    html::table("Open receivables, and money without a document", &names, rows)
}

fn clearing(report: &SpanReport) -> String {
    let rows = report.clearing.iter().map(|one| {
        vec![
            one.role().to_string(),
            one.account.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
            one.books.to_string(),
            one.stripe.to_string(),
            one.difference.to_string(),
        ]
    });
    let names = ["account", "code", "books", "Stripe", "difference"];
    html::table("Clearing against Stripe's balance, at the end", &names, rows)
}

fn movements(report: &SpanReport) -> String {
    let rows = report.summed.movements.iter().map(|line| {
        let transaction = &line.transaction;
        let keys: Vec<&str> = line.booked_by.iter().map(NaturalKey::as_str).collect();
        vec![
            transaction.id.to_string(),
            line.day.to_string(),
            transaction.reporting_category.to_string(),
            line.order.as_ref().map(ToString::to_string).unwrap_or_default(),
            line.documents.join(", "),
            keys.join(", "),
            transaction.net.to_string(),
        ]
    });
    let names = ["movement", "day", "category", "order", "documents", "booked by", "net"];
    html::details("Every movement", &html::table("Every movement", &names, rows))
}
