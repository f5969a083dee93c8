//! `tillbridge report`: what accountants file. No system is asked: all of it stands in the table.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use bookkeeping::payout::{Reported, report, reports};
use books::export::{beancount, hledger};
use books::payout::{CategoryTotal, Item, Side};
use books::report::{ColumnNames, items_csv};
use books::{Outcome, PayoutReport};
use canonical::{Money, PayoutId};
use clap::{Subcommand, ValueEnum};
use flow::Store;
use serde_json::json;

use crate::print::{say, word};
use crate::{Context, Ended, Stop};

/// Shows payouts, what of them is not matched, and the journals that were posted.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillbridge report payout po_1QxAbC\n  tillbridge report payout po_1QxAbC --format csv --out po_1QxAbC.csv\n  \
    tillbridge report exceptions\n  tillbridge report journals 2026-03 --format hledger | hledger -f - check --strict"
)]
pub struct ReportWork {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A payout: what it is made of, whether each movement has its documents, and the journals that book it.
    Payout {
        /// `po_…`.
        payout: PayoutId,
        /// How it is written.
        #[arg(long, value_enum, default_value_t = Form::Table)]
        format: Form,
        /// Writes it into this file, over what is there, and not onto the terminal.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Every movement of every payout that has no document to match, or another's amount.
    Exceptions {
        /// How it is written.
        #[arg(long, value_enum, default_value_t = Form::Table)]
        format: Form,
    },
    /// The journals that tillbridge has posted in a month, as plain text that hledger and Beancount read.
    Journals {
        /// `2026-03`.
        #[arg(value_parser = month)]
        month: String,
        /// In which program's words.
        #[arg(long = "format", value_enum, default_value_t = Words::Hledger)]
        words: Words,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Words {
    Hledger,
    Beancount,
}

fn month(text: &str) -> Result<String, String> {
    let is_month = format!("{text}-01").parse::<jiff::civil::Date>().is_ok();
    if is_month { Ok(text.to_owned()) } else { Err("a month is written 2026-03".to_owned()) }
}

impl ReportWork {
    /// Shows it.
    ///
    /// # Errors
    /// The table cannot be reached, or there is no such payout.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table();
        let store = table.as_ref();
        match &self.what {
            What::Payout { payout, format, out } => {
                of_payout(context, store, payout, wanted(*format, context), out.as_deref()).await
            }
            What::Exceptions { format } => exceptions(context, store, wanted(*format, context)).await,
            What::Journals { month, words } => journals(context, store, month, *words).await,
        }
    }
}

/// `--json` says so for every command.
fn wanted(form: Form, context: &Context) -> Form {
    if context.json { Form::Json } else { form }
}

async fn of_payout(
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
            format!("{}\n{}", report.csv(), items_csv(&exceptions, ColumnNames::First))
        }
        Form::Table => table(&report, &exceptions, exception_count),
    };
    match out {
        None => say(text.trim_end())?,
        Some(file) => {
            std::fs::write(file, format!("{}\n", text.trim_end()))
                .map_err(|error| Stop::Usage(format!("{} cannot be written: {error}", file.display())))?;
            say(&format!("payout {payout} is in {}; {exception_count} to look at", file.display()))?;
        }
    }
    Ok(if exception_count == 0 { Ended::Well } else { Ended::WithProblems })
}

fn under_way(payout: &PayoutId, rows: u64) -> String {
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
fn others(exceptions: &[Item], count: u64) -> Option<String> {
    let kept = u64::try_from(exceptions.len()).unwrap_or(u64::MAX);
    (count > kept).then(|| format!("and others: {count} in all, of which the first {kept} are kept"))
}

/// Says so beside a CSV, on standard error: a row for it would be a movement to whoever reads the file.
fn warn_of_others(payout: &PayoutId, exceptions: &[Item], count: u64) -> std::io::Result<()> {
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

/// A movement and what to do about it.
fn line(item: &Item) -> String {
    let order = item.order.as_ref().map_or_else(String::new, |order| format!(" of order {order}"));
    let source = item.source.as_ref().map_or_else(String::new, |source| format!(" {}", source.as_str()));
    let document = |side: Side| match side {
        Side::Magento => "the shop's document",
        Side::Erp => "the ERP's document",
    };
    let next = match item.outcome {
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
    };
    format!("  {} {}{source}{order}: {}; {next}", item.transaction, item.amount, item.outcome)
}

async fn exceptions(context: &Context, store: &dyn Store, form: Form) -> Result<Ended> {
    let (mut from, mut found, mut is_whole, mut names) = (None, 0_u64, true, ColumnNames::First);
    loop {
        let (page, next) = reports(store, &context.pair, from).await?;
        for one in page.iter().filter(|one| one.report.is_none()) {
            is_whole = false;
            if form == Form::Table {
                say(&under_way(&one.payout, one.rows_so_far))?;
            }
        }
        for one in page.iter().filter(|one| one.exception_count > 0) {
            found += one.exception_count;
            match form {
                Form::Json => {
                    let (exceptions, exception_count) = (&one.exceptions, one.exception_count);
                    let shown = json!({
                        "payout": one.payout, "exceptions": exceptions, "exception_count": exception_count
                    });
                    say(&shown.to_string())?;
                }
                Form::Csv => {
                    warn_of_others(&one.payout, &one.exceptions, one.exception_count)?;
                    say(items_csv(&one.exceptions, names).trim_end())?;
                }
                Form::Table => {
                    say(&format!("payout {}", one.payout))?;
                    for item in &one.exceptions {
                        say(&line(item))?;
                    }
                    if let Some(others) = others(&one.exceptions, one.exception_count) {
                        say(&format!("  {others}"))?;
                    }
                }
            }
            names = ColumnNames::None;
        }
        if next.is_none() {
            break;
        }
        from = next;
    }
    if found == 0 && form == Form::Table {
        say(if is_whole {
            "every movement of every payout is matched"
        } else {
            "every movement of every other payout is matched"
        })?;
    }
    Ok(if found == 0 { Ended::Well } else { Ended::WithProblems })
}

async fn journals(context: &Context, store: &dyn Store, month: &str, words: Words) -> Result<Ended> {
    let Some(settings) = context.stage.pairs.get(&context.pair) else {
        return Err(Stop::Usage(format!("there is no pair `{}`", context.pair)).into());
    };
    let ledger = bookkeeping::ledger(settings)?;
    let posted = bookkeeping::journals(store, &context.pair, month).await?;
    let text = match words {
        Words::Hledger => hledger(&ledger.chart, &posted),
        Words::Beancount => beancount(&ledger, &posted),
    };
    say(text.trim_end())?;
    Ok(Ended::Well)
}
