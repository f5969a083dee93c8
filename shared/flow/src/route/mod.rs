//! The routing table: which flows want which event, what the event is about, and the deliveries that follow. Whoever
//! brings an event in (a webhook, the sweep) goes through it, so that both make the same execution of it.

mod pick;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use canonical::{EventId, PairId};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::sqs_id;
use crate::plan::Trigger;
use crate::{Delivery, FlowName};
use pick::Wanted;
pub(crate) use text::sqs_text;

/// Largest event that travels whole: with its attributes it fits an SQS message (1 MiB).
pub const BODY_BYTES_MAX: usize = 900 * 1024;
/// Largest message body after escaping.
const MESSAGE_BYTES_MAX: usize = 1_000 * 1024;
/// Longest `<kind>:<id>` that travels as it is, in bytes.
const ENTITY_BYTES_MAX: usize = 300;
/// What a stub keeps of an event besides what it is about: what flows may ask of any event.
const STUB_POINTERS: [&str; 8] = [
    "/id",
    "/object",
    "/type",
    "/created",
    "/livemode",
    "/account",
    "/data/object/id",
    "/data/object/object",
];

/// Who wants what, by source and event type. Built once, at start.
#[derive(Clone, Debug, Default)]
pub struct Routes(BTreeMap<String, BTreeMap<String, Route>>);

/// The flows that want one type of event.
#[derive(Clone, Debug, Default)]
pub struct Route {
    flows: Vec<(FlowName, Trigger)>,
    /// The parts of the event that the triggers' pointers lead to.
    wanted: Wanted,
}

/// An event that was found genuine, on its way to the flows that want it.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The pair.
    pub pair: &'a PairId,
    /// Who made it, as triggers name it.
    pub source: &'a str,
    /// The event.
    pub event: &'a EventId,
    /// Its type.
    pub event_type: &'a str,
    /// When it came to us.
    pub received_at: Timestamp,
    /// One id from here to the last step.
    pub trace_id: &'a str,
    /// The event as it came: JSON.
    pub body: &'a str,
}

/// An event that fits no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of {bytes} bytes fits no message")]
pub struct TooLarge {
    /// Its size.
    pub bytes: usize,
}

impl Routes {
    /// A table of these flows, for events of these sources.
    #[must_use]
    pub fn new(flows: impl IntoIterator<Item = (FlowName, Vec<Trigger>)>, sources: &[&str]) -> Self {
        let mut routes = Self::default();
        for (flow, triggers) in flows {
            for trigger in triggers.into_iter().filter(|trigger| sources.contains(&trigger.source.as_str())) {
                let types = routes.0.entry(trigger.source.clone()).or_default();
                let route = types.entry(trigger.event.clone()).or_default();
                trigger.entity.iter().for_each(|pointer| route.wanted.add_entity(pointer));
                route.flows.push((flow.clone(), trigger));
            }
        }
        routes
    }

    /// Who wants an event.
    #[must_use]
    pub fn find(&self, source: &str, event_type: &str) -> Option<&Route> {
        self.0.get(source)?.get(event_type)
    }

    /// The types of a source's events that some flow wants, in the order of the alphabet.
    pub fn event_types<'a>(&'a self, source: &str) -> impl Iterator<Item = &'a str> {
        self.0.get(source).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// Every flow that some event starts, once.
    #[must_use]
    pub fn flows(&self) -> BTreeSet<&FlowName> {
        let routes = self.0.values().flat_map(BTreeMap::values);
        routes.flat_map(Route::flows).collect()
    }
}

impl Route {
    /// The flows that want it.
    pub fn flows(&self) -> impl Iterator<Item = &FlowName> {
        self.flows.iter().map(|(flow, _)| flow)
    }

    /// A delivery of the event for each flow that wants it.
    ///
    /// # Errors
    /// It fits no message.
    pub fn deliveries(&self, received: Received<'_>) -> Result<Vec<(FlowName, Delivery)>, TooLarge> {
        let body = sqs_text(received.body);
        if received.body.len() > BODY_BYTES_MAX || body.len() > MESSAGE_BYTES_MAX {
            return Err(TooLarge { bytes: received.body.len() });
        }
        // What cannot be picked (nested too deep, no JSON) is about the event itself.
        let picked = self.wanted.read(received.body).unwrap_or_default();
        let delivery = |(flow, trigger): &(FlowName, Trigger)| {
            let entity = trigger.entity_of(&picked).unwrap_or_else(|| format!("event:{}", received.event));
            let delivery = Delivery {
                pair: received.pair.clone(),
                source: received.source.to_owned(),
                event: received.event.clone(),
                event_type: received.event_type.to_owned(),
                entity: attribute(entity),
                received_at: received.received_at,
                trace_id: received.trace_id.to_owned(),
                replay: None,
                park: None,
                receive_count: 0,
                body: body.clone().into_owned(),
            };
            (flow.clone(), delivery)
        };
        Ok(self.flows.iter().map(delivery).collect())
    }

