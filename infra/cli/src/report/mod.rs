//! `tillbridge report`: what accountants file. Of payouts all stands in the table, and no system is asked; a report of days asks
//! Stripe, the shop and the ERP, and changes nothing.

mod exceptions;
mod html;
mod payout;
mod span;
mod span_page;

use std::path::{Path, PathBuf};

use anyhow::Result;
use books::export::{beancount, hledger};
use canonical::PayoutId;
use clap::{Subcommand, ValueEnum};
use flow::Store;
use jiff::civil::Date;

use crate::print::say;
use crate::{Context, Ended, Stop};

/// Shows payouts, what of them is not matched, and the journals that were posted.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillbridge report payout po_1QxAbC\n  tillbridge report payout po_1QxAbC --format csv --out po_1QxAbC.csv\n  \
    tillbridge report day 2026-03-01 --details\n  tillbridge report month 2026-03 --format html --out march.html\n  \
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
        /// Writes it into this file, over what is there, and not onto the terminal.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// A ledger day: sales, tax, shipping, refunds, fees, disputes, net, payouts, what is open, and the mirror of the balance.
    Day {
        /// `2026-03-01`, in the company's time zone.
        day: Date,
        #[command(flatten)]
        written: Written,
    },
    /// The same of a month.
    Month {
        /// `2026-03`.
        #[arg(value_parser = month)]
        month: String,
        #[command(flatten)]
        written: Written,
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

/// How a report of days is written.
#[derive(clap::Args)]
struct Written {
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// With the movements and documents of each figure; CSV, JSON and HTML have them always.
    #[arg(long)]
    details: bool,
    /// Writes it into this file, over what is there, and not onto the terminal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// For the file: one page that needs nothing else.
    Html,
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

fn first_day(month: &str) -> Result<Date, Stop> {
    format!("{month}-01").parse().map_err(|error| Stop::Usage(format!("{month} is no month: {error}")))
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
                payout::of_payout(context, store, payout, wanted(*format, context), out.as_deref()).await
            }
            What::Exceptions { format, out } => {
                exceptions::exceptions(context, store, wanted(*format, context), out.as_deref()).await
            }
            What::Day { day, written } => span::of_days(context, *day, *day, written).await,
            What::Month { month, written } => {
                let first = first_day(month)?;
                span::of_days(context, first, first.last_of_month(), written).await
            }
            What::Journals { month, words } => journals(context, store, month, *words).await,
        }
    }
}

/// `--json` says so for every command.
fn wanted(form: Form, context: &Context) -> Form {
    if context.json { Form::Json } else { form }
}

/// Onto the terminal, or into a file.
fn deliver(text: &str, out: Option<&Path>, what: &str, end: &str) -> Result<()> {
    let text = text.trim_end();
    match out {
        None if text.is_empty() => {}
        None => say(text)?,
        Some(file) => {
            std::fs::write(file, format!("{text}\n"))
                .map_err(|error| Stop::Usage(format!("{} cannot be written: {error}", file.display())))?;
            say(&format!("{what} is in {}{end}", file.display()))?;
        }
    }
    Ok(())
}

/// Whose page it is, and when it was made.
fn made(context: &Context) -> html::Made {
    html::Made {
        pair: context.pair.to_string(),
        stage: context.stage.stage.clone(),
        account: context.stage.pairs.get(&context.pair).map(|pair| pair.stripe.account.to_string()),
        at: jiff::Timestamp::now(),
    }
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
