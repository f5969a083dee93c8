//! Every system, with the identity that events will use: whether it is known, whose it is, and what it may do.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use aws::SystemClock;
use canonical::PairId;
use connections::Connections;
use environment::Pair;
use flow::engine::Connected;
use flow::memory::{MemoryQueue, MemoryStore};
use flow::{Call, Connector, Fault, Ports};
use jiff::{SignedDuration, Timestamp};
use outbound::Pool;
use serde_json::{Value, json};

use super::Finding;
use crate::Context;

/// Reads that prove an identity.
const IDENTITIES: [&str; 3] = ["stripe.account.read", "magento.store.read", "erp.health.read"];
/// Reads that tell what an identity may do.
const RIGHTS: [&str; 4] = ["stripe.rights.read", "magento.rights.read", "erp.rights.read", "wms.rights.read"];
/// The chart of accounts.
const ACCOUNTS: &str = "erp.account.list";
/// Longest that the probes of one system may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Asks every system of every pair.
///
/// # Errors
/// The TLS library cannot be used.
pub(super) async fn all(context: &Context, file: &Path) -> Result<Vec<Finding>> {
    // The probes touch no row: the table is looked at by itself.
    let ports = Ports {
        store: Arc::new(MemoryStore::default()),
        queue: Arc::new(MemoryQueue::default()),
        clock: Arc::new(SystemClock),
    };
    let secrets = Arc::clone(&context.secrets);
    let connections = Connections::new(context.stage.clone(), secrets, ports, Pool::new()?);
    let mut findings = Vec::new();
    for (pair, settings) in &context.stage.pairs {
        match connections.get(pair).await {
            // Which secret is to blame was said already; that nothing could be asked is news.
            Err(fault) => findings.push(Finding::wrong(format!("pair {pair}, systems"), fault.message)),
            Ok(connected) => findings.extend(of_pair(pair, settings, &connected, file).await),
        }
    }
    Ok(findings)
}

async fn of_pair(pair: &PairId, settings: &Pair, connected: &Connected, file: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for connector in &connected.connectors {
        for spec in connector.specs() {
            let (name, system) = (spec.name.as_str(), spec.name.system());
            if IDENTITIES.contains(&name) {
                let known = ask(pair, connector, name).await;
                findings.push(Finding::of(format!("pair {pair}, {system}"), known));
            } else if RIGHTS.contains(&name) {
                let rights = ask(pair, connector, name).await;
                findings.extend(rights_of(&format!("pair {pair}, {system}"), rights));
            } else if name == ACCOUNTS {
                let chart = ask(pair, connector, name).await;
                findings.extend(accounts(pair, settings, chart, file));
            }
        }
    }
    findings
}

async fn ask(pair: &PairId, connector: &Arc<dyn Connector>, action: &str) -> Result<Value, Fault> {
    let call = Call {
        pair: pair.clone(),
        deadline: Timestamp::now() + PATIENCE,
        generation: 0,
        trace_id: "check".to_owned(),
    };
    let action = action.parse().map_err(|error: flow::name::NameError| {
        Fault::new(flow::Class::Validation, "malformed_action_name", error.to_string())
    })?;
    connector.run(&action, &call, json!({})).await
}

/// Each right by itself.
fn rights_of(what: &str, rights: Result<Value, Fault>) -> Vec<Finding> {
    let rights = match rights {
        Err(fault) => return vec![Finding::wrong(format!("{what}, rights"), fault.message)],
        Ok(rights) => rights["rights"].as_array().cloned().unwrap_or_default(),
    };
    let right = |right: Value| {
        let what = format!("{what}, {}", right["name"].as_str().unwrap_or_default());
        Finding { problem: right["problem"].as_str().map(str::to_owned), ..Finding::well(what) }
    };
    rights.into_iter().map(right).collect()
}

/// Each account of the environment file that the ERP does not have.
fn accounts(pair: &PairId, settings: &Pair, chart: Result<Value, Fault>, file: &Path) -> Vec<Finding> {
    let what = format!("pair {pair}, accounts");
    let chart = match chart {
        Err(fault) => return vec![Finding::wrong(what, fault.message)],
        Ok(chart) => chart,
    };
    let codes: BTreeSet<&str> =
        chart["codes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut findings = vec![Finding::well(what)];
    for (role, code) in settings.erp.accounts.iter().filter(|(_, code)| !codes.contains(code.as_str())) {
        let remedy = format!(
            "the ERP has no account `{code}`; correct `pairs.{pair}.erp.accounts.{role}` in {}",
            file.display()
        );
        findings.push(Finding::wrong(format!("pair {pair}, account {role}"), remedy));
    }
    findings
}
