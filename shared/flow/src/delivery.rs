//! An event on its way: what a queue message holds, and how it is written and read.

use std::collections::BTreeMap;

use canonical::{EventId, PairId};
use jiff::Timestamp;

use crate::{FlowName, Message};

/// Names of the message attributes. SQS takes ten at most: a letter has all but [`attribute::REPLAY`].
pub mod attribute {
    /// The pair.
    pub const PAIR: &str = "tb.pair";
    /// `stripe`, `wms`, `magento`.
    pub const SOURCE: &str = "tb.source";
    /// The event's id.
    pub const EVENT: &str = "tb.event";
    /// The event's type, as its source names it.
    pub const TYPE: &str = "tb.type";
    /// `<kind>:<id>` of what the event is about.
    pub const ENTITY: &str = "tb.entity";
    /// When ingest took it, RFC 3339.
    pub const RECEIVED_AT: &str = "tb.received_at";
    /// One id from ingest to the last step.
    pub const TRACE: &str = "tb.trace";
    /// The form of the message, so that messages outlive a deploy.
    pub const VERSION: &str = "tb.version";
    /// Which replay this is, where it is one.
    pub const REPLAY: &str = "tb.replay";
    /// On letters: which parking of the execution the letter is about.
    pub const PARK: &str = "tb.park";
    /// On letters: the flow.
    pub const FLOW: &str = "tb.flow";
}

/// The only form so far.
const VERSION: &str = "1";

/// One delivery of an event to one flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The pair.
    pub pair: PairId,
    /// Who sent it.
    pub source: String,
    /// The event.
    pub event: EventId,
    /// Its type.
    pub event_type: String,
    /// `<kind>:<id>` of what it is about.
    pub entity: String,
    /// When ingest took it.
    pub received_at: Timestamp,
    /// One id from ingest to the last step.
    pub trace_id: String,
    /// Which replay this is.
    pub replay: Option<u32>,
    /// Which parking this message is a letter of: an operator's redrive carries it.
    pub park: Option<u32>,
    /// How often the queue has delivered the message.
    pub receive_count: u32,
    /// The event as it came.
    pub body: String,
}

/// A message that no ingest of ours has sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message's attribute `{attribute}` {problem}; it was not sent by ingest, a replay or a redrive")]
pub struct DeliveryError {
    /// Which attribute.
    pub attribute: &'static str,
    /// `is missing`, `is malformed`.
    pub problem: &'static str,
}

impl Delivery {
    /// The message that carries it to a flow's queue.
    #[must_use]
    pub fn to_message(&self) -> Message {
        let mut attributes: BTreeMap<String, String> = [
            (attribute::VERSION, VERSION.to_owned()),
            (attribute::PAIR, self.pair.to_string()),
            (attribute::SOURCE, self.source.clone()),
            (attribute::EVENT, self.event.to_string()),
            (attribute::TYPE, self.event_type.clone()),
            (attribute::ENTITY, self.entity.clone()),
            (attribute::RECEIVED_AT, self.received_at.to_string()),
            (attribute::TRACE, self.trace_id.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let mut deduplication_id = self.event.to_string();
        if let Some(replay) = self.replay {
            attributes.insert(attribute::REPLAY.to_owned(), replay.to_string());
            deduplication_id = format!("{deduplication_id}-r{replay}");
        }
        Message {
            group: sqs_id(format!("{}:{}", self.pair, self.entity)),
            deduplication_id: sqs_id(deduplication_id),
            body: self.body.clone(),
            attributes,
        }
    }

    /// The letter that points to parking `n` of the execution.
    #[must_use]
    pub fn to_letter(&self, flow: &FlowName, n: u32) -> Message {
        let plain = Self { replay: None, ..self.clone() };
        let mut message = plain.to_message();
        message.attributes.insert(attribute::PARK.to_owned(), n.to_string());
        message.attributes.insert(attribute::FLOW.to_owned(), flow.to_string());
        message.deduplication_id = sqs_id(format!("{}-{flow}-p{n}", self.event));
        message
    }

    /// Reads a message.
    ///
    /// # Errors
    /// The first attribute that is missing or malformed.
    pub fn from_message(
        body: String,
        attributes: &BTreeMap<String, String>,
        receive_count: u32,
    ) -> Result<Self, DeliveryError> {
        let text = |attribute: &'static str| {
            attributes.get(attribute).ok_or(DeliveryError { attribute, problem: "is missing" })
        };
        let malformed = |attribute: &'static str| DeliveryError { attribute, problem: "is malformed" };
        let number = |attribute: &'static str| {
            attributes.get(attribute).map(|n| n.parse().map_err(|_| malformed(attribute))).transpose()
        };
        if text(attribute::VERSION)? != VERSION {
            return Err(malformed(attribute::VERSION));
        }
        Ok(Self {
            pair: text(attribute::PAIR)?.parse().map_err(|_| malformed(attribute::PAIR))?,
            source: text(attribute::SOURCE)?.clone(),
            event: text(attribute::EVENT)?.parse().map_err(|_| malformed(attribute::EVENT))?,
            event_type: text(attribute::TYPE)?.clone(),
            entity: text(attribute::ENTITY)?.clone(),
            received_at: text(attribute::RECEIVED_AT)?
                .parse()
                .map_err(|_| malformed(attribute::RECEIVED_AT))?,
            trace_id: text(attribute::TRACE)?.clone(),
            replay: number(attribute::REPLAY)?,
            park: number(attribute::PARK)?,
            receive_count,
            body,
        })
    }
}

/// Longest group or deduplication id that SQS takes, in characters.
const SQS_ID_LENGTH_MAX: usize = 128;

/// The text where SQS takes it as a group or deduplication id (alphanumerics and punctuation), else its SHA-256.
///
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
#[must_use]
pub fn sqs_id(text: String) -> String {
    use sha2::{Digest, Sha256};
    if text.len() <= SQS_ID_LENGTH_MAX && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        text
    } else {
        hex::encode(Sha256::digest(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            pair: "main".parse().unwrap(),
            source: "stripe".into(),
            event: "evt_1".parse().unwrap(),
            event_type: "charge.succeeded".into(),
            entity: "payment_intent:pi_1".into(),
            received_at: "2026-03-02T09:14:07Z".parse().unwrap(),
            trace_id: "t".into(),
            replay: Some(2),
            park: None,
            receive_count: 3,
            body: "{}".into(),
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let message = delivery().to_message();
        assert_eq!(Delivery::from_message(message.body, &message.attributes, 3), Ok(delivery()));
        assert_eq!(message.deduplication_id, "evt_1-r2");
    }

    #[test]
    fn a_letter_has_at_most_ten_attributes() {
        let letter = delivery().to_letter(&"order-to-cash".parse().unwrap(), 4);
        assert!(letter.attributes.len() <= 10);
        let read = Delivery::from_message(letter.body, &letter.attributes, 1).unwrap();
        assert_eq!((read.park, read.replay), (Some(4), None));
    }

    #[test]
    fn what_sqs_would_refuse_is_hashed() {
        assert_eq!(sqs_id("main:payment_intent:pi_1".into()), "main:payment_intent:pi_1");
        for text in ["x".repeat(129), "a b".into(), "é".into()] {
            assert_eq!(sqs_id(text).len(), 64);
        }
    }
}
