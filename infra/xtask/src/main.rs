//! `cargo xtask`: everything that is done to this repository, as one command each. It drives tools and processes; it knows no rule
//! of the product and depends on none of its crates, so that it builds in seconds on a fresh machine.

mod advisories;
mod bench;
mod binary;
mod cloud;
mod command;
mod daemon;
mod demo;
mod deploy;
mod down;
mod e2e;
mod functions;
mod http;
mod likeness;
mod month;
mod mutants;
mod ports;
mod root;
mod sandbox;
mod scenarios;
mod simulate;
mod state;
mod test;
mod tidy;
mod tool;
mod up;
mod venv;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and checks tillbridge.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Starts the local cloud and the sandbox, builds, deploys the real template; what runs already is reused
    Up,
    /// Ends what `up` started and removes what it left
    Down,
    /// Sends a paid order through the deployed stack and shows what became of it in all four systems
    Demo,
    /// Checks all: format, lints, repository rules, tests, licences, binaries, the deployed stack, speed
    Test,
    /// Checks the local cloud, then runs the end-to-end tests on what `up` has deployed
    E2e,
    /// Plays histories of the whole product in virtual time, each by its seed, and looks whether a rule is broken
    Simulate(simulate::Seeds),
    /// Plays a month of a shop under faults and checks every sum of its books, with hledger and Beancount as judges
    Month(month::Month),
    /// Breaks the product on purpose, a rule at a time, and asks the simulation to find out
    Mutants {
        /// One of tests/simulation/mutations
        #[arg(long)]
        only: Option<String>,
        /// Histories that a mutant may live through
        #[arg(long, default_value_t = mutants::SEEDS_MAX)]
        seeds: u64,
    },
    /// Measures speed and size, as ratios within one run
    Bench,
    /// Checks the rules of the repository (STYLE §8): files, crate arrows, the template
    Tidy,
    /// Builds the functions as Lambda takes them, into target/lambda
    Build {
        /// For Graviton (needs cargo-lambda); without it, for this machine's architecture
        #[arg(long)]
        arm64: bool,
    },
    /// Builds for what a stage runs on, checks what was built, and deploys it with the SAM CLI
    Deploy {
        /// As in samconfig.toml: sandbox, staging, production
        stage: String,
        /// Further arguments of `sam deploy`, after `--`
        #[arg(last = true)]
        more: Vec<String>,
    },
    /// Plays recorded Magento scenarios against the sandbox's Magento
    MagentoScenarios {
        /// A file like scenarios.json
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    match verb {
        Verb::Up => up::run().map(|_| ()),
        Verb::Down => down::run(),
        Verb::Demo => demo::run(),
        Verb::Test => test::run(),
        Verb::E2e => e2e::run(),
        Verb::Simulate(which) => simulate::run(which),
        Verb::Month(month) => month::run(&month),
        Verb::Mutants { only, seeds } => mutants::run(only.as_deref(), seeds),
        Verb::Bench => bench::run(),
        Verb::Tidy => tidy::run(),
        Verb::Build { arm64: true } => functions::build(functions::Target::Arm64),
        Verb::Build { arm64: false } => {
            functions::build(functions::Target::Host)?;
            eprintln!(
                "  built for this machine; `cargo xtask deploy <stage>` builds for what its stage runs on"
            );
            Ok(())
        }
        Verb::Deploy { stage, more } => deploy::run(&stage, &more),
        Verb::MagentoScenarios { file } => scenarios::run(&file),
    }
}
