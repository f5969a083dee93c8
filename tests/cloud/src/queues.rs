//! SQS: FIFO queues that take messages, hide them, and give them out once to whoever asks. Deliveries to functions are the test's.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cloud::State;
use crate::refusal::Refusal;

/// Largest message with its attributes, bytes.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Most attributes of a message.
const ATTRIBUTES_MAX: usize = 10;
/// Longest group or deduplication id, characters.
const ID_CHARS_MAX: usize = 128;
/// Most messages that are given out at once.
const MESSAGES_MAX: u64 = 10;
/// Longest time that a message is hidden, seconds.
const HIDDEN_S_MAX: i64 = 43_200;

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its group.
    pub group: String,
    /// Its deduplication id.
    pub deduplication_id: String,
    /// Its body.
    pub body: String,
    /// Its attributes that are text.
    pub attributes: BTreeMap<String, String>,
}

/// A message that was to be hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The queue's name.
    pub queue: String,
    /// The receipt that it was delivered with.
    pub receipt: String,
    /// For how long.
    pub seconds: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Queues {
    sent: BTreeMap<String, Vec<Sent>>,
    /// Receipts of what was given out or deleted: queue and place in `sent`.
    gone: BTreeSet<(String, usize)>,
    /// Where a queue got its messages from when another gave them up.
    sources: BTreeMap<String, String>,
    pub(crate) hidden: Vec<Hidden>,
}

impl Queues {
    pub(crate) fn create(&mut self, name: &str) {
        self.sent.entry(name.to_owned()).or_default();
    }

    pub(crate) fn delete(&mut self, name: &str) {
        self.sent.remove(name);
    }

    pub(crate) fn sent(&self, name: &str) -> Vec<Sent> {
        self.sent.get(name).cloned().unwrap_or_default()
    }

    /// Says which queue gave up what is in this one.
    pub(crate) fn set_source(&mut self, queue: &str, source: &str) {
        self.sources.insert(queue.to_owned(), source.to_owned());
    }

    /// The name in a queue's URL.
    fn name(&self, body: &Value) -> Result<String, Refusal> {
        let url = body["QueueUrl"].as_str().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default();
        if self.sent.contains_key(name) { Ok(name.to_owned()) } else { Err(no_queue()) }
    }
}

fn no_queue() -> Refusal {
    Refusal::new("QueueDoesNotExist", "The specified queue does not exist.")
}

pub(crate) fn answer(
    state: &mut State,
    endpoint: &str,
    operation: &str,
    body: &Value,
) -> Result<Value, Refusal> {
    let queues = &mut state.queues;
    match operation {
        "GetQueueUrl" => {
            let name = body["QueueName"].as_str().unwrap_or_default();
            let known = queues.sent.contains_key(name);
            if known {
                Ok(json!({ "QueueUrl": format!("{endpoint}/000000000000/{name}") }))
            } else {
                Err(no_queue())
            }
        }
        "SendMessage" => send(queues, body),
        "ReceiveMessage" => receive(queues, body),
        "DeleteMessage" => {
            queues.name(body)?;
            Ok(json!({}))
        }
        "ChangeMessageVisibility" => {
            let queue = queues.name(body)?;
            let seconds = body["VisibilityTimeout"].as_i64().unwrap_or(-1);
            if !(0..=HIDDEN_S_MAX).contains(&seconds) {
                let message = format!("VisibilityTimeout {seconds} is not between 0 and {HIDDEN_S_MAX}");
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            let receipt = body["ReceiptHandle"].as_str().unwrap_or_default().to_owned();
            queues.hidden.push(Hidden { queue, receipt, seconds });
            Ok(json!({}))
        }
        _ => Err(Refusal::new("UnknownOperationException", format!("no `{operation}` here"))),
    }
}

/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
fn receive(queues: &mut Queues, body: &Value) -> Result<Value, Refusal> {
    let queue = queues.name(body)?;
    let wrong = |message: String| Err(Refusal::new("InvalidParameterValue", message));
    let most = body["MaxNumberOfMessages"].as_u64().unwrap_or(1);
    let hidden = body["VisibilityTimeout"].as_i64().unwrap_or(30);
    if !(1..=MESSAGES_MAX).contains(&most) || !(0..=HIDDEN_S_MAX).contains(&hidden) {
        return wrong(format!("{most} messages, hidden for {hidden} s"));
    }
    let wants = |list: &str| body[list].as_array().is_some_and(|names| names.contains(&json!("All")));
    let (texts, own) = (wants("MessageAttributeNames"), wants("MessageSystemAttributeNames"));
    let arn =
        queues.sources.get(&queue).map(|source| format!("arn:aws:sqs:eu-central-1:000000000000:{source}"));
    let sent = queues.sent.get(&queue).cloned().unwrap_or_default();
    let mut messages = Vec::new();
    for (place, message) in sent.iter().enumerate() {
        if messages.len() as u64 == most {
            break;
        }
        if !queues.gone.insert((queue.clone(), place)) {
            continue;
        }
        let text = |(name, value): (&String, &String)| {
            (name.clone(), json!({ "DataType": "String", "StringValue": value }))
        };
        let attributes: serde_json::Map<_, _> =
            message.attributes.iter().filter(|_| texts).map(text).collect();
        let system = match (&arn, own) {
            (Some(arn), true) => json!({ "DeadLetterQueueSourceArn": arn }),
            _ => json!({}),
        };
        messages.push(json!({
            "MessageId": format!("message-{place}"), "ReceiptHandle": format!("receipt-{place}"),
            "Body": message.body, "MessageAttributes": attributes, "Attributes": system,
        }));
    }
    Ok(json!({ "Messages": messages }))
}

fn send(queues: &mut Queues, body: &Value) -> Result<Value, Refusal> {
    let queue = queues.name(body)?;
    let wrong = |message: String| Err(Refusal::new("InvalidParameterValue", message));
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    for name in ["MessageGroupId", "MessageDeduplicationId"] {
        let id = text(name);
        if id.is_empty() || id.len() > ID_CHARS_MAX || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return wrong(format!(
                "{name} `{id}` is not 1 to {ID_CHARS_MAX} letters, digits and punctuation"
            ));
        }
    }
    let attributes = body["MessageAttributes"].as_object().cloned().unwrap_or_default();
    if attributes.len() > ATTRIBUTES_MAX {
        return wrong(format!("{} attributes, {ATTRIBUTES_MAX} are allowed", attributes.len()));
    }
    let mut bytes = text("MessageBody").len();
    let mut texts = BTreeMap::new();
    for (name, value) in attributes {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let kind = value["DataType"].as_str().unwrap_or_default().to_owned();
        let value = value["StringValue"].as_str().unwrap_or_default().to_owned();
        if name.is_empty() || !name.bytes().all(allowed) || kind != "String" || value.is_empty() {
            return wrong(format!("the attribute `{name}` is empty or malformed"));
        }
        bytes += name.len() + kind.len() + value.len();
        texts.insert(name, value);
    }
    if text("MessageBody").is_empty() || bytes > MESSAGE_BYTES_MAX {
        return wrong(format!("a message of {bytes} bytes; 1 to {MESSAGE_BYTES_MAX} are allowed"));
    }
    let sent = Sent {
        group: text("MessageGroupId"),
        deduplication_id: text("MessageDeduplicationId"),
        body: text("MessageBody"),
        attributes: texts,
    };
    let all = queues.sent.entry(queue).or_default();
    all.push(sent);
    Ok(json!({ "MessageId": format!("message-{}", all.len()), "SequenceNumber": all.len().to_string() }))
}
