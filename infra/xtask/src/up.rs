//! `cargo xtask up`: the whole product on this machine. Each part is reused if it runs already and is of the same build.

use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::daemon::Daemon;
use crate::state::State;
use crate::{cloud, command, functions, ports, root, sandbox, venv};

/// Limit for the deployed API's first answer.
const ANSWER_S_MAX: u64 = 60;

/// Brings everything up and says where it is.
pub(crate) fn run() -> Result<State> {
    // First of all: building takes minutes.
    ports::check(&State::read()?)?;
    venv::install()?;
    functions::build(functions::Target::Host)?;
    sandbox::build()?;
    start()
}

/// Brings up what is built already.
pub(crate) fn start() -> Result<State> {
    let mut state = State::read()?;
    ports::check(&state)?;
    if !state.cloud.as_ref().is_some_and(Daemon::runs) {
        // A new cloud is an empty one.
        state.deployed.clear();
    }
    state.cloud = Some(cloud::start(state.cloud.take())?);
    cloud::URL.clone_into(&mut state.cloud_url);
    state.write()?;
    sandbox::start(&mut state)?;
    cloud::put_secrets()?;
    functions::add_test_environments()?;
    let stamp = stamp()?;
    if state.deployed != stamp {
        cloud::deploy(&mut state)?;
        state.deployed = stamp;
        state.write()?;
    }
    let probe = format!("{}/stripe/{}", state.webhook_url, cloud::PAIR);
    command::wait_until("waiting for the API", Duration::from_secs(ANSWER_S_MAX), || {
        // Not signed: a function that works refuses it.
        Ok(crate::http::post(&probe, &[], "{}").is_ok_and(|answer| answer.status == 400))
    })
    .context("ingest does not answer; see target/local/ministack.log")?;
    say(&state);
    Ok(state)
}

fn say(state: &State) {
    println!("webhooks   POST {}/stripe/{}", state.webhook_url, cloud::PAIR);
    println!("sandbox    {}", state.sandbox_url);
    println!("cloud      {} (logs in target/local/ministack.log)", state.cloud_url);
    println!("table      {}", state.table);
}

/// Of everything that a deployment is made of.
fn stamp() -> Result<String> {
    let mut files = vec![root::path("template.yaml"), root::path("samconfig.toml")];
    for function in functions::FUNCTIONS {
        let folder = root::path("target/lambda").join(function);
        files.push(folder.join("bootstrap"));
        let mut environments: Vec<_> = std::fs::read_dir(folder.join("environments"))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        environments.sort();
        files.extend(environments);
    }
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(hex::encode(hash.finalize()))
}
