//! Rules about `template.yaml` and `samconfig.toml`: every shipped flow has its block and no block is orphaned, queues wait long
//! enough, roles name what they may touch, nothing that holds data goes without its protection, alarms watch what is emitted and say
//! what to do.

mod alarms;
mod document;
mod door;
mod flows;
mod metrics;
mod queues;
mod roles;
mod storage;
mod sweep;
mod times;

use anyhow::{Context, Result};

use self::document::Template;
use crate::root;

/// Checks the files of the repository.
pub(crate) fn check() -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root::path("template.yaml")).context("template.yaml")?;
    let settings = std::fs::read_to_string(root::path("samconfig.toml")).context("samconfig.toml")?;
    let template = Template::parse(&text)?;
    let mut broken = broken(&template, &settings, &flows::shipped()?);
    broken.extend(named(times::check(&template, &settings, &times::Coded::read()?)));
    broken.extend(named(times::check_age(&template, &settings, &environments()?)));
    let runbook = std::fs::read_to_string(root::path("infra/RUNBOOK.md")).context("infra/RUNBOOK.md")?;
    broken.extend(named(alarms::check(&template, &runbook)));
    Ok(broken)
}

/// The stages that there is a file of, and what it says.
fn environments() -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root::path("infra/environments")).context("infra/environments")? {
        let path = entry?.path();
        if let Some(stage) = path.file_stem().and_then(|stem| stem.to_str()) {
            found.push((stage.to_owned(), std::fs::read_to_string(&path)?));
        }
    }
    Ok(found)
}

fn broken(template: &Template, settings: &str, shipped: &[String]) -> Vec<String> {
    let mut broken = flows::check(template, shipped);
    broken.extend(queues::check(template));
    broken.extend(queues::check_times(template, settings));
    broken.extend(door::check(template));
    broken.extend(roles::check(template));
    broken.extend(storage::check(template));
    broken.extend(sweep::check(template, settings));
    broken.extend(metrics::check(template, shipped));
    named(broken)
}

