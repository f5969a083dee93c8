//! `report payout`.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use bookkeeping::payout::{Reported, report};
use books::payout::{CategoryTotal, Item, Side};
use books::report::{ColumnNames, items_csv};
use books::{Outcome, PayoutReport};
use canonical::{Money, PayoutId};
use flow::Store;
use serde_json::json;

use super::html::{self, Made};
use super::{Form, deliver, made};
use crate::print::word;
use crate::{Context, Ended, Stop};

pub(super) async fn of_payout(
    context: &Context,
    store: &dyn Store,
    payout: &PayoutId,
    form: Form,
    out: Option<&Path>,
) -> Result<Ended> {
    let found = report(store, &context.pair, payout).await?;
    let Some(Reported { report, exceptions, exception_count, rows_so_far, .. }) = found else {
        let what = format!(
            "payout {payout} is not reconciled: Stripe has not said yet that its list is complete, it is a manual or instant one, or \
             its event waits. `tillbridge trace {payout}` says which"
        );
        return Err(Stop::Problem(what).into());
    };
    let Some(report) = report else {
        // No report yet, so nothing goes where a program or a file expects one.
        return Err(Stop::Problem(under_way(payout, rows_so_far)).into());
    };
    let text = match form {
        Form::Json => {
            json!({ "report": report, "exceptions": exceptions, "exception_count": exception_count })
                .to_string()
        }
        Form::Csv => {
            warn_of_others(payout, &exceptions, exception_count)?;
            format!("{}\n{}", report.csv(), items_csv(payout, &exceptions, ColumnNames::First))
        }
        Form::Table => table(&report, &exceptions, exception_count),
        Form::Html => page(&made(context), &report, &exceptions, exception_count),
    };
    deliver(&text, out, &format!("payout {payout}"), &format!("; {exception_count} to look at"))?;
    Ok(if exception_count == 0 { Ended::Well } else { Ended::WithProblems })
}

pub(super) fn under_way(payout: &PayoutId, rows: u64) -> String {
    format!(
        "payout {payout} is under way: {rows} movements were looked at. `tillbridge trace {payout}` says what it waits for"
    )
}

fn table(report: &PayoutReport, exceptions: &[Item], count: u64) -> String {
    let payout = &report.payout;
    let fee = payout.fee.unwrap_or(Money::zero(payout.currency()));
    let mut lines = vec![
        // The report is not written again when the payout moves on.
        format!("payout {}, {} when it was proved", payout.id, word(&payout.status)),
        format!("  arrives on        {}", payout.arrival_date),
        format!("  left the balance  {}, in {} movements", report.taken, report.rows),
        format!("  fee of the payout {fee}"),
        format!("  reaches the bank  {}", payout.amount),
        "\ncategory                          rows           gross            fees             net".to_owned(),
    ];
    lines.extend(report.categories.iter().map(|(category, total)| row(category.as_str(), total)));
    lines.push("\nmatched with the shop and the ERP".to_owned());
    lines.extend(report.results.iter().map(|(result, total)| row(result, total)));
    if count > 0 {
        lines.push(format!("\n{count} to look at"));
        lines.extend(exceptions.iter().map(line));
        lines.extend(others(exceptions, count).map(|others| format!("  {others}")));
    }
    lines.push("\njournals".to_owned());
    lines.extend(report.journals.iter().map(|journal| {
        format!("  {}  {}", journal.number.as_deref().unwrap_or("not in the ERP yet"), journal.key)
    }));
    lines.join("\n")
}

/// That there are more exceptions than are kept with their amounts.
pub(super) fn others(exceptions: &[Item], count: u64) -> Option<String> {
    let kept = u64::try_from(exceptions.len()).unwrap_or(u64::MAX);
    (count > kept).then(|| format!("and others: {count} in all, of which the first {kept} are kept"))
}

/// Says so beside a CSV, on standard error: a row for it would be a movement to whoever reads the file.
pub(super) fn warn_of_others(payout: &PayoutId, exceptions: &[Item], count: u64) -> std::io::Result<()> {
    match others(exceptions, count) {
        Some(others) => writeln!(std::io::stderr(), "payout {payout}: {others}"),
        None => Ok(()),
    }
}

