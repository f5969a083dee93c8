//! `tillbridge`: the operators' command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli::{Check, Common, Context, Ended, Executions, Send, Trace};

/// Moves paid orders from Stripe through Magento to ERP and warehouse, and shows how each fared.
#[derive(Parser)]
#[command(
    name = "tillbridge",
    version,
    after_help = "Exit codes: 0 all is well, 1 problems were found, 2 wrong usage, 3 something could not be reached.\n\n\
                  Examples:\n  tillbridge check --stage sandbox\n  tillbridge trace 000000042\n  \
                  tillbridge executions --parked\n  tillbridge send event.json --times 20"
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Looks for everything that is missing or wrong, before any event comes.
    Check(Check),
    /// Tells the story of an order, payment, charge or event over all systems.
    Trace(Trace),
    /// Lists executions, newest last.
    Executions(Executions),
    /// Signs an event with the stage's webhook secret and posts it to ingest.
    Send(Send),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { common, command } = Cli::parse();
    let context = match Context::open(common).await {
        Ok(context) => context,
        Err(error) => return report(&error),
    };
    let ended = match command {
        Command::Check(check) => check.run(&context).await,
        Command::Trace(trace) => trace.run(&context).await,
        Command::Executions(executions) => executions.run(&context).await,
        Command::Send(send) => send.run(&context).await,
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithProblems) => ExitCode::from(1),
        Err(error) => report(&error),
    }
}

fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("tillbridge: {error:#}");
    ExitCode::from(3)
}
