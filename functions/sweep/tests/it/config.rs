//! The function says what it lacks, all of it at once.

use sweep::Config;

const GOOD: [(&str, &str); 10] = [
    ("STAGE", "local"),
    ("TABLE", "table"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.test/1/dead-letter.fifo"),
    ("QUEUE_URL_DISPUTES", "https://sqs.test/1/flow-disputes.fifo"),
    ("QUEUE_URL_LEDGER_DAY", "https://sqs.test/1/flow-ledger-day.fifo"),
    ("QUEUE_URL_ORDER_TO_CASH", "https://sqs.test/1/flow-order-to-cash.fifo"),
    ("QUEUE_URL_PAYMENT_FAILED", "https://sqs.test/1/flow-payment-failed.fifo"),
    ("QUEUE_URL_PAYOUTS", "https://sqs.test/1/flow-payouts.fifo"),
    ("QUEUE_URL_REFUNDS", "https://sqs.test/1/flow-refunds.fifo"),
];

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn every_missing_variable_is_named() {
    let error = Config::parse(variables(&[("STAGE", "")])).unwrap_err().to_string();
    for (name, _) in GOOD {
        assert!(error.contains(&format!("`{name}`")), "{name}: {error}");
    }
}

#[test]
fn good_variables_are_read() {
    let config = Config::parse(variables(&GOOD)).unwrap();
    assert_eq!(config.environments.to_str(), Some("/var/task/environments"));
    let queues: Vec<_> = config.queue_urls.iter().map(|(flow, url)| (flow.as_str(), url.as_str())).collect();
    let named = ["disputes", "ledger-day", "order-to-cash", "payment-failed", "payouts", "refunds"];
    assert_eq!(queues, std::array::from_fn::<_, 6, _>(|n| (named[n], GOOD[4 + n].1)));
}
