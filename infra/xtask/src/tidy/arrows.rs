//! Which crate may depend on which (DESIGN §2): arrows point one way, connectors never at each other.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command::{cargo, output};

/// Crates of the connectors.
const CONNECTORS: [&str; 4] = ["stripe", "magento", "erp", "wms"];
/// Crates that may use all of `shared`.
const ALL: [&str; 6] = ["consumer", "sweep", "cli", "e2e", "bench", "simulation"];
/// The rest: each crate and what it may use of ours.
const ARROWS: [(&str, &[&str]); 14] = [
    ("canonical", &[]),
    ("books", &["canonical"]),
    ("environment", &["canonical"]),
    ("flow", &["canonical"]),
    ("flows", &["canonical", "flow"]),
    ("outbound", &["canonical", "flow"]),
    ("aws", &["canonical", "environment", "flow"]),
    ("ingest", &["aws", "canonical", "environment", "flow", "flows", "magento", "outbound", "stripe", "wms"]),
    // The one place that knows all connectors: a pair's, from settings and secrets.
    (
        "connections",
        &["bookkeeping", "canonical", "environment", "erp", "flow", "magento", "outbound", "stripe", "wms"],
    ),
    // Where the books meet the balance, the shop and the ERP: proving a payout is an algorithm over all three.
    ("bookkeeping", &["books", "canonical", "environment", "erp", "flow", "magento", "stripe"]),
    ("xtask", &[]),
    // A double that shares our code shares our mistakes.
    ("sandbox", &[]),
    ("cloud", &[]),
    ("console", &["aws", "canonical", "environment", "flow", "flows"]),
];
/// What a connector may use of ours.
const CONNECTOR_ARROWS: [&str; 4] = ["canonical", "environment", "flow", "outbound"];
/// Crates of others that only some of ours may know: a prefix, and who may.
const FOREIGN: [(&str, &[&str]); 5] = [
    ("aws-", &["aws", "e2e", "bench"]),
    ("lambda_", &["ingest", "consumer", "sweep", "bench", "simulation"]),
    ("anyhow", &["cli", "xtask", "sandbox", "e2e", "bench", "simulation"]),
    ("reqwest", &["outbound", "e2e", "bench"]),
    (
        "tokio",
        &[
            "aws",
            "bench",
            "cli",
            "cloud",
            "consumer",
            "e2e",
            "flow",
            "ingest",
            "outbound",
            "sandbox",
            "stripe",
            "magento",
            "erp",
            "wms",
            "simulation",
            "sweep",
        ],
    ),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Nothing for what the crate itself needs, `dev` or `build` for the rest: tests may look around.
    kind: Option<String>,
    /// Set for crates of this workspace.
    path: Option<String>,
}

/// Reads the manifests.
pub(crate) fn check() -> Result<Vec<String>> {
    let text = output("cargo metadata", cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
    Ok(broken(&metadata.packages))
}

fn broken(packages: &[Package]) -> Vec<String> {
    let arrows: BTreeMap<&str, &[&str]> =
        ARROWS.into_iter().chain(CONNECTORS.map(|connector| (connector, &CONNECTOR_ARROWS[..]))).collect();
    let mut broken = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let allowed = arrows.get(name);
        if allowed.is_none() && !ALL.contains(&name) {
            broken.push(format!(
                "{name}: a crate that DESIGN §2 does not know; add its arrows to tidy/arrows.rs"
            ));
            continue;
        }
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.is_none()) {
            let target = dependency.name.as_str();
            if dependency.path.is_some() {
                if allowed.is_some_and(|allowed| !allowed.contains(&target)) {
                    broken.push(format!("{name} → {target}: an arrow that DESIGN §2 does not allow"));
                }
            } else if let Some((prefix, users)) =
                FOREIGN.iter().find(|(prefix, _)| target.starts_with(prefix))
                && !users.contains(&name)
            {
                broken.push(format!("{name} → {target}: only {} may use {prefix}*", users.join(", ")));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, target: &str, path: Option<&str>, kind: Option<&str>) -> Package {
        let dependency = Dependency {
            name: target.to_owned(),
            kind: kind.map(str::to_owned),
            path: path.map(str::to_owned),
        };
        Package { name: name.to_owned(), dependencies: vec![dependency] }
    }

    #[test]
    fn each_arrow_is_allowed_or_not() {
        for (name, target, path, kind, count) in [
            ("flow", "canonical", Some("x"), None, 0),
            ("canonical", "flow", Some("x"), None, 1),
            ("stripe", "magento", Some("x"), None, 1),
            ("stripe", "magento", Some("x"), Some("dev"), 0),
            ("flow", "aws-sdk-sqs", None, None, 1),
            ("consumer", "wms", Some("x"), None, 0),
            ("aws", "anyhow", None, None, 1),
            ("nobody-knows", "serde", None, None, 1),
        ] {
            assert_eq!(broken(&[package(name, target, path, kind)]).len(), count, "{name} → {target}");
        }
    }
}
