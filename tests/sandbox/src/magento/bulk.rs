//! Bulk operations: accepted at once, carried out where their consumer runs.
//!
//! Source: `WebapiAsync/Controller/Rest/AsynchronousRequestProcessor.php`, `AsynchronousOperations/Model/Operation.php` of
//! magento/magento2; measured on 2.4.5.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::shop::now;

/// Where an operation stands.
const COMPLETE: u8 = 1;
const FAILED: u8 = 3;
const OPEN: u8 = 4;

/// All bulks, by their uuid.
#[derive(Debug, Default)]
pub(super) struct Bulks(BTreeMap<String, Bulk>);

#[derive(Debug)]
struct Bulk {
    topic: String,
    started: String,
    operations: Vec<Operation>,
}

#[derive(Debug)]
struct Operation {
    body: Value,
    /// What came of it; nothing where nobody carried it out.
    outcome: Option<Result<Value, Refusal>>,
}

impl Operation {
    fn status(&self) -> u8 {
        match &self.outcome {
            None => OPEN,
            Some(Ok(_)) => COMPLETE,
            Some(Err(_)) => FAILED,
        }
    }

    fn message(&self) -> Value {
        match &self.outcome {
            None => Value::Null,
            Some(Ok(_)) => json!("Service execution success"),
            Some(Err(refusal)) => json!(refusal.message),
        }
    }

    fn error_code(&self) -> Value {
        if matches!(self.outcome, Some(Err(_))) { json!(0) } else { Value::Null }
    }
}

impl Bulks {
    /// Takes operations in; `outcomes` holds what came of each, where the consumer runs.
    pub(super) fn accept(
        &mut self,
        topic: String,
        bodies: Vec<Value>,
        mut outcomes: Vec<Result<Value, Refusal>>,
    ) -> Value {
        let uuid = uuid();
        let items: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(id, body)| {
                let hash = hex::encode(Sha256::digest(body.to_string()));
                json!({ "id": id, "data_hash": hash, "status": "accepted" })
            })
            .collect();
        outcomes.reverse();
        let operations = bodies.into_iter().map(|body| Operation { body, outcome: outcomes.pop() }).collect();
        self.0.insert(uuid.clone(), Bulk { topic, started: now(), operations });
        json!({ "bulk_uuid": uuid, "request_items": items, "errors": false })
    }

    /// `GET /V1/bulk/:uuid/status`.
    pub(super) fn status(&self, uuid: &str) -> Result<Value, Refusal> {
        self.show(uuid, |id, operation| {
            json!({
                "id": id,
                "status": operation.status(),
                "result_message": operation.message(),
                "error_code": operation.error_code(),
            })
        })
    }

    /// `GET /V1/bulk/:uuid/detailed-status`.
    pub(super) fn detailed_status(&self, uuid: &str) -> Result<Value, Refusal> {
        let topic = self.find(uuid)?.topic.clone();
        self.show(uuid, |id, operation| {
            let result = operation.outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
            let sent = json!({
                "entity_id": null, "entity_link": "", "meta_information": operation.body.to_string()
            });
            json!({
                "id": id,
                "bulk_uuid": uuid,
                "topic_name": topic,
                "serialized_data": sent.to_string(),
                "result_serialized_data": result.map(Value::to_string),
                "status": operation.status(),
                "result_message": operation.message(),
                "error_code": operation.error_code(),
            })
        })
    }

    /// `GET /V1/bulk/:uuid/operation-status/:status`: how many stand there.
    pub(super) fn count(&self, uuid: &str, status: u64) -> Result<Value, Refusal> {
        let operations = &self.find(uuid)?.operations;
        Ok(json!(operations.iter().filter(|operation| u64::from(operation.status()) == status).count()))
    }

    fn find(&self, uuid: &str) -> Result<&Bulk, Refusal> {
        self.0.get(uuid).ok_or_else(|| Refusal::no_such("bulkUuid", &json!(uuid)))
    }

    fn show(&self, uuid: &str, show: impl Fn(usize, &Operation) -> Value) -> Result<Value, Refusal> {
        let bulk = self.find(uuid)?;
        let operations: Vec<Value> =
            bulk.operations.iter().enumerate().map(|(id, op)| show(id, op)).collect();
        Ok(json!({
            "operations_list": operations,
            "user_type": 1,
            "bulk_id": uuid,
            "description": format!("Topic {}", bulk.topic),
            "start_time": bulk.started,
            "user_id": 1,
            "operation_count": bulk.operations.len(),
        }))
    }
}

fn uuid() -> String {
    let hex = format!("{:032x}", fastrand::u128(..));
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
