//! References between objects: an id, nothing, or the object itself when it was expanded (or in old API versions).

use serde::{Deserialize, Deserializer};

/// What a field like `payment_intent` holds. Read with [`reference`], which makes `null` a `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference<T> {
    Id(String),
    Object(Box<T>),
}

/// For `#[serde(default, deserialize_with = "reference")]`: absent and `null` are `None`.
pub(crate) fn reference<'de, D, T>(deserializer: D) -> Result<Option<Reference<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Form<T>>::deserialize(deserializer)?.map(|form| match form {
        Form::Id(id) => Reference::Id(id),
        Form::Object(object) => Reference::Object(object),
    }))
}

#[derive(Deserialize)]
#[serde(untagged, bound = "T: Deserialize<'de>")]
enum Form<T> {
    Id(String),
    Object(Box<T>),
}

/// An expanded object of which only the id is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct OnlyId {
    pub(crate) id: String,
}

impl Reference<OnlyId> {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => &object.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "reference")]
        customer: Option<Reference<OnlyId>>,
    }

    #[test]
    fn three_forms_and_absence() {
        for (json, id) in [
            ("{}", None),
            (r#"{"customer":null}"#, None),
            (r#"{"customer":"cus_1"}"#, Some("cus_1")),
            (r#"{"customer":{"id":"cus_1","object":"customer","deleted":true}}"#, Some("cus_1")),
        ] {
            let holder: Holder = serde_json::from_str(json).unwrap();
            assert_eq!(holder.customer.as_ref().map(Reference::id), id, "{json}");
        }
        assert!(serde_json::from_str::<Holder>(r#"{"customer":7}"#).is_err());
    }
}