fn named(faults: Vec<String>) -> Vec<String> {
    faults.into_iter().map(|fault| format!("template.yaml: {fault}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Vec<String> {
        flows::shipped().expect("the shipped flows")
    }

    /// The real files, with one thing changed.
    fn faults_after(from: &str, to: &str) -> Vec<String> {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let settings = std::fs::read_to_string(root::path("samconfig.toml")).expect("the settings");
        assert!(text.contains(from) || settings.contains(from), "`{from}` is no longer there");
        let template = Template::parse(&text.replace(from, to)).expect("a template");
        broken(&template, &settings.replace(from, to), &shipped())
    }

    #[test]
    fn the_template_as_it_is_breaks_no_rule() {
        assert_eq!(check().expect("the files"), Vec::<String>::new());
    }

    #[test]
    fn each_rule_is_enforced() {
        for (from, to) in [
            ("FLOW: order-to-cash", "FLOW: thank-you"),
            ("QUEUE_URL_ORDER_TO_CASH", "QUEUE_URL_ORDERS"),
            ("flow-order-to-cash.fifo", "order-to-cash.fifo"),
            ("ReportBatchItemFailures", "Nothing"),
            ("BatchSize: 1", "BatchSize: 10"),
            ("FifoThroughputLimit: perMessageGroupId", "FifoThroughputLimit: perQueue"),
            ("MaximumMessageSize: 1048576", "MaximumMessageSize: 262144"),
            ("maxReceiveCount: 1000", "maxReceiveCount: 3"),
            ("VisibilityTimeout: !Ref VisibilityTimeoutS", "VisibilityTimeout: 30"),
            ("VisibilityTimeoutS=90", "VisibilityTimeoutS=89"),
            ("Default: 720", "Default: 700"),
            ("Action: sqs:SendMessage", "Action: sqs:*"),
            ("Resource: !GetAtt DeadLetterQueue.Arn", "Resource: \"*\""),
            ("Role: !GetAtt IngestRole.Arn", "Role: !GetAtt OrderToCashRole.Arn"),
            ("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false"),
            ("AttributeName: expires_at, Enabled: true", "AttributeName: ttl, Enabled: true"),
            ("SSEType: KMS", "SSEType: AES256"),
            ("RetentionInDays: !Ref LogRetentionDays", "KmsKeyId: none"),
            ("ThrottlingRateLimit: !Ref IngestRequestsPerS", "CacheTtlInSeconds: 300"),
            ("ThrottlingBurstLimit: !Ref IngestBurst", "CacheTtlInSeconds: 300"),
            ("ReservedConcurrentExecutions: !If", "Layers: !If"),
            ("DeletionPolicy: Retain", "DeletionPolicy: Delete"),
            // A role that could do more.
            ("dynamodb:UpdateItem", "dynamodb:DeleteTable"),
            ("sqs:ChangeMessageVisibility", "sqs:PurgeQueue"),
            (
                "[kms:Decrypt, kms:GenerateDataKey]\n                Resource: !GetAtt",
                "kms:*\n                Resource: !GetAtt",
            ),
            ("kms:ViaService: !Sub", "aws:SourceAccount: !Sub"),
            ("Service: lambda.amazonaws.com", "Service: ec2.amazonaws.com"),
            ("/stripe-webhook-??????", "/stripe-??????"),
            ("/erp-??????", "/*"),
            ("tillbridge-${Stage}-flow-*.fifo", "*-flow-*.fifo"),
            ("sqs:DeleteMessage, sqs:SendMessage]", "sqs:DeleteMessage, sqs:PurgeQueue]"),
            ("/index/GSI1", "/index/*"),
            // A sweep that a new account cannot have, that never runs, or that meddles with the tests.
            (
                "Timeout: !Ref SweepTimeoutS",
                "Timeout: !Ref SweepTimeoutS\n      ReservedConcurrentExecutions: 1",
            ),
            (
                "ScheduleExpression: !Sub \"rate(${SweepEveryMinutes} minutes)\"",
                "ScheduleExpression: rate(1 day)",
            ),
            ("SweepEveryMinutes=60", "SweepEveryMinutes=5"),
            // An alarm or a widget that nothing feeds.
            ("MetricName: SweepBehindSeconds", "MetricName: SweepBehind"),
            ("MetricName: Parked", "MetricName: ParkedEvents"),
            ("Name: class, Value: auth", "Name: step, Value: auth"),
            ("Name: flow, Value: order-to-cash }, {", "Name: flow, Value: orders }, {"),
            ("Name: QueueName, Value: !GetAtt", "Name: Queue, Value: !GetAtt"),
            ("MetricName: 5XXError", "MetricName: 5xxError"),
            ("MetricName=\\\"StepDuration\\\"", "MetricName=\\\"StepTime\\\""),
            ("{Tillbridge,class,flow,stage}", "{Tillbridge,flow,stage}"),
            ("\"AWS/ApiGateway\", \"4XXError\", \"ApiName\"", "\"AWS/ApiGateway\", \"4XXError\", \"ApiId\""),
            ("\"widgets\": [", "\"widgets\": [,"),
        ] {
            assert_ne!(faults_after(from, to), Vec::<String>::new(), "`{from}` → `{to}` went unseen");
        }
    }

    /// The template with a second flow: the first one's block once more under another name, and its line at ingest.
    fn with_second_flow() -> String {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let (head, rest) = text.split_once("  # ── Flow: order-to-cash ").expect("the first flow's rule");
        let (block, tail) = rest.split_once("  # ── ").expect("the next rule");
        let second = block.replace("order-to-cash", "thank-you").replace("OrderToCash", "ThankYou");
        let line = "          QUEUE_URL_ORDER_TO_CASH: !Ref OrderToCashQueue\n";
        assert!(head.contains(line), "ingest is no longer told of the queue");
        let head = head.replace(line, &format!("{line}          QUEUE_URL_THANK_YOU: !Ref ThankYouQueue\n"));
        format!("{head}  # ── Flow: order-to-cash {block}  # ── Flow: thank-you {second}  # ── {tail}")
    }

    #[test]
    fn a_second_flow_is_a_folder_and_a_block() {
        let settings = std::fs::read_to_string(root::path("samconfig.toml")).expect("the settings");
        let all = [shipped(), vec!["thank-you".to_owned()]].concat();
        let faults = |text: &str, shipped: &[String]| {
            broken(&Template::parse(text).expect("a template"), &settings, shipped)
        };
        let text = with_second_flow();
        assert_eq!(faults(&text, &all), Vec::<String>::new());
        for (from, to, said) in [
            (
                "QUEUE_URL_THANK_YOU: !Ref ThankYouQueue",
                "OTHER: nothing",
                "QUEUE_URL_THANK_YOU must be ThankYouQueue",
            ),
            ("FLOW: thank-you", "OTHER: nothing", "shared/flows/thank-you has no block"),
            ("flow-thank-you.fifo", "thanks.fifo", "must be called tillbridge-${Stage}-flow-thank-you.fifo"),
            (
                "Queue: !GetAtt ThankYouQueue.Arn",
                "Queue: !GetAtt OrderToCashQueue.Arn",
                "does not read the queue that it is told of",
            ),
        ] {
            assert!(text.contains(from), "`{from}` is no longer there");
            let found = faults(&text.replace(from, to), &all);
            assert!(found.iter().any(|fault| fault.contains(said)), "`{from}` → `{to}`: {found:?}");
        }
        let orphaned = faults(&text, &shipped());
        assert!(
            orphaned.iter().any(|fault| fault.contains("there is no shared/flows/thank-you")),
            "{orphaned:?}"
        );
    }

    #[test]
    fn the_sweep_is_told_of_every_queue() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let settings = std::fs::read_to_string(root::path("samconfig.toml")).expect("the settings");
        let (head, tail) = text.split_once("  SweepFunction:\n").expect("the sweep");
        let tail = tail.replacen("QUEUE_URL_ORDER_TO_CASH", "QUEUE_URL_ORDERS", 1);
        let template = Template::parse(&format!("{head}  SweepFunction:\n{tail}")).expect("a template");
        let found = broken(&template, &settings, &shipped());
        assert_eq!(found, ["template.yaml: SweepFunction: QUEUE_URL_ORDER_TO_CASH must be OrderToCashQueue"]);
    }

    #[test]
    fn an_alarm_says_one_thing_to_do_and_reaches_somebody() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let runbook = std::fs::read_to_string(root::path("infra/RUNBOOK.md")).expect("the runbook");
        let faults =
            |text: &str, runbook: &str| alarms::check(&Template::parse(text).expect("a template"), runbook);
        for (from, to) in [
            ("RUNBOOK.md, \"A queue is old\".", "Look into it."),
            ("RUNBOOK.md, \"A queue is old\".", "RUNBOOK.md, \"A queue is full\"."),
            (
                "RUNBOOK.md, \"A queue is old\".",
                "RUNBOOK.md, \"A queue is old\" or RUNBOOK.md, \"Letters wait\".",
            ),
            ("AlarmActions: [!Ref AlarmTopic]", "InsufficientDataActions: []"),
            ("TreatMissingData: notBreaching", "ActionsEnabled: true"),
            ("MetricName: Throttles", "MetricName: Errors"),
        ] {
            assert!(text.contains(from), "`{from}` is no longer there");
            assert_ne!(faults(&text.replace(from, to), &runbook), Vec::<String>::new(), "`{from}` → `{to}`");
        }
        let more = runbook.replace("### A queue is old", "### A queue is young\n\n### A queue is old");
        assert_eq!(faults(&text, &more).len(), 1);
    }

    #[test]
    fn a_flow_without_its_block_is_found() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let template = Template::parse(&text).expect("a template");
        let more = [shipped(), vec!["thank-you".to_owned()]].concat();
        assert_eq!(flows::check(&template, &more).len(), 1);
        assert_eq!(flows::check(&template, &[]).len(), shipped().len());
    }
}
