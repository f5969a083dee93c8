//! Reads the few values of an event that pointers lead to, and passes over the rest without building it: an event of
//! 100 KB costs one walk over its bytes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The parts of a document that are wanted, as a tree of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    children: BTreeMap<String, Wanted>,
}

impl Wanted {
    /// Wants what [`crate::plan::Trigger::entity_of`] looks at for this JSON pointer: the value; its `id` and `object`
    /// where it is an object; the `object` beside it, which names its kind.
    pub(crate) fn add_entity(&mut self, pointer: &str) {
        let mut path: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
        for name in ["id", "object"] {
            self.add_path(path.iter().cloned().chain([name.to_owned()]));
        }
        if path.pop().is_some() {
            self.add_path(path.into_iter().chain(["object".to_owned()]));
        }
    }

    /// Wants the value at this JSON pointer, where it is a scalar.
    pub(crate) fn add(&mut self, pointer: &str) {
        self.add_path(pointer.split('/').skip(1).map(unescaped));
    }

    fn add_path(&mut self, path: impl IntoIterator<Item = String>) {
        let mut node = self;
        for name in path {
            node = node.children.entry(name).or_default();
        }
    }

    /// The document with only the wanted parts: scalars at the end of a path, and what leads to them.
    pub(crate) fn read(&self, text: &str) -> Result<Value, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }
}

/// `~1` is `/`, `~0` is `~` (RFC 6901).
fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

impl<'de> DeserializeSeed<'de> for &Wanted {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Wanted {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut picked = Map::new();
        while let Some(name) = map.next_key_seed(Name(&self.children))? {
            match name {
                Some((name, wanted)) => {
                    let value = map.next_value_seed(wanted)?;
                    picked.insert(name.clone(), value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(picked))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut picked = Vec::new();
        // Pointers count from 0; elements before a wanted one keep their place as nulls.
        let wanted_until = self.children.keys().filter_map(|name| name.parse::<usize>().ok()).max();
        while wanted_until.is_some_and(|last| picked.len() <= last.min(ELEMENTS_MAX)) {
            let element = match self.children.get(&picked.len().to_string()) {
                Some(wanted) => seq.next_element_seed(wanted)?,
                None => seq.next_element::<IgnoredAny>()?.map(|_| Value::Null),
            };
            match element {
                Some(element) => picked.push(element),
                None => return Ok(Value::Array(picked)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(picked))
    }
}

/// Elements of an array that pointers can reach.
const ELEMENTS_MAX: usize = 100;

/// A key, compared without being copied.
struct Name<'w>(&'w BTreeMap<String, Wanted>);

impl<'de, 'w> DeserializeSeed<'de> for Name<'w> {
    type Value = Option<(&'w String, &'w Wanted)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'w> Visitor<'_> for Name<'w> {
    type Value = Option<(&'w String, &'w Wanted)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.get_key_value(name))
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::Trigger;
    use proptest::prelude::*;

    use super::*;

    fn trigger(entity: &[&str]) -> (Trigger, Wanted) {
        let entity: Vec<String> = entity.iter().map(|pointer| (*pointer).to_owned()).collect();
        let mut wanted = Wanted::default();
        entity.iter().for_each(|pointer| wanted.add_entity(pointer));
        (Trigger { source: "stripe".into(), event: "e".into(), entity }, wanted)
    }

    #[test]
    fn only_the_wanted_parts_are_built() {
        let (_, wanted) = trigger(&["/data/object/payment_intent", "/data/object/id"]);
        let text = r#"{"id":"evt_1","data":{"object":{"id":"ch_1","object":"charge","big":[1,[2,{"id":3}]],
            "payment_intent":{"id":"pi_1","object":"payment_intent","charges":{"data":[{"id":"ch_1"}]}}}}}"#;
        let expected = serde_json::json!({"data": {"object": {"id": "ch_1", "object": "charge",
            "payment_intent": {"id": "pi_1", "object": "payment_intent"}}}});
        assert_eq!(wanted.read(text).unwrap(), expected);
    }

    #[test]
    fn places_in_arrays_and_escaped_names_are_found() {
        let (trigger, wanted) = trigger(&["/a~1b/1/c~0d"]);
        let text = r#"{"a/b":[{"c~d":"first"},{"c~d":"second"},{"c~d":"third"}]}"#;
        let full = serde_json::from_str(text).unwrap();
        assert_eq!(trigger.entity_of(&full).as_deref(), Some("c~0d:second"));
        assert_eq!(trigger.entity_of(&wanted.read(text).unwrap()), trigger.entity_of(&full));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("id|object|a|b|0", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_picked_event_is_about_the_same_as_the_whole(
            event in json(),
            pointers in proptest::collection::vec("(/(id|object|a|b|0|1)){1,4}", 1..4),
        ) {
            let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
            let (trigger, wanted) = trigger(&pointers);
            let picked = wanted.read(&event.to_string()).unwrap();
            prop_assert_eq!(trigger.entity_of(&picked), trigger.entity_of(&event));
        }
    }
}
