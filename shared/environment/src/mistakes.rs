//! Values of a pair that do not fit each other, or nothing: where, what, what would be right.

use canonical::AccountCode;
use rust_decimal::Decimal;
use url::Url;

use crate::{Erp, ErpSystem, Mode, Pair};

/// Seconds that a call may take.
const TIMEOUT_S: std::ops::RangeInclusive<u32> = 1..=60;
/// Seconds that a write which was given up may still be committing.
const SETTLE_S: std::ops::RangeInclusive<u32> = 0..=300;

/// Requests a second.
const REQUESTS_PER_S: std::ops::RangeInclusive<u32> = 1..=1000;

/// All of them.
pub(crate) fn of(pair: &Pair, mode: Mode) -> Vec<String> {
    let mut mistakes = Vec::new();
    let Pair { stripe, magento, erp, wms, .. } = pair;
    for (system, url) in [
        ("stripe", &stripe.base_url),
        ("magento", &magento.base_url),
        ("erp", &erp.base_url),
        ("wms", &wms.base_url),
    ] {
        mistakes.extend(of_url(system, url, mode));
    }
    for (name, value, allowed) in [
        ("stripe.timeout_s", stripe.timeout_s, TIMEOUT_S),
        ("magento.timeout_s", magento.timeout_s, TIMEOUT_S),
        ("magento.settle_s", magento.settle_s, SETTLE_S),
        ("magento.settle_partial_s", magento.settle_partial_s, SETTLE_S),
        ("erp.timeout_s", erp.timeout_s, TIMEOUT_S),
        ("erp.settle_s", erp.settle_s, SETTLE_S),
        ("wms.timeout_s", wms.timeout_s, TIMEOUT_S),
        ("wms.settle_s", wms.settle_s, SETTLE_S),
        ("stripe.requests_per_s", stripe.requests_per_s, REQUESTS_PER_S),
        ("magento.requests_per_s", magento.requests_per_s, REQUESTS_PER_S),
        ("erp.requests_per_s", erp.requests_per_s, REQUESTS_PER_S),
        ("wms.requests_per_s", wms.requests_per_s, REQUESTS_PER_S),
    ] {
        if !allowed.contains(&value) {
            let (least, most) = allowed.into_inner();
            mistakes.push(format!("{name}: {value} is not between {least} and {most}"));
        }
    }
    if stripe.api_version.is_empty() {
        let right = "write the version that the flows were made for (2026-10-28.endive)";
        mistakes.push(format!("stripe.api_version: is empty; {right}"));
    }
    if let Some(scheme) =
        magento.signed_scheme.as_deref().filter(|scheme| !matches!(*scheme, "http" | "https"))
    {
        mistakes.push(format!("magento.signed_scheme: `{scheme}` is neither http nor https"));
    }
    if magento.payment_methods.iter().any(|method| method.trim().is_empty()) {
        let right = "write the method's code (stripe_payments) or take it out";
        mistakes.push(format!("magento.payment_methods: one is empty; {right}"));
    }
    mistakes.extend(pair.payment_failed.mistakes(&magento.paid_status, mode));
    mistakes.extend(of_erp(erp));
    for (table, rows) in &pair.tables {
        for key in rows.iter().filter(|(_, value)| value.is_empty()).map(|(key, _)| key) {
            mistakes.push(format!("tables.{table}.{key}: is empty; write what it becomes or take it out"));
        }
    }
    mistakes
}

fn of_url(system: &str, url: &Url, mode: Mode) -> Option<String> {
    let wrong = if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        format!("`{url}` is no web address")
    } else if !url.username().is_empty() || url.password().is_some() {
        "holds credentials; put them into Secrets Manager".to_owned()
    } else if mode == Mode::Live && url.scheme() != "https" {
        format!("`{url}` is not https, which live mode needs")
    } else {
        return None;
    };
    Some(format!("{system}.base_url: {wrong}"))
}

/// ERPNext has no accounts of its own for these: each document names them.
fn of_erpnext(erp: &Erp) -> Vec<String> {
    let mut mistakes = Vec::new();
    if erp.company.is_none() {
        mistakes.push("erp.company: is missing; write the company's name in ERPNext".to_owned());
    }
    for role in ["receivable", "sales", "shipping_income", "sales_returns"] {
        if !erp.accounts.contains_key(role) {
            mistakes.push(format!("erp.accounts.{role}: is missing; write the account's name in ERPNext"));
        }
    }
    if !erp.accounts.keys().any(|role| role.split('.').next() == Some("tax_payable")) {
        let right = "write the account's name in ERPNext, or one for each tax code (tax_payable.<code>)";
        mistakes.push(format!("erp.accounts.tax_payable: is missing; {right}"));
    }
    mistakes
}

fn of_erp(erp: &Erp) -> Vec<String> {
    let mut mistakes = Vec::new();
    if jiff::tz::TimeZone::get(&erp.time_zone).is_err() {
        mistakes.push(format!("erp.time_zone: `{}` is no IANA time zone (Europe/Berlin)", erp.time_zone));
    }
    let company = erp.currency.code();
    for (currency, rate) in &erp.rates {
        let code = currency.code();
        if code == company {
            mistakes.push(format!("erp.rates.{code}: is the company's own currency; take it out"));
        } else if rate.get() <= Decimal::ZERO {
            let right = format!("write how much {company} one {code} is (\"0.9137\")");
            mistakes.push(format!("erp.rates.{code}: {} is no rate; {right}", rate.get()));
        }
    }
    for role in erp.accounts.iter().filter(|(_, code)| code.is_empty()).map(|(role, _)| role) {
        mistakes.push(format!("erp.accounts.{role}: is empty; write the account's code or take it out"));
    }
    let is_no_code = |code: &str| !code.is_empty() && code.parse::<AccountCode>().is_err();
    for (role, code) in erp.accounts.iter().filter(|(_, code)| is_no_code(code)) {
        mistakes.push(format!(
            "erp.accounts.{role}: `{code}` is no account's code; write it without blanks around it"
        ));
    }
    if erp.cost_center.as_deref().is_some_and(|center| center.trim().is_empty()) {
        mistakes.push("erp.cost_center: is empty; write the ERP's code of it or take it out".to_owned());
    }
    if erp.company.as_deref().is_some_and(|company| company.trim().is_empty()) {
        mistakes.push("erp.company: is empty; write the company's name in the ERP or take it out".to_owned());
    }
    if erp.system == ErpSystem::Erpnext {
        mistakes.extend(of_erpnext(erp));
    }
    mistakes.extend(erp.erpnext.mistakes());
    mistakes
}
