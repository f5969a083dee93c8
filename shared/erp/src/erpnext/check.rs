//! What `tillbridge check` asks: whose books these are, and whether the user and the site are set up for us.

use canonical::Currency;
use flow::Fault;
use jiff::ToSpan as _;
use jiff::civil::Date;
use outbound::Right;
use serde::Deserialize;
use serde_json::json;

use super::desk::Desk;
use super::keys::{CONTENT, KEY, doctype};
use super::site::Site;
use crate::Error;
use crate::document::Kind;
use crate::health::read::Health;

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    erpnext: Version,
}

#[derive(Default, Deserialize)]
struct Version {
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct Company {
    default_currency: Currency,
    /// From version 16 on.
    #[serde(default)]
    accounts_frozen_till_date: Option<String>,
}

#[derive(Deserialize)]
struct AccountsSettings {
    /// Up to version 15.
    #[serde(default)]
    acc_frozen_upto: Option<String>,
}

#[derive(Deserialize)]
struct Permission {
    has_permission: bool,
}

#[derive(Deserialize)]
struct CustomField {
    dt: String,
    fieldname: String,
    #[serde(default)]
    unique: u8,
}

/// The company. Three calls.
pub(super) async fn health(desk: &Desk, site: &Site) -> Result<Health, Error> {
    let asked = "read the ERP's version".to_owned();
    let versions: Versions = desk.ask("frappe.utils.change_log.get_versions", &[], asked).await?;
    let company: Company = desk.read("Company", &site.company).await?;
    let settings: AccountsSettings = desk.read("Accounts Settings", "Accounts Settings").await?;
    let frozen = [company.accounts_frozen_till_date, settings.acc_frozen_upto];
    let open = |day: String| day.parse::<Date>().ok()?.checked_add(1.day()).ok();
    let open_from = frozen.into_iter().flatten().filter_map(open).max();
    Ok(Health {
        version: versions.erpnext.version,
        company_currency: company.default_currency.code().to_owned(),
        open_from: open_from.map(|day| day.to_string()),
    })
}

/// Each right, and each field of our own.
pub(super) async fn rights(desk: &Desk) -> Vec<Right> {
    let mut rights = Vec::new();
    for (kind, needed) in [
        (Kind::Customer, &["read", "create", "write"][..]),
        (Kind::Item, &["read", "create"]),
        (Kind::Order, &["read", "create", "submit", "cancel", "delete"]),
        (Kind::Invoice, &["read", "create", "submit"]),
        (Kind::Payment, &["read", "create", "submit"]),
        (Kind::Journal, &["read", "create", "submit"]),
    ] {
        for right in needed {
            let asked = permission(desk, doctype(kind), right).await;
            rights.push(Right::probed(format!("{right} {}", doctype(kind)), asked, &[]));
        }
    }
    rights.extend(fields(desk).await);
    rights
}

async fn permission(desk: &Desk, doctype: &str, right: &str) -> Result<(), Fault> {
    let arguments = [("doctype", doctype), ("docname", ""), ("perm_type", right)];
    let asked = format!("see whether it may {right} {doctype}");
    let permission: Permission = desk.ask("frappe.client.has_permission", &arguments, asked).await?;
    if permission.has_permission {
        return Ok(());
    }
    let message = format!("give a role of the token's user the right to {right} {doctype}");
    Err(Fault::new(flow::Class::Permission, "forbidden", message))
}

/// The key is a field that the site has to be given, unique, or two workers can make one document twice.
async fn fields(desk: &Desk) -> Vec<Right> {
    let filters = [json!(["fieldname", "in", [KEY, CONTENT]])];
    let found: Result<Vec<CustomField>, Error> =
        desk.list("Custom Field", &filters, &["dt", "fieldname", "unique"]).await;
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let name = format!("read Custom Field (to see whether {KEY} is there)");
            return vec![Right::probed::<()>(name, Err(error.into()), &[])];
        }
    };
    let right = |kind: Kind, field: &str, is_key: bool| {
        let dt = doctype(kind);
        let there =
            found.iter().any(|row| row.dt == dt && row.fieldname == field && (!is_key || row.unique == 1));
        let kept = json!({
            "dt": dt, "fieldname": field, "label": if is_key { "Tillbridge key" } else { "Tillbridge content" },
            "fieldtype": if is_key { "Data" } else { "Long Text" }, "unique": u8::from(is_key), "no_copy": 1, "read_only": 1,
        });
        let problem = (!there).then(|| {
            format!("create it, once for the site: POST {{base_url}}/api/resource/Custom%20Field {kept}")
        });
        Right { name: format!("field {field} of {dt}{}", if is_key { ", unique" } else { "" }), problem }
    };
    let keyed = [Kind::Customer, Kind::Order, Kind::Invoice, Kind::Payment, Kind::Journal];
    let mut rights: Vec<Right> = keyed.into_iter().map(|kind| right(kind, KEY, true)).collect();
    rights.extend([Kind::Order, Kind::Journal].into_iter().map(|kind| right(kind, CONTENT, false)));
    rights
}
