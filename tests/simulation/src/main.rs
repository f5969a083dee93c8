//! `simulation`: plays histories. `cargo xtask simulate` builds it and drives it.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use mimalloc::MiMalloc;

/// The consumer's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Plays the histories of some seeds; ends at the first that breaks a rule.
#[derive(Debug, Parser)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Every which one.
    #[arg(long, default_value_t = 1)]
    step: u64,
    /// Shows what happened.
    #[arg(long)]
    show: bool,
    /// Goes on after a rule was broken.
    #[arg(long)]
    all: bool,
}

fn main() -> Result<ExitCode> {
    let Arguments { from, seeds, step, show, all } = Arguments::parse();
    let begin = Instant::now();
    let mut broken = 0_u64;
    for n in 0..seeds {
        let seed = from + n * step;
        match simulation::run(seed)? {
            Ok(ran) if show || seeds == 1 => {
                if show {
                    eprintln!("{}", ran.history);
                }
                eprintln!("seed {seed}: {} lines, digest {:016x}", ran.lines, ran.digest);
            }
            Ok(_) => {}
            Err(violation) => {
                broken += 1;
                eprintln!("seed {seed}: {}", violation.what);
                if !all {
                    eprintln!("{}\nPlay it again: cargo xtask simulate --seed {seed}", violation.history);
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
        if (n + 1) % 100 == 0 {
            let played = n + 1;
            let elapsed_ms = begin.elapsed().as_millis().max(1);
            let hundredths = u128::from(played) * 100_000 / elapsed_ms;
            eprintln!("played {played} of {seeds}, {}.{:02} histories/s", hundredths / 100, hundredths % 100);
        }
    }
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
