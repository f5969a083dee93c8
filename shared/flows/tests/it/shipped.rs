//! What is embedded is what lies in the folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::systems;

#[test]
fn every_folder_with_a_document_is_a_flow() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let folders: BTreeSet<String> = folders
        .filter(|folder| folder.join("flow.yaml").is_file())
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(flows::names().map(str::to_owned).collect::<BTreeSet<_>>(), folders);
    for name in &folders {
        assert_eq!(
            flows::get(name).unwrap(),
            systems::read(&root.join(name)),
            "{name} is embedded as it lies there"
        );
    }
}

#[test]
fn every_flow_loads_and_has_golden_cases() {
    for name in flows::names() {
        let plan = flows::load(name, &systems::specs()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(plan.flow.as_str(), name);
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(name).join("golden").is_dir(),
            "{name} has no golden case"
        );
    }
}

/// Editors check against the schema what the loader checks with the types.
#[test]
fn the_schema_takes_every_flow_and_refuses_a_slip() {
    let schema = serde_json::to_value(flow::document::schema()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for source in flows::all() {
        let document: serde_json::Value = serde_saphyr::from_str(&source.yaml).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", source.folder);
        let slip: serde_json::Value = serde_saphyr::from_str(&source.yaml.replace("use:", "uses:")).unwrap();
        assert!(!schema.is_valid(&slip), "{}: `uses` is no member of a step", source.folder);
    }
}

#[test]
fn routes_are_the_triggers_of_the_plans() {
    for (flow, triggers) in flows::routes().unwrap() {
        assert_eq!(flows::load(flow.as_str(), &systems::specs()).unwrap().triggers, triggers);
    }
}

#[test]
fn an_unknown_flow_names_those_there_are() {
    let error = flows::get("order-to-cahs").unwrap_err().to_string();
    assert!(error.contains("order-to-cahs") && error.contains("order-to-cash"), "{error}");
}
