//! `tillbridge`: the operators' command.

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli::{
    BreakerWork, Check, Common, Context, Correct, Discard, Ended, Executions, ParkedWork, ReplayWork,
    ReportWork, Send, Show, Stop, Trace,
};

/// Moves paid orders from Stripe through Magento to ERP and warehouse, and shows how each fared.
#[derive(Parser)]
#[command(
    name = "tillbridge",
    version,
    after_help = "Exit codes: 0 all is well, 1 problems were found, 2 wrong usage, 3 something could not be reached.\n\n\
                  An order is stuck?\n  tillbridge parked                 what stands, and why\n  \
                  tillbridge show 000000042         one of them: the request that failed, who can mend it, and how\n  \
                  tillbridge correct 000000042 …    mend the data, where the data is to blame\n  \
                  tillbridge replay 000000042       try it again\n\n\
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
    /// Lists executions by status, the newest of each last.
    Executions(Executions),
    /// Lists what stands until a person has looked at it, and why.
    Parked(ParkedWork),
    /// Shows payouts, what of them is not matched, and the journals that were posted.
    Report(ReportWork),
    /// Shows why one execution stands, the request that failed, who can mend it, and how.
    Show(Show),
    /// Mends the data that a parked execution works with; the original is kept.
    Correct(Correct),
    /// Has parked executions tried again: one, or all that a filter names.
    Replay(ReplayWork),
    /// Gives a parked execution up, and says why.
    Discard(Discard),
    /// Shows which systems are left alone because they were found down, or closes such a breaker.
    Breaker(BreakerWork),
    /// Signs an event with the stage's webhook secret and posts it to ingest.
    Send(Send),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { common, command } = Cli::parse();
    match run(common, command).await {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithProblems) => ExitCode::from(1),
        Err(error) => report(&error),
    }
}

async fn run(common: Common, command: Command) -> anyhow::Result<Ended> {
    if let Command::Check(check) = command {
        return check.run(common).await;
    }
    let context = Context::open(common).await?;
    match command {
        // Done above: a file with mistakes makes no context.
        Command::Check(_) => Ok(Ended::Well),
        Command::Trace(trace) => trace.run(&context).await,
        Command::Executions(executions) => executions.run(&context).await,
        Command::Parked(parked) => parked.run(&context).await,
        Command::Report(report) => report.run(&context).await,
        Command::Show(show) => show.run(&context).await,
        Command::Correct(correct) => correct.run(&context).await,
        Command::Replay(replay) => replay.run(&context).await,
        Command::Discard(discard) => discard.run(&context).await,
        Command::Breaker(breaker) => breaker.run(&context).await,
        Command::Send(send) => send.run(&context).await,
    }
}

fn report(error: &anyhow::Error) -> ExitCode {
    let gone =
        error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe);
    if gone {
        // Whoever reads has read enough (`| head`).
        return ExitCode::SUCCESS;
    }
    eprintln!("tillbridge: {error:#}");
    ExitCode::from(match error.downcast_ref() {
        Some(Stop::Problem(_)) => 1,
        Some(Stop::Usage(_)) => 2,
        None => 3,
    })
}