fn row(name: &str, total: &CategoryTotal) -> String {
    let CategoryTotal { rows, amount, fee, net } = total;
    format!(
        "  {name:<28} {rows:>7} {:>15} {:>15} {:>15}",
        amount.to_string(),
        fee.to_string(),
        net.to_string()
    )
}

/// What to do about a movement.
fn next(item: &Item) -> String {
    let document = |side: Side| match side {
        Side::Magento => "the shop's document",
        Side::Erp => "the ERP's document",
    };
    match item.outcome {
        Outcome::MissingInMagento => {
            "the shop has no invoice or credit memo of it: make it there, or say whose money it is".to_owned()
        }
        Outcome::MissingInErp => {
            "the ERP has no payment of it: `tillbridge parked` shows what waits".to_owned()
        }
        Outcome::Foreign => {
            "no shop of this pair knows it: another shop on the same account, or a payment made by hand"
                .to_owned()
        }
        Outcome::AmountDiffers { side, .. } => {
            format!("{} says another amount than Stripe: correct the one that is wrong", document(side))
        }
        Outcome::CurrencyDiffers { side } => {
            format!("{} says another currency than Stripe: correct the one that is wrong", document(side))
        }
        Outcome::Matched | Outcome::NotAnOrder => "nothing to do".to_owned(),
    }
}

/// A movement and what to do about it.
pub(super) fn line(item: &Item) -> String {
    let order = item.order.as_ref().map_or_else(String::new, |order| format!(" of order {order}"));
    let source = item.source.as_ref().map_or_else(String::new, |source| format!(" {}", source.as_str()));
    let next = next(item);
    format!("  {} {}{source}{order}: {}; {next}", item.transaction, item.amount, item.outcome)
}

fn page(made: &Made, report: &PayoutReport, exceptions: &[Item], count: u64) -> String {
    let payout = &report.payout;
    let facts = [
        ("State when it was proved".to_owned(), word(&payout.status)),
        ("Arrives on".to_owned(), payout.arrival_date.to_string()),
        ("Left the balance".to_owned(), format!("{}, in {} movements", report.taken, report.rows)),
        ("Reaches the bank".to_owned(), payout.amount.to_string()),
        ("Sources".to_owned(), "what tillbridge has kept of Stripe, the shop and the ERP".to_owned()),
    ];
    let totals = |title: &str, all: Vec<(&str, &CategoryTotal)>| {
        let rows = all.into_iter().map(|(name, total)| {
            let CategoryTotal { rows, amount, fee, net } = total;
            vec![name.to_owned(), rows.to_string(), amount.to_string(), fee.to_string(), net.to_string()]
        });
        html::table(title, &["name", "movements", "gross", "fees", "net"], rows)
    };
    let categories = report.categories.iter().map(|(category, total)| (category.as_str(), total)).collect();
    let results = report.results.iter().map(|(result, total)| (result.as_str(), total)).collect();
    let journals = report.journals.iter().map(|journal| {
        let number = journal.number.clone().unwrap_or_else(|| "not in the ERP yet".to_owned());
        vec![number, journal.key.as_str().to_owned()]
    });
    let mut body = totals("Movements by category", categories);
    body += &totals("Matched with the shop and the ERP", results);
    body += &exceptions_table(&format!("{count} to look at"), &payout.id, exceptions, count);
    body += &html::table("Journals", &["number in the ERP", "key"], journals);
    html::page(made, &format!("Payout {}", payout.id), &facts, &body)
}

/// What a person should look at.
pub(super) fn exceptions_table(title: &str, payout: &PayoutId, exceptions: &[Item], count: u64) -> String {
    let rows = exceptions.iter().map(|item| {
        vec![
            payout.to_string(),
            item.transaction.to_string(),
            item.order.as_ref().map(ToString::to_string).unwrap_or_default(),
            item.amount.to_string(),
            item.outcome.to_string(),
            next(item),
        ]
    });
    let names = ["payout", "movement", "order", "amount", "result", "what to do"];
    let others = others(exceptions, count).map(|others| html::paragraph(&others)).unwrap_or_default();
    html::table(title, &names, rows) + &others
}
