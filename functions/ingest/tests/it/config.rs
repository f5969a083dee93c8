//! The function says what it lacks, all of it at once.

use ingest::{Config, ConfigError};

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn missing_variables_are_named_together() {
    let error = Config::load(variables(&[("QUEUE_URL_ORDER_TO_CASH", "")])).unwrap_err();
    let ConfigError::Variables(mistakes) = &error else { panic!("{error}") };
    for name in ["STAGE", "LAMBDA_TASK_ROOT", "QUEUE_URL_ORDER_TO_CASH"] {
        assert!(mistakes.iter().any(|mistake| mistake.contains(name)), "{error}");
    }
}

#[test]
fn a_missing_file_is_named_and_a_present_one_read() {
    let root = tempfile::tempdir().unwrap();
    let with = |stage: &str| {
        let mut given = variables(&[("STAGE", stage), ("LAMBDA_TASK_ROOT", root.path().to_str().unwrap())]);
        given.extend(flows::names().map(|flow| {
            let name = format!("QUEUE_URL_{}", flow.to_uppercase().replace('-', "_"));
            (name, format!("https://sqs.test/1/tillbridge-local-flow-{flow}.fifo"))
        }));
        Config::load(given)
    };
    let error = with("nowhere").unwrap_err().to_string();
    assert!(error.contains("environments/nowhere.yaml"), "{error}");
    let yaml = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/environments/local.yaml");
    std::fs::create_dir(root.path().join("environments")).unwrap();
    std::fs::copy(yaml, root.path().join("environments/local.yaml")).unwrap();
    let config = with("local").unwrap();
    // Days end by themselves: nobody outside tells of them.
    let heard = flows::names().filter(|flow| *flow != "ledger-day").count();
    assert_eq!((config.stage.pairs.len(), config.queues.len()), (1, heard));
}
