//! Customers and items.

use serde_json::{Map, Value};

use super::wire;
use crate::ErpSettings;
use crate::problem::Problem;

/// A customer has a name and a mail address.
pub(crate) fn check_customer(content: &Value) -> Result<Map<String, Value>, Problem> {
    wire::text(content, "name", "")?;
    let email = wire::text(content, "email", "")?;
    if !email.contains('@') {
        return Err(Problem::field("/email", "email_invalid", "that is no mail address"));
    }
    wire::rows(content, "addresses", "")?;
    if !wire::member(content, "external_refs", "")?.is_object() {
        return Err(Problem::field("/external_refs", "object_required", "`external_refs` is no object"));
    }
    Ok(Map::new())
}

/// An item is stock or service; some are refused.
pub(crate) fn check_item(
    settings: &ErpSettings,
    sku: &str,
    content: &Value,
) -> Result<Map<String, Value>, Problem> {
    if settings.refused_skus.iter().any(|refused| refused == sku) {
        return Err(Problem::field("/sku", "sku_refused", format!("the company does not sell `{sku}`")));
    }
    wire::text(content, "name", "")?;
    wire::text(content, "uom", "")?;
    let kind = wire::text(content, "type", "")?;
    if !matches!(kind, "stock" | "service") {
        return Err(Problem::field("/type", "type_unknown", "`type` is stock or service"));
    }
    if let Some(account) = content.get("income_account").and_then(Value::as_str)
        && !settings.accounts.iter().any(|known| known.code == account)
    {
        return Err(Problem::field("/income_account", "account_unknown", format!("there is no `{account}`")));
    }
    let mut computed = Map::new();
    computed.insert("sku".to_owned(), Value::String(sku.to_owned()));
    Ok(computed)
}
