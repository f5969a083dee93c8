//! `tillbridge check`.

use std::sync::Arc;

use anyhow::Result;
use connections::{Connections, MagentoSecret, SigningSecret, StripeSecret, TokenSecret};
use environment::{SecretKind, SecretName};
use flow::{Call, Connector, Fault, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{Context, Ended};

/// Accounts that posting a sale needs.
const ROLES: [&str; 3] = ["receivable", "sales", "shipping_income"];
/// Lookup tables that the shipped flows use.
const TABLES: [&str; 3] = ["order_status", "tax_codes", "shipping_services"];
/// Reads that prove an identity and its rights.
const PROBES: [&str; 3] = ["stripe.account.read", "magento.store.read", "erp.health.read"];
/// Longest that all probes may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// Looks for everything that is missing or wrong, before any event comes.
#[derive(clap::Args)]
pub struct Check {
    /// Only what needs no network: flows and environment.
    #[arg(long)]
    offline: bool,
}

/// What was looked at, and what is wrong with it.
struct Finding {
    what: String,
    problem: Option<String>,
}

impl Check {
    /// Looks.
    ///
    /// # Errors
    /// A connector's own table is malformed.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let mut findings = flows_load()?;
        findings.extend(settings(context));
        if !self.offline {
            findings.extend(secrets(context).await);
            findings.extend(systems(context).await);
        }
        let problems = findings.iter().filter(|finding| finding.problem.is_some()).count();
        for Finding { what, problem } in &findings {
            if context.json {
                println!("{}", json!({ "what": what, "problem": problem }));
            } else {
                match problem {
                    None => println!("  ok  {what}"),
                    Some(problem) => println!("  !!  {what}: {problem}"),
                }
            }
        }
        if !context.json {
            println!("{} looked at, {problems} to mend", findings.len());
        }
        Ok(if problems == 0 { Ended::Well } else { Ended::WithProblems })
    }
}

fn found<T, E: ToString>(what: impl Into<String>, result: Result<T, E>) -> Finding {
    Finding { what: what.into(), problem: result.err().map(|error| error.to_string()) }
}

fn flows_load() -> Result<Vec<Finding>> {
    let specs = connections::specs()?;
    Ok(flows::names().map(|name| found(format!("flow {name}"), flows::load(name, &specs))).collect())
}

/// What the environment file must hold for the shipped flows, beyond what it is parsed for.
fn settings(context: &Context) -> Vec<Finding> {
    let file = &context.stage.stage;
    let mut findings = vec![Finding { what: format!("environment {file}"), problem: None }];
    for (pair, settings) in &context.stage.pairs {
        for role in ROLES.iter().filter(|role| !settings.erp.accounts.contains_key(**role)) {
            findings.push(Finding {
                what: format!("pair {pair}, account {role}"),
                problem: Some(format!("add `erp.accounts.{role}` to infra/environments/{file}.yaml")),
            });
        }
        for table in TABLES.iter().filter(|table| !settings.tables.contains_key(**table)) {
            findings.push(Finding {
                what: format!("pair {pair}, table {table}"),
                problem: Some(format!("add `tables.{table}` to infra/environments/{file}.yaml")),
            });
        }
    }
    findings
}

/// Every secret of every pair; what it holds is never shown.
async fn secrets(context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in context.stage.pairs.keys() {
        for kind in SecretKind::ALL {
            let name = SecretName::new(&context.stage.stage, pair, kind);
            let fits = match context.secrets.get(&name).await {
                Err(error) => Err(error),
                Ok(secret) => match kind {
                    SecretKind::Stripe => secret.json::<StripeSecret>().map(drop),
                    SecretKind::StripeWebhook | SecretKind::WmsWebhook => {
                        secret.json::<SigningSecret>().map(drop)
                    }
                    SecretKind::Magento => secret.json::<MagentoSecret>().map(drop),
                    SecretKind::Erp | SecretKind::Wms => secret.json::<TokenSecret>().map(drop),
                },
            };
            findings.push(found(format!("secret {}", name.as_str()), fits));
        }
    }
    findings
}

/// The table, and every system with the identity that events will use.
async fn systems(context: &Context) -> Vec<Finding> {
    let table = match context.table() {
        Ok(table) => table,
        Err(error) => return vec![found::<(), _>("table", Err(error))],
    };
    let mut findings = vec![found("table", table.probe().await)];
    let store: Arc<dyn Store> = table;
    let connections = match Connections::new(context.stage.clone(), context.secrets.clone(), store) {
        Ok(connections) => connections,
        Err(fault) => return vec![found::<(), Fault>("connections", Err(fault))],
    };
    for pair in context.stage.pairs.keys() {
        let connected = match connections.get(pair).await {
            Ok(connected) => connected,
            Err(fault) => {
                findings.push(found::<(), Fault>(format!("pair {pair}"), Err(fault)));
                continue;
            }
        };
        let call = Call {
            pair: pair.clone(),
            deadline: Timestamp::now() + PATIENCE,
            generation: 0,
            trace_id: "check".to_owned(),
        };
        for connector in &connected.connectors {
            findings.extend(probe(pair.as_str(), connector, &call).await);
        }
    }
    findings
}

async fn probe(pair: &str, connector: &Arc<dyn Connector>, call: &Call) -> Option<Finding> {
    let specs = connector.specs();
    let spec = specs.iter().find(|spec| PROBES.contains(&spec.name.as_str()))?;
    let answer = connector.run(&spec.name, call, json!({})).await;
    Some(found(format!("pair {pair}, {}", spec.name.system()), answer))
}
