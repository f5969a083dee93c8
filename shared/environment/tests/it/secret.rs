//! Names of secrets: `template.yaml` grants them by pattern, so they must not change unseen.

use std::collections::BTreeSet;

use environment::{SecretKind, SecretName};

#[test]
fn a_secret_is_named_by_stage_pair_and_kind() {
    let pair = "main".parse().unwrap();
    let names: Vec<String> = SecretKind::ALL
        .iter()
        .map(|kind| SecretName::new("local", &pair, *kind).as_str().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "tillbridge/local/main/stripe",
            "tillbridge/local/main/stripe-webhook",
            "tillbridge/local/main/magento",
            "tillbridge/local/main/magento-webhook",
            "tillbridge/local/main/erp",
            "tillbridge/local/main/wms",
            "tillbridge/local/main/wms-webhook",
        ]
    );
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), SecretKind::ALL.len());
}

/// A function that may not read its secret says so at the first event.
#[test]
fn every_kind_that_a_function_reads_is_granted_by_the_template() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
    let template = std::fs::read_to_string(template).unwrap();
    for kind in SecretKind::ALL {
        let pattern = format!("secret:tillbridge/${{Stage}}/*/{}-??????", kind.as_str());
        assert!(template.contains(&pattern), "{pattern}");
    }
}
