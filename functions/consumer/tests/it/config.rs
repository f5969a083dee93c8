//! The function says what it lacks, all of it at once.

use std::path::PathBuf;

use consumer::{Config, ConfigError, Consumer, StartError};
use jiff::SignedDuration;

/// Everything that `template.yaml` and Lambda set.
const VARIABLES: [(&str, &str); 7] = [
    ("STAGE", "local"),
    ("TABLE", "tillbridge-local"),
    ("FLOW", "order-to-cash"),
    ("QUEUE_URL", "https://sqs.test/1/tillbridge-local-flow-order-to-cash.fifo"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.test/1/tillbridge-local-dead-letter.fifo"),
    ("FUNCTION_TIMEOUT_S", "120"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
];

fn parse<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Config, ConfigError> {
    Config::parse(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// The variables with one changed.
fn with<'a>(name: &'a str, value: &'a str) -> Result<Config, ConfigError> {
    parse(VARIABLES.into_iter().filter(|(other, _)| *other != name).chain([(name, value)]))
}

#[test]
fn all_variables_make_a_config() {
    let config =
        parse(VARIABLES.into_iter().chain([("QUEUE_URL_PAYOUTS", "https://sqs.test/1/p.fifo")])).unwrap();
    assert_eq!(config.flow.as_str(), "order-to-cash");
    assert_eq!(config.function_timeout, SignedDuration::from_secs(120));
    assert_eq!(config.environments, PathBuf::from("/var/task/environments"));
    let queues: Vec<(&str, &str)> =
        config.queue_urls.iter().map(|(flow, url)| (flow.as_str(), url.as_str())).collect();
    assert_eq!(queues, [("payouts", "https://sqs.test/1/p.fifo")]);
}

#[test]
fn what_is_missing_is_named_all_at_once_and_each_once() {
    let nothing = parse([]).unwrap_err();
    let emptied = parse(VARIABLES.map(|(name, _)| (name, ""))).unwrap_err();
    assert_eq!(nothing, emptied);
    assert_eq!(nothing.mistakes.len(), VARIABLES.len(), "{nothing}");
    for (name, _) in VARIABLES {
        assert!(nothing.mistakes.contains(&format!("`{name}` is missing")), "{nothing}");
    }
    assert!(nothing.to_string().contains("template.yaml"), "{nothing}");
}

#[test]
fn what_is_wrong_is_named() {
    for (name, value) in [
        ("FLOW", "Order To Cash"),
        ("FUNCTION_TIMEOUT_S", "0"),
        ("FUNCTION_TIMEOUT_S", "901"),
        ("FUNCTION_TIMEOUT_S", "two minutes"),
        ("QUEUE_URL_", "https://sqs.test/1/x.fifo"),
        ("QUEUE_URL_REFUNDS", ""),
    ] {
        let error = with(name, value).unwrap_err();
        assert_eq!(error.mistakes.len(), 1, "{error}");
        assert!(error.mistakes[0].starts_with(&format!("`{name}` ")), "{error}");
    }
}

#[tokio::test]
async fn a_package_without_its_environment_or_flow_does_not_start_and_says_why() {
    let root = tempfile::tempdir().unwrap();
    let task_root = root.path().to_str().unwrap().to_owned();
    let start = async |changes: &[(&str, &str)]| -> StartError {
        let mut variables: std::collections::BTreeMap<&str, &str> = VARIABLES.into_iter().collect();
        variables.insert("LAMBDA_TASK_ROOT", &task_root);
        variables.extend(changes.iter().copied());
        match Consumer::connect(parse(variables).unwrap()).await {
            Err(error) => error,
            Ok(_) => panic!("it started"),
        }
    };
    let error = start(&[("STAGE", "nowhere")]).await.to_string();
    assert!(error.contains("environments/nowhere.yaml") && error.contains("cargo xtask build"), "{error}");

    let environments = root.path().join("environments");
    std::fs::create_dir(&environments).unwrap();
    std::fs::write(environments.join("broken.yaml"), "stage: broken\nmode: test\npairs: {}\n").unwrap();
    let error = start(&[("STAGE", "broken")]).await.to_string();
    assert!(error.contains("infra/environments/broken.yaml") && error.contains("pairs"), "{error}");

    let local = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/environments/local.yaml");
    std::fs::copy(local, environments.join("local.yaml")).unwrap();
    let error = start(&[("FLOW", "order-to-cahs")]).await.to_string();
    assert!(error.contains("order-to-cahs") && error.contains("order-to-cash"), "{error}");
}