    /// An event that is too large, without what makes it so: which it is, what it is about, and that the rest is missing.
    /// A flow reads again what it acts on, so that it does not miss it.
    #[must_use]
    pub fn stub(&self, body: &str) -> String {
        let mut wanted = self.wanted.clone();
        STUB_POINTERS.into_iter().for_each(|pointer| wanted.add(pointer));
        let mut stub = wanted.read(body).unwrap_or_default();
        if let Value::Object(members) = &mut stub {
            members.insert("tillbridge".to_owned(), json!({ "stub_of_bytes": body.len() }));
        }
        stub.to_string()
    }
}

/// An entity as a message attribute and in logs: an id with anything in it but letters, digits and signs becomes its
/// SHA-256.
fn attribute(entity: String) -> String {
    let is_plain = entity.len() <= ENTITY_BYTES_MAX && entity.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain { entity } else { sqs_id(format!("\u{1}{entity}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let trigger = |event: &str| Trigger {
            source: "stripe".into(),
            event: event.into(),
            entity: vec!["/data/object/payment_intent".into(), "/data/object/id".into()],
        };
        let ours = Trigger { source: "tillbridge".into(), ..trigger("order.paid") };
        let flows = [
            ("one", vec![trigger("charge.succeeded"), trigger("charge.captured"), ours.clone()]),
            ("two", vec![trigger("charge.succeeded")]),
            ("three", vec![ours]),
        ];
        let named = flows.map(|(name, triggers)| (name.parse().unwrap(), triggers));
        Routes::new(named, &["stripe", "wms"])
    }

    fn received<'a>(pair: &'a PairId, event: &'a EventId, body: &'a str) -> Received<'a> {
        Received {
            pair,
            source: "stripe",
            event,
            event_type: "charge.succeeded",
            received_at: Timestamp::UNIX_EPOCH,
            trace_id: "t",
            body,
        }
    }

    #[test]
    fn only_sources_that_were_asked_for_are_in_the_table() {
        let routes = routes();
        assert_eq!(routes.flows().into_iter().map(FlowName::as_str).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(routes.event_types("stripe").collect::<Vec<_>>(), ["charge.captured", "charge.succeeded"]);
        assert!(routes.find("tillbridge", "order.paid").is_none() && routes.find("wms", "x").is_none());
    }

    #[test]
    fn a_stub_says_which_event_it_is_and_what_it_is_about() {
        let (routes, pair, event) = (routes(), "main".parse().unwrap(), "evt_1".parse().unwrap());
        let route = routes.find("stripe", "charge.succeeded").unwrap();
        let body = json!({
            "id": "evt_1", "object": "event", "type": "charge.succeeded", "created": 7, "livemode": false,
            "data": { "object": {
                "id": "ch_1", "object": "charge", "payment_intent": { "id": "pi_1", "object": "payment_intent", "x": "y" },
                "description": "x".repeat(BODY_BYTES_MAX),
            }},
        })
        .to_string();
        assert_eq!(
            route.deliveries(received(&pair, &event, &body)),
            Err(TooLarge { bytes: body.len() }),
            "whole it does not fit"
        );
        let stub = route.stub(&body);
        let expected = json!({
            "id": "evt_1", "object": "event", "type": "charge.succeeded", "created": 7, "livemode": false,
            "data": { "object": {
                "id": "ch_1", "object": "charge", "payment_intent": { "id": "pi_1", "object": "payment_intent" },
            }},
            "tillbridge": { "stub_of_bytes": body.len() },
        });
        assert_eq!(serde_json::from_str::<Value>(&stub).unwrap(), expected);
        let deliveries = route.deliveries(received(&pair, &event, &stub)).unwrap();
        let about: Vec<_> = deliveries.iter().map(|(flow, it)| (flow.as_str(), it.entity.as_str())).collect();
        assert_eq!(about, [("one", "payment_intent:pi_1"), ("two", "payment_intent:pi_1")]);
    }
}
