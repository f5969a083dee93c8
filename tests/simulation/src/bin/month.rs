//! `month`: plays a month of a shop and checks its books. `cargo xtask month` builds it and drives it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use mimalloc::MiMalloc;
use simulation::{Ended, Wanted, month};

/// The consumer's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Plays a month of a shop and checks its books.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many orders.
    #[arg(long, default_value_t = 5_000)]
    orders: u64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes hledger's journal there.
    #[arg(long)]
    export: Option<PathBuf>,
    /// hledger's program.
    #[arg(long, default_value = "hledger")]
    hledger: PathBuf,
    /// A Python that has Beancount.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Where the plain text is put for both.
    #[arg(long, default_value = "target/month")]
    folder: PathBuf,
}

fn main() -> Result<ExitCode> {
    let Arguments { orders, seed, export, hledger, python, folder } = Arguments::parse();
    let Ended { table, broken } = month(&Wanted { orders, seed, export, hledger, python, folder })?;
    eprint!("{table}");
    for what in broken.iter().take(60) {
        eprintln!("✗ {what}");
    }
    if broken.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "{} sums are off. Play it again: cargo xtask month --orders {orders} --seed {seed}",
        broken.len()
    );
    Ok(ExitCode::FAILURE)
}
