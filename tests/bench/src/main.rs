//! Speed and size, as ratios against a baseline that is measured in the same run: `cargo xtask bench`.
//!
//! Times are shown and decide nothing; sizes and counts must hold. It must not be depended on.

mod built;
mod cloud;
mod consumer_work;
mod deployed;
mod event;
mod ingest_work;
mod measure;
mod payload;
mod report;
mod systems;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use report::Report;

/// Measures speed and size. `cargo xtask bench` builds everything and runs it.
#[derive(Parser)]
struct Arguments {
    /// Where a bare function is deployed beside ingest; without it the deployed part is left out
    #[arg(long)]
    bare_url: Option<String>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut report = Report::default();
    ingest_work::run(&mut report)?;
    consumer_work::run(&mut report)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(built::run(&mut report))?;
    match &arguments.bare_url {
        Some(url) => runtime.block_on(deployed::run(url))?,
        None => {
            println!("\nDeployed ingest: not measured, no local stack runs (`cargo xtask up` starts one).")
        }
    }
    println!("\nTo repeat: cargo xtask bench");
    Ok(if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
