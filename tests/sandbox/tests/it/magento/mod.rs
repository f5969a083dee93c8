//! Magento's double.

mod auth;
mod histories;
mod oauth;
mod recorded;
mod refunds;
mod spec;
mod stock;
mod switches;

use std::path::{Path, PathBuf};

use sandbox::{MagentoSettings, Sandbox, Settings, Switches};
use serde_json::Value;

use crate::client::{Got, ask, request};

/// A shop whose integration may use its token as a bearer.
fn shop() -> Sandbox {
    shop_with(Switches { bearer_allowed: true, ..Switches::default() })
}

fn shop_with(switches: Switches) -> Sandbox {
    let magento = MagentoSettings { switches, ..MagentoSettings::default() };
    Sandbox::new(Settings { magento, ..Settings::default() })
}

/// Asks with every right; a body of `null` is none.
async fn call(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Got {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let bearer = format!("Bearer {}", MagentoSettings::default().access_token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    ask(sandbox, request(method, &format!("/magento/rest/default/V1/{path}"), &headers, &text)).await
}

async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let got = call(sandbox, "GET", path, &Value::Null).await;
    assert_eq!(got.status, 200, "{path}: {}", got.text);
    got.json()
}

/// A folder of `../shared` beside the project, where it is there.
fn shared(folder: &str) -> Option<PathBuf> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    if !at.exists() {
        println!("skipped: {} is not there", at.display());
        return None;
    }
    Some(at)
}

fn read(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The query of a search for one column's value.
fn search(field: &str, value: &str) -> String {
    let of = "searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D";
    format!("{of}%5Bfield%5D={field}&{of}%5Bvalue%5D={value}")
}
