//! Stripe payloads of the shared folder, where it is.

use std::path::{Path, PathBuf};

/// Every event under `<workspace>/../shared/fixtures/stripe`: file name and the text of a whole event (a file that
/// holds only `data` is wrapped). Empty, and said so, where the folder is not.
pub(crate) fn events() -> Vec<(String, String)> {
    let folder = folder();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut events: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            if name.ends_with(".data.json") { (name.clone(), wrap(&name, &text)) } else { (name, text) }
        })
        .collect();
    events.sort();
    assert!(events.len() > 40, "only {} fixtures in {}", events.len(), folder.display());
    events
}

/// The recorded REST exchanges: file name and JSON.
pub(crate) fn exchanges() -> Vec<(String, serde_json::Value)> {
    let folder = folder().join("rest");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            (path.display().to_string(), serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
        })
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/stripe")
}

fn wrap(name: &str, data: &str) -> String {
    // `charge.updated.pay-rails.data.json`: the type is what stands before the project's name.
    let event_type = name.split(".pay-rails").next().unwrap();
    format!(
        r#"{{"id":"evt_wrapped","object":"event","api_version":null,"created":1700000000,"livemode":false,"type":"{event_type}","data":{data}}}"#
    )
}
