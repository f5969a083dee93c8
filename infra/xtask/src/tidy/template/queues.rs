//! Queues keep their order, hold what ingest takes, wait six times as long as the function runs, and lose nothing.

use serde_json::json;

use super::document::Template;

/// AWS's advice, and cfn-lint 3987's lesson: a shorter wait runs a message twice while its first run goes on.
const VISIBILITY_PER_TIMEOUT: u64 = 6;
/// Checks queues and what reads them.
pub(crate) fn check(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    for queue in template.of("AWS::SQS::Queue") {
        let mut expected = vec![
            ("/FifoQueue", json!(true)),
            ("/ContentBasedDeduplication", json!(false)),
            ("/DeduplicationScope", json!("messageGroup")),
            ("/FifoThroughputLimit", json!("perMessageGroupId")),
            ("/MaximumMessageSize", json!(1_048_576)),
            ("/MessageRetentionPeriod", json!(14 * 24 * 3600)),
            ("/KmsMasterKeyId", json!("Key.Arn")),
        ];
        if queue.id != "DeadLetterQueue" {
            expected.push(("/VisibilityTimeout", json!("VisibilityTimeoutS")));
            expected.push(("/RedrivePolicy/deadLetterTargetArn", json!("DeadLetterQueue.Arn")));
            expected.push(("/RedrivePolicy/maxReceiveCount", json!(1000)));
        }
        for (pointer, value) in expected {
            let found = queue.property(pointer);
            if *found != value {
                broken.push(format!("{}: {} is {found}, must be {value}", queue.id, &pointer[1..]));
            }
        }
    }
    for function in template.of("AWS::Serverless::Function") {
        let source = function.property("/Events/Queue/Properties");
        if source.is_null() {
            continue;
        }
        if function.text("/Timeout") != "FunctionTimeoutS" {
            broken.push(format!(
                "{}: Timeout must be FunctionTimeoutS, the queue's wait is made for it",
                function.id
            ));
        }
        if source["BatchSize"] != 1 || source["FunctionResponseTypes"] != json!(["ReportBatchItemFailures"]) {
            broken.push(format!(
                "{}: BatchSize 1 with ReportBatchItemFailures: a failure ends only its own group",
                function.id
            ));
        }
    }
    broken
}

/// Checks the times of every stage: the defaults, and what samconfig.toml sets.
pub(crate) fn check_times(template: &Template, settings: &str) -> Vec<String> {
    let defaults =
        ["FunctionTimeoutS", "VisibilityTimeoutS"].map(|name| template.default_of(name).unwrap_or_default());
    let mut stages = vec![("the defaults".to_owned(), defaults)];
    for line in settings.lines().filter(|line| line.starts_with("parameter_overrides")) {
        let set = |name: &str, default: u64| {
            line.split([' ', '"', '='])
                .skip_while(|word| *word != name)
                .nth(1)
                .map_or(Some(default), |n| n.parse().ok())
        };
        let stage = line.split([' ', '"', '=']).skip_while(|word| *word != "Stage").nth(1).unwrap_or("?");
        let times = [set("FunctionTimeoutS", defaults[0]), set("VisibilityTimeoutS", defaults[1])];
        stages.push((stage.to_owned(), times.map(Option::unwrap_or_default)));
    }
    stages
        .into_iter()
        .filter(|(_, [timeout, visibility])| *timeout == 0 || *visibility < VISIBILITY_PER_TIMEOUT * timeout)
        .map(|(stage, [timeout, visibility])| {
            format!("{stage}: VisibilityTimeoutS {visibility} is less than {VISIBILITY_PER_TIMEOUT} × FunctionTimeoutS {timeout}")
        })
        .collect()
}
