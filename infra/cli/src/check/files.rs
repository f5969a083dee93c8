//! What needs no network: the flows' documents, and the environment file for them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use canonical::PairId;
use environment::{Error, Mode, Pair, PaymentFailed, SETTLE_PARTIAL_S, SETTLE_S, Stage};

use super::Finding;

/// Accounts that every pair needs, besides that of its Stripe balance: a sale's, and what rates leave over.
const ROLES: [&str; 4] = ["receivable", "sales", "shipping_income", "fx_gain_loss"];

/// Every shipped flow loads.
pub(super) fn flows() -> Result<Vec<Finding>> {
    let specs = connections::specs()?;
    Ok(flows::names().map(|name| Finding::of(format!("flow {name}"), flows::load(name, &specs))).collect())
}

/// A file that cannot be used: each mistake by itself.
pub(super) fn mistakes(path: &Path, error: Error) -> Vec<Finding> {
    let what = format!("environment {}", path.display());
    match error {
        Error::Malformed { message, .. } => vec![Finding::wrong(what, message)],
        Error::Invalid { mistakes, .. } => {
            mistakes.into_iter().map(|mistake| Finding::wrong(what.clone(), mistake)).collect()
        }
    }
}

/// What the file must hold for the shipped flows, beyond what it is parsed for.
pub(super) fn settings(path: &Path, stage: &Stage) -> Vec<Finding> {
    let file = path.display();
    let mut findings = vec![Finding::well(format!("environment {file}"))];
    let tables = tables();
    for (pair, settings) in &stage.pairs {
        let clearing = format!("stripe_clearing.{}", settings.erp.currency);
        let roles = ROLES.into_iter().chain([clearing.as_str()]);
        for role in roles.filter(|role| !settings.erp.accounts.contains_key(*role)) {
            let remedy = format!(
                "add `pairs.{pair}.erp.accounts.{role}` to {file}, the code of an account of the ERP"
            );
            findings.push(Finding::wrong(format!("pair {pair}, account {role}"), remedy));
        }
        findings.extend(of_times(pair, settings, stage.mode).into_iter().map(|(setting, why)| {
            Finding::wrong(format!("pair {pair}, {setting}"), format!("{why}; take it out of {file}"))
        }));
        findings.extend(of_status(pair, settings, path));
        for table in tables.iter().filter(|table| !settings.tables.contains_key(*table)) {
            let remedy =
                format!("add `pairs.{pair}.tables.{table}` to {file}, what each of its keys becomes");
            findings.push(Finding::wrong(format!("pair {pair}, table {table}"), remedy));
        }
    }
    findings
}

/// How to make the status of orders whose payment failed. Magento tells nobody which statuses it has, so only a person can say that
/// it is there.
///
/// Source: <https://experienceleague.adobe.com/en/docs/commerce-admin/stores-sales/order-management/orders/order-status>.
fn of_status(pair: &PairId, settings: &Pair, file: &Path) -> Option<Finding> {
    let PaymentFailed { status, status_confirmed, .. } = &settings.payment_failed;
    let what = format!("pair {pair}, status {status}");
    if *status_confirmed {
        return None;
    }
    let advice = format!(
        "orders whose payment failed keep the status that they have, until Magento has one for them. Create it there (Stores › \
         Settings › Order Status › Create New Status: code `{status}`, label Payment Failed), assign it to each of the states \
         Pending, Pending Payment and Processing (Assign Status to State; not as the default), then write \
         `pairs.{pair}.payment_failed.status_confirmed: true` into {}",
        file.display()
    );
    Some(Finding::advised(what, advice))
}

/// Settle times that tests may have and real money may not: a write that was given up would be sent again while it commits.
fn of_times(pair: &PairId, settings: &Pair, mode: Mode) -> Vec<(String, String)> {
    if !mode.is_live() {
        return Vec::new();
    }
    let Pair { magento, erp, wms, .. } = settings;
    let times = [
        ("magento.settle_s", magento.settle_s, SETTLE_S),
        ("magento.settle_partial_s", magento.settle_partial_s, SETTLE_PARTIAL_S),
        ("erp.settle_s", erp.settle_s, SETTLE_S),
        ("wms.settle_s", wms.settle_s, SETTLE_S),
    ];
    let short = times.into_iter().filter(|(_, own, least)| own < least);
    let told = |(name, own, least): (&str, u32, u32)| {
        let why = format!(
            "{own} s is a time for tests, and `mode` is live: below {least} s a write may be done twice"
        );
        (format!("`pairs.{pair}.{name}`"), why)
    };
    short.map(told).collect()
}

/// The lookup tables that shipped flows name: `$lookup("order_status", …)`.
fn tables() -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for source in flows::all() {
        for text in source.mappings.values().chain([&source.yaml]) {
            for call in text.split("$lookup(").skip(1) {
                let call = call.trim_start();
                let quote = call.chars().next().filter(|first| matches!(first, '"' | '\''));
                // Without a quote it is one of the pair's own objects, which it is parsed for.
                if let Some(name) = quote.and_then(|quote| call[1..].split(quote).next()) {
                    tables.insert(name.to_owned());
                }
            }
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_shipped_flows_are_found_in_their_documents() {
        let tables = tables();
        let found: Vec<&str> = tables.iter().map(String::as_str).collect();
        assert_eq!(found, ["order_status", "shipping_services", "tax_codes"]);
    }
}
