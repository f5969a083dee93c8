//! Which events start a flow, and what they are about.

use serde_json::Value;

/// One kind of event that starts a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Who sends it: `stripe`, `wms`, `magento`, `tillbridge`.
    pub source: String,
    /// Its type, as the source names it.
    pub event: String,
    /// JSON pointers to what it is about: the first that is not null counts.
    pub entity: Vec<String>,
}

impl Trigger {
    /// `<kind>:<id>` of what an event is about: the queue's group. `None` where every pointer leads to nothing.
    ///
    /// The kind is what the object calls itself (`"object": "charge"`), else the last name of the pointer. A pointer
    /// to an object means its id.
    ///
    /// ```
    /// use flow::plan::Trigger;
    /// let trigger = Trigger {
    ///     source: "stripe".into(),
    ///     event: "charge.succeeded".into(),
    ///     entity: vec!["/data/object/payment_intent".into(), "/data/object/id".into()],
    /// };
    /// let old = serde_json::json!({"data": {"object": {"object": "charge", "id": "ch_1", "payment_intent": null}}});
    /// assert_eq!(trigger.entity_of(&old).as_deref(), Some("charge:ch_1"));
    /// let new = serde_json::json!({"data": {"object": {"id": "ch_1", "payment_intent": "pi_1"}}});
    /// assert_eq!(trigger.entity_of(&new).as_deref(), Some("payment_intent:pi_1"));
    /// ```
    #[must_use]
    pub fn entity_of(&self, event: &Value) -> Option<String> {
        self.entity.iter().find_map(|pointer| entity_at(event, pointer))
    }
}

fn entity_at(event: &Value, pointer: &str) -> Option<String> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let (kind, id) = match event.pointer(pointer)? {
        Value::Object(object) => {
            (object.get("object").and_then(Value::as_str).unwrap_or(name), object.get("id")?)
        }
        id if name == "id" => {
            let own = event.pointer(parent).and_then(|owner| owner.get("object")).and_then(Value::as_str);
            (own.or_else(|| parent.rsplit('/').next())?, id)
        }
        id => (name, id),
    };
    let id = match id {
        Value::String(id) if !id.is_empty() => id.clone(),
        Value::Number(id) if id.is_u64() => id.to_string(),
        _ => return None,
    };
    Some(format!("{kind}:{id}"))
}
