//! Every exchange that was recorded on a running Magento, asked of the double: the same status, and an answer that has
//! everything that was answered then.

mod begin;
mod compare;
mod sequences;

use std::collections::BTreeSet;
use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sandbox::{MagentoSettings, Sandbox, Switches};
use serde_json::{Value, json};

use super::oauth::Signer;
use super::{call, read, shared, shop, shop_with};
use crate::client::{Got, ask, request};
use begin::Begin;
use compare::differences;
use sequences::SEQUENCES;

/// Exchanges of one shop, one after another.
struct Sequence {
    /// How the shop is set.
    switches: fn(&mut Switches),
    /// Orders that are there, and what was done to them.
    begin: &'static [Begin],
    /// The recordings' names.
    names: &'static [&'static str],
}

/// Recordings of what the double does not serve: carts and SOAP.
const LEFT_OUT: [&str; 4] = [
    "cart-order-by-integration.json",
    "soap-fault-not-found.xml",
    "soap-fault-unauthorised.xml",
    "soap-order-get.xml",
];

#[tokio::test]
async fn every_recorded_exchange_goes_as_it_went() {
    let Some(folder) = shared("fixtures/magento/recorded") else { return };
    let mut wrong = Vec::new();
    let mut played = BTreeSet::new();
    for sequence in SEQUENCES {
        let mut switches = Switches { bearer_allowed: true, ..Switches::default() };
        (sequence.switches)(&mut switches);
        let sandbox = shop_with(switches);
        for begin in sequence.begin {
            begin.apply(&sandbox, &folder).await;
        }
        let mut bulk = String::new();
        for name in sequence.names {
            played.insert(format!("{name}.json"));
            let recording = read(&folder.join(format!("{name}.json")));
            let mut asked = recording["request"].clone();
            // What they name has another id here.
            match *name {
                "bulk-status-open" => asked["path"] = json!(format!("/rest/default/V1/bulk/{bulk}/status")),
                "refund-by-invoice-offline" => asked["path"] = json!("/rest/default/V1/invoice/1/refund"),
                _ => {}
            }
            let got = replay(&sandbox, name, &asked).await;
            let recorded = &recording["response"];
            let mut found = Vec::new();
            if recorded["status"] == got.status {
                let body = got.json();
                differences("", &recorded["body"], &body, &mut found);
                bulk = body["bulk_uuid"].as_str().map_or(bulk, str::to_owned);
            } else {
                found.push(format!("status was {}, here {}: {}", recorded["status"], got.status, got.text));
            }
            wrong.extend(found.iter().map(|found| format!("{name}: {found}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(missing(&folder, &played), Vec::<String>::new(), "played nowhere");
}

/// What is recorded and neither played nor left out.
fn missing(folder: &Path, played: &BTreeSet<String>) -> Vec<String> {
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut missing: Vec<String> =
        files.filter(|file| !played.contains(file) && !LEFT_OUT.contains(&file.as_str())).collect();
    missing.sort();
    missing
}

async fn replay(sandbox: &Sandbox, name: &str, asked: &Value) -> Got {
    let method = asked["method"].as_str().unwrap();
    let encode = |text: &Value| utf8_percent_encode(text.as_str().unwrap(), NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = asked["query"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| format!("{}={}", encode(&pair[0]), encode(&pair[1])))
        .collect();
    let path = format!("/magento{}", asked["path"].as_str().unwrap());
    let path = if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) };
    let body = match &asked["body"] {
        Value::Null => String::new(),
        // What is no JSON is recorded as the text that was sent.
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    let authorization = authorization(name, method, &path);
    let mut headers = vec![("content-type", "application/json")];
    if let Some(authorization) = &authorization {
        headers.push(("authorization", authorization));
    }
    ask(sandbox, request(method, &path, &headers, &body)).await
}

/// What the caller proved itself with.
fn authorization(name: &str, method: &str, path: &str) -> Option<String> {
    let reused = Signer { nonce: "reused".to_owned(), ..Signer::new() };
    let signer = match name {
        "auth-none-401" | "customer-create-anonymous" => return None,
        "auth-bearer-unknown-401" => return Some("Bearer unknownunknownunknownunknown0000".to_owned()),
        "auth-bearer-switched-off-401" | "auth-bearer-switched-on" => {
            return Some(format!("Bearer {}", MagentoSettings::default().access_token));
        }
        "auth-bad-signature-401" => Signer { token_secret: "another".to_owned(), ..reused },
        "auth-nonce-reuse-401" => reused,
        "auth-future-timestamp" => Signer { timestamp: Signer::new().timestamp + 3600, ..Signer::new() },
        _ => Signer::new(),
    };
    Some(signer.header(method, path))
}

/// An order that we make has all that the recorded order of its kind has.
#[tokio::test]
async fn seeded_orders_have_the_shape_of_recorded_ones() {
    let Some(folder) = shared("fixtures/magento/recorded") else { return };
    for (kind, name) in [
        ("guest", "order-simple-guest-pending"),
        ("mixed", "order-mixed-guest-pending"),
        ("virtual", "order-virtual-pending"),
        ("pending_payment", "order-pending-payment"),
        ("simple", "order-customer-pending"),
        ("discounted_rows", "order-discount-mixed"),
        ("tax_included_discount", "order-prices-include-tax"),
        ("eur", "order-eur-usd-base"),
        ("jpy", "order-jpy-usd-base"),
    ] {
        let recorded = read(&folder.join(format!("{name}.json")))["response"]["body"].clone();
        let sandbox = shop();
        let seeded =
            crate::client::admin(&sandbox, "POST", "/admin/seed", &json!({"kind": kind})).await.json();
        let ours =
            call(&sandbox, "GET", &format!("orders/{}", seeded["entity_id"]), &Value::Null).await.json();
        let mut found = Vec::new();
        compare::shapes("", &recorded, &ours, &mut found);
        assert!(found.is_empty(), "{kind} against {name}:\n{}", found.join("\n"));
    }
}
