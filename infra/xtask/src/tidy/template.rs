//! Rules about `template.yaml` and `samconfig.toml`: every shipped flow has its block and no block is orphaned, queues wait long
//! enough, roles name what they may touch, nothing that holds data goes without its protection.

mod document;
mod flows;
mod queues;
mod roles;
mod storage;

use anyhow::{Context, Result};

use self::document::Template;
use crate::root;

/// Checks the files of the repository.
pub(crate) fn check() -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root::path("template.yaml")).context("template.yaml")?;
    let settings = std::fs::read_to_string(root::path("samconfig.toml")).context("samconfig.toml")?;
    Ok(broken(&Template::parse(&text)?, &settings, &flows::shipped()?))
}

fn broken(template: &Template, settings: &str, shipped: &[String]) -> Vec<String> {
    let mut broken = flows::check(template, shipped);
    broken.extend(queues::check(template));
    broken.extend(queues::check_times(template, settings));
    broken.extend(roles::check(template));
    broken.extend(storage::check(template));
    broken.into_iter().map(|fault| format!("template.yaml: {fault}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The real files, with one thing changed.
    fn faults_after(from: &str, to: &str) -> Vec<String> {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let settings = std::fs::read_to_string(root::path("samconfig.toml")).expect("the settings");
        assert!(text.contains(from) || settings.contains(from), "`{from}` is no longer there");
        let template = Template::parse(&text.replace(from, to)).expect("a template");
        broken(&template, &settings.replace(from, to), &["order-to-cash".to_owned()])
    }

    #[test]
    fn the_template_as_it_is_breaks_no_rule() {
        assert_eq!(faults_after("Stage", "Stage"), Vec::<String>::new());
    }

    #[test]
    fn each_rule_is_enforced() {
        for (from, to) in [
            ("FLOW: order-to-cash", "FLOW: refunds"),
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
            ("DeletionPolicy: Retain", "DeletionPolicy: Delete"),
        ] {
            assert_ne!(faults_after(from, to), Vec::<String>::new(), "`{from}` → `{to}` went unseen");
        }
    }

    #[test]
    fn a_flow_without_its_block_is_found() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let template = Template::parse(&text).expect("a template");
        let shipped = ["order-to-cash".to_owned(), "refunds".to_owned()];
        assert_eq!(flows::check(&template, &shipped).len(), 1);
        assert_eq!(flows::check(&template, &[]).len(), 1);
    }
}
