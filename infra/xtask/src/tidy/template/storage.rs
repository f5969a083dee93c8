//! What holds data is encrypted with our key, can be restored and outlives a deleted stack; what grows ends some day.

use serde_json::{Value, json};

use super::document::{Resource, Template};

/// Checks table, key, topics and logs.
pub(crate) fn check(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    let mut expect = |resource: Resource<'_>, pointer: &str, value: Value| {
        let found = resource.property(pointer);
        if *found != value {
            broken.push(format!("{}: {} is {found}, must be {value}", resource.id, &pointer[1..]));
        }
    };
    for table in template.of("AWS::DynamoDB::Table") {
        expect(table, "/BillingMode", json!("PAY_PER_REQUEST"));
        expect(table, "/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", json!(true));
        expect(table, "/TimeToLiveSpecification", json!({"AttributeName": "expires_at", "Enabled": true}));
        expect(
            table,
            "/SSESpecification",
            json!({"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": "Key.Arn"}),
        );
    }
    for topic in template.of("AWS::SNS::Topic") {
        expect(topic, "/KmsMasterKeyId", json!("Key.Arn"));
    }
    for key in template.of("AWS::KMS::Key") {
        expect(key, "/EnableKeyRotation", json!(true));
    }
    for logs in template.of("AWS::Logs::LogGroup") {
        expect(logs, "/RetentionInDays", json!("LogRetentionDays"));
    }
    for kind in ["AWS::DynamoDB::Table", "AWS::KMS::Key"] {
        for resource in template.of(kind) {
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                if resource.value[policy] != "Retain" {
                    broken.push(format!("{}: {policy} must be Retain", resource.id));
                }
            }
        }
    }
    for function in template.of("AWS::Serverless::Function") {
        let group = function.text("/LoggingConfig/LogGroup");
        if template.of("AWS::Logs::LogGroup").all(|logs| logs.id != group)
            || function.text("/LoggingConfig/LogFormat") != "JSON"
        {
            broken.push(format!(
                "{}: LoggingConfig must name a log group of this template, in JSON",
                function.id
            ));
        }
    }
    broken
}
