//! `tillbridge breaker`.

use anyhow::Result;
use clap::Subcommand;
use flow::System;
use flow::guard::breaker::{self, Breaker, State};
use serde_json::json;

use crate::acting::Acting;
use crate::print::say;
use crate::{Context, Ended, Stop};

/// The systems of a pair; `books` is what proves payouts, over Stripe, the shop and the ERP.
const SYSTEMS: [&str; 5] = ["stripe", "magento", "erp", "wms", "books"];

/// Shows which systems are left alone because they were found down, or has one asked again at once.
#[derive(clap::Args)]
#[command(
    after_help = "A breaker closes by itself: after a rest one event asks the system again, and all go on when it answers. Close it by hand\n\
    where you know that the system is well and do not want to wait.\n\n\
    Examples:\n  tillbridge breaker list\n  tillbridge breaker close erp --why \"back after the update\""
)]
pub struct BreakerWork {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Lists every system: asked, or left alone until when, and why.
    List,
    /// Has a system asked again at once.
    Close {
        /// stripe, magento, erp, wms or books.
        #[arg(value_parser = SYSTEMS)]
        system: String,
        #[command(flatten)]
        acting: Acting,
    },
}

impl BreakerWork {
    /// Lists or closes.
    ///
    /// # Errors
    /// No reason is given, or the table cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        match &self.act {
            Act::List => list(context).await,
            Act::Close { system, acting } => close(context, &system.parse()?, acting).await,
        }
    }
}

async fn list(context: &Context) -> Result<Ended> {
    let table = context.table();
    let mut is_well = true;
    for system in SYSTEMS {
        let breaker = breaker::read(table.as_ref(), &context.pair, &system.parse()?).await?;
        is_well &= breaker.is_closed();
        say(&match context.json {
            true => json!({ "system": system, "breaker": breaker }).to_string(),
            false => line(system, &breaker),
        })?;
    }
    Ok(if is_well { Ended::Well } else { Ended::WithProblems })
}

async fn close(context: &Context, system: &System, acting: &Acting) -> Result<Ended> {
    let by = acting.by()?;
    let Some(why) = by.why else {
        return Err(Stop::Usage("say why with --why: nobody else will know".to_owned()).into());
    };
    let ports = context.ports_without_queues();
    let before = breaker::close(&ports, &context.pair, system, by.who.as_str(), &why).await?;
    say(&match (context.json, before.is_closed()) {
        (true, was_closed) => json!({ "system": system, "was_closed": was_closed }).to_string(),
        (false, true) => format!("{system} was asked all along; what was counted against it is forgotten"),
        (false, false) => format!("{system} is asked again; it is left alone anew if it is still down"),
    })?;
    Ok(Ended::Well)
}

fn line(system: &str, breaker: &Breaker) -> String {
    let state = match &breaker.state {
        State::Closed if breaker.failures.is_empty() => "is asked".to_owned(),
        State::Closed => format!("is asked; {} found it down lately", breaker.failures.len()),
        State::Open { retry_at, .. } => format!("is left alone until {retry_at}"),
        State::HalfOpen { probe, until, .. } => {
            format!("is asked by {probe} alone, whose answer is awaited until {until}")
        }
    };
    let cause = breaker.cause.as_ref().filter(|_| !breaker.is_closed());
    let cause = cause.map(|cause| format!("\n           since {}: {}", cause.since, cause.message));
    let by_hand = breaker.closed_by_hand.as_ref();
    let by_hand = by_hand.map(|act| format!("\n           closed by {} at {}: {}", act.who, act.at, act.why));
    format!("{system:<10} {state}{}{}", cause.unwrap_or_default(), by_hand.unwrap_or_default())
}
