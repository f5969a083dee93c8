//! Whole histories, played step by step: those of a running Magento where they are there, and our own.

use std::path::Path;

use sandbox::play_magento_scenarios;
use serde_json::{Value, json};

use super::{read, shared};

/// Our own, a folder a case.
fn own() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let mut cases: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("history.json")).collect();
    cases.sort();
    cases
}

#[test]
fn every_recorded_step_goes_as_it_went() {
    let Some(folder) = shared("fixtures/magento") else { return };
    play_magento_scenarios(&folder.join("scenarios.json")).unwrap();
}

#[test]
fn our_own_histories_go_as_written() {
    let cases = own();
    assert!(cases.len() > 9, "{cases:?}");
    for case in cases {
        play_magento_scenarios(&case).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    }
}

/// A judge that lets everything pass is none.
#[test]
fn what_differs_from_the_record_is_an_error() {
    let case = own().into_iter().find(|case| case.parent().unwrap().ends_with("refunds_of_a_simple_order"));
    let honest = read(&case.unwrap());
    let step = |file: &Value, what: &str| {
        let steps = file["scenarios"][0]["steps"].as_array().unwrap();
        steps.iter().position(|step| step["what"] == what).unwrap()
    };
    let refund = format!("/scenarios/0/steps/{}", step(&honest, "one tee"));
    for (pointer, value) in [
        ("/answer/status", json!(400)),
        ("/after/order/total_refunded", json!(21.77)),
        ("/after/order/state", json!("processing")),
        ("/after/items/0/qty_refunded", json!(2)),
        ("/after/creditmemos/0/tax_amount", json!(1.78)),
        ("/after/creditmemos/0/items/0/qty", json!("1")),
        ("/after/creditmemos/0/comments", json!([])),
        ("/after/creditmemos", json!([])),
        ("/after/invoices/0/transaction_id", json!("pi_other")),
        ("/after/shipments/0/tracks/0/title", json!("DHL")),
        ("/after/history/0/comment", json!("We refunded $21.77 offline.")),
        ("/after/history/0/status", Value::Null),
        ("/request/path", json!("/rest/V1/order/7/give-back")),
    ] {
        let mut forged = honest.clone();
        *forged.pointer_mut(&format!("{refund}{pointer}")).unwrap_or_else(|| panic!("{pointer}")) = value;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, forged.to_string()).unwrap();
        assert!(play_magento_scenarios(file.path()).is_err(), "{pointer}");
    }
}

#[test]
fn a_file_without_steps_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for text in ["{}", r#"{"scenarios": []}"#, r#"{"scenarios": [{"name": "x"}]}"#, "none"] {
        std::fs::write(&file, text).unwrap();
        assert!(play_magento_scenarios(file.path()).is_err(), "{text}");
    }
}
