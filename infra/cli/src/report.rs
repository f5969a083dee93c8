//! `tillbridge report`: what accountants file. No system is asked: all of it stands in the table.

use anyhow::Result;
use bookkeeping::payout::{Reported, report, reports};
use books::export::{beancount, hledger};
use books::payout::{CategoryTotal, Item};
use books::report::{ColumnNames, items_csv};
use books::{Outcome, PayoutReport};
use canonical::PayoutId;
use clap::{Subcommand, ValueEnum};
use flow::Store;
use serde_json::json;

use crate::print::say;
use crate::{Context, Ended, Stop};

/// Shows payouts, what of them is not matched, and the journals that were posted.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillbridge report payout po_1QxAbC\n  tillbridge report payout po_1QxAbC --as csv > po_1QxAbC.csv\n  \
    tillbridge report exceptions\n  tillbridge report journals 2026-03 --as hledger | hledger -f - check --strict"
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
        #[arg(long = "as", value_enum, default_value_t = Form::Table)]
        form: Form,
    },
    /// Every movement of every payout that has no document to match, or another's amount.
    Exceptions {
        /// How it is written.
        #[arg(long = "as", value_enum, default_value_t = Form::Table)]
        form: Form,
    },
    /// The journals that tillbridge has posted in a month, as plain text that hledger and Beancount read.
    Journals {
        /// `2026-03`.
        #[arg(value_parser = month)]
        month: String,
        /// In which program's words.
        #[arg(long = "as", value_enum, default_value_t = Words::Hledger)]
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
            What::Payout { payout, form } => of_payout(context, store, payout, wanted(*form, context)).await,
            What::Exceptions { form } => exceptions(context, store, wanted(*form, context)).await,
            What::Journals { month, words } => journals(context, store, month, *words).await,
        }
    }
}

/// `--json` says so for every command.
fn wanted(form: Form, context: &Context) -> Form {
    if context.json { Form::Json } else { form }
}

async fn of_payout(context: &Context, store: &dyn Store, payout: &PayoutId, form: Form) -> Result<Ended> {
    let found = report(store, &context.pair, payout).await?;
    let Some(Reported { report, exceptions, exception_count, rows_so_far, .. }) = found else {
        let what = format!(
            "payout {payout} is not reconciled: Stripe has not said yet that its list is complete, it is a manual or instant one, or \
             its event waits. `tillbridge trace {payout}` says which"
        );
        return Err(Stop::Problem(what).into());
    };
    let Some(report) = report else {
        say(&format!(
            "payout {payout} is under way: {rows_so_far} movements were looked at. `tillbridge trace {payout}` says what it waits for"
        ))?;
        return Ok(Ended::WithProblems);
    };
    match form {
        Form::Json => {
            let shown =
                json!({ "report": report, "exceptions": exceptions, "exception_count": exception_count });
            say(&shown.to_string())?;
        }
        Form::Csv => {
            say(format!("{}\n{}", report.csv(), items_csv(&exceptions, ColumnNames::First)).trim_end())?;
        }
        Form::Table => table(&report, &exceptions, exception_count)?,
    }
    Ok(if exception_count == 0 { Ended::Well } else { Ended::WithProblems })
}

fn table(report: &PayoutReport, exceptions: &[Item], count: u64) -> Result<()> {
    let payout = &report.payout;
    say(&format!("payout {} of {}, {}", payout.id, payout.amount, crate::print::word(&payout.status)))?;
    say(&format!(
        "  arrives on {}; {} left the balance by it, in {} movements",
        payout.arrival_date, report.taken, report.rows
    ))?;
    say("\ncategory                          rows           gross            fees             net")?;
    for (category, total) in &report.categories {
        say(&row(category.as_str(), total))?;
    }
    say("\nmatched with the shop and the ERP")?;
    for (result, total) in &report.results {
        say(&row(result, total))?;
    }
    if count > 0 {
        say(&format!("\n{count} to look at"))?;
        for item in exceptions {
            say(&line(item))?;
        }
    }
    say("\njournals")?;
    for journal in &report.journals {
        say(&format!("  {}  {}", journal.number.as_deref().unwrap_or("not in the ERP yet"), journal.key))?;
    }
    Ok(())
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
    let source = item.source.as_ref().map_or("", |source| source.as_str());
    let next = match item.outcome {
        Outcome::MissingInMagento => {
            "the shop has no invoice or credit memo of it: make it there, or say whose money it is"
        }
        Outcome::MissingInErp => "the ERP has no payment of it: `tillbridge parked` shows what waits",
        Outcome::Foreign => {
            "no shop of this pair knows it: another shop on the same account, or a payment made by hand"
        }
        Outcome::AmountDiffers { .. } => "the document says another amount: correct one of them",
        Outcome::CurrencyDiffers { .. } => "the document says another currency: correct one of them",
        Outcome::Matched | Outcome::NotAnOrder => "nothing to do",
    };
    format!("  {} {} {source}{order}: {}; {next}", item.transaction, item.amount, item.outcome)
}

async fn exceptions(context: &Context, store: &dyn Store, form: Form) -> Result<Ended> {
    let (mut from, mut found, mut names) = (None, 0_u64, ColumnNames::First);
    loop {
        let (page, next) = reports(store, &context.pair, from).await?;
        for one in page.iter().filter(|one| one.exception_count > 0) {
            found += one.exception_count;
            match form {
                Form::Json => {
                    say(&json!({ "payout": one.payout, "exceptions": one.exceptions }).to_string())?;
                }
                Form::Csv => say(items_csv(&one.exceptions, names).trim_end())?,
                Form::Table => {
                    say(&format!("payout {}", one.payout))?;
                    for item in &one.exceptions {
                        say(&line(item))?;
                    }
                    if one.exception_count > u64::try_from(one.exceptions.len())? {
                        say(&format!("  and others: {} in all", one.exception_count))?;
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
        say("every movement of every payout is matched")?;
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
