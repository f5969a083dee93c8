//! Speed and size, as ratios against a baseline that is measured in the same run: `cargo xtask bench`.
//!
//! Times are shown and decide nothing; sizes and counts must hold. It must not be depended on.

mod books_work;
mod built;
mod cloud;
mod consumer_work;
mod deployed;
mod event;
mod ingest_work;
mod measure;
mod payload;
mod recovery;
mod report;
mod systems;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use mimalloc::MiMalloc;

use report::Report;

/// The consumer's own: its work is measured with it. Ingest has the system's, and both sides of its ratio have this one.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures speed and size. `cargo xtask bench` builds everything and runs it.
#[derive(Parser)]
struct Arguments {
    /// What to measure; all where nothing is said
    parts: Vec<Part>,
    /// Where a bare function is deployed beside ingest; without it the deployed part is left out
    #[arg(long)]
    bare_url: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Ingest's own work per event
    Ingest,
    /// The consumer's own work per order
    Consumer,
    /// Payouts of up to a million movements, proved and posted
    Books,
    /// A backlog after an outage, in virtual time
    Recovery,
    /// The built functions: size, start, memory, calls
    Built,
    /// The deployed ingest beside a bare function
    Deployed,
}

fn main() -> Result<ExitCode> {
    let Arguments { parts, bare_url } = Arguments::parse();
    let is_asked = |part| parts.is_empty() || parts.contains(&part);
    let mut report = Report::default();
    if is_asked(Part::Ingest) {
        ingest_work::run(&mut report)?;
    }
    if is_asked(Part::Consumer) {
        consumer_work::run(&mut report)?;
    }
    if is_asked(Part::Books) {
        books_work::run(&mut report)?;
    }
    if is_asked(Part::Recovery) {
        recovery::run(&mut report)?;
    }
    let runtime = tokio::runtime::Runtime::new()?;
    if is_asked(Part::Built) {
        runtime.block_on(built::run(&mut report))?;
    }
    if is_asked(Part::Deployed) {
        match &bare_url {
            Some(url) => runtime.block_on(deployed::run(url))?,
            None => {
                println!(
                    "\nDeployed ingest: not measured, no local stack runs (`cargo xtask up` starts one)."
                );
            }
        }
    }
    println!("\nTo repeat: cargo xtask bench");
    Ok(if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
