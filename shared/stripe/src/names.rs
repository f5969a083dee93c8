//! What an event says that things are called, before Stripe is asked: so that an order's number leads to its story even
//! where Stripe or the shop cannot be reached.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::order_reference::{self, Source};
use crate::reference::{OnlyId, Reference, reference};
use crate::{Client, Settings};

/// Who sends these events.
const SOURCE: &str = "stripe";

/// The object of an event, as far as it names things: a charge, or a payment intent.
#[derive(Deserialize)]
struct Object {
    object: String,
    id: String,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<OnlyId>>,
    metadata: Option<BTreeMap<String, String>>,
    description: Option<String>,
}

/// The names in an event; none where it is not of Stripe's, or not about a payment.
pub(crate) fn of_event(client: &Client, source: &str, event: &Value) -> Vec<(&'static str, String)> {
    if source == SOURCE { of(client.settings(), event) } else { Vec::new() }
}

fn of(settings: &Settings, event: &Value) -> Vec<(&'static str, String)> {
    let object = event.pointer("/data/object").map(Object::deserialize);
    let Some(Ok(object)) = object else { return Vec::new() };
    let own = match object.object.as_str() {
        "charge" => "charge",
        "payment_intent" => "payment_intent",
        _ => return Vec::new(),
    };
    let said = [Source { metadata: object.metadata.as_ref(), description: object.description.as_deref() }];
    let orders = order_reference::of(settings, &said);
    let numbers = orders.into_iter().filter_map(|order| order.number);
    let intent = object.payment_intent.map(|intent| ("payment_intent", intent.id().to_owned()));
    let mut names: Vec<_> = numbers.map(|number| ("order_number", number.to_string())).collect();
    names.extend(intent);
    names.push((own, object.id));
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(object: &Value) -> Vec<(&'static str, String)> {
        let settings = Settings {
            pair: "main".parse().unwrap(),
            account: "acct_1Main".parse().unwrap(),
            api_version: "2026-10-28.endive".to_owned(),
            livemode: false,
            order_keys: vec!["shop_order".to_owned()],
            timeout: jiff::SignedDuration::from_secs(20),
        };
        of(&settings, &json!({ "data": { "object": object } }))
    }

    #[test]
    fn a_charge_names_itself_its_payment_and_its_orders() {
        let charge = |more: Value| {
            let mut charge = json!({ "object": "charge", "id": "ch_1", "payment_intent": "pi_1" });
            charge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            names(&charge)
        };
        let its = |numbers: &[&str]| {
            let mut names: Vec<_> =
                numbers.iter().map(|number| ("order_number", (*number).to_owned())).collect();
            names.extend([("payment_intent", "pi_1".to_owned()), ("charge", "ch_1".to_owned())]);
            names
        };
        assert_eq!(charge(json!({})), its(&[]));
        assert_eq!(charge(json!({ "metadata": { "Order #": "000000042" } })), its(&["000000042"]));
        assert_eq!(charge(json!({ "metadata": { "shop_order": "#7" }, "description": null })), its(&["7"]));
        assert_eq!(charge(json!({ "description": "Orders #1, #2 by Ann" })), its(&["1", "2"]));
        assert_eq!(
            charge(json!({ "payment_intent": { "id": "pi_1", "object": "payment_intent" } })),
            its(&[])
        );
        assert_eq!(
            charge(json!({ "metadata": { "tb_pair": "other", "Order #": "1" } })),
            its(&[]),
            "another pair's number is another order"
        );
    }

    #[test]
    fn what_names_no_payment_names_nothing() {
        for object in
            [json!({}), json!(null), json!({ "object": "payout", "id": "po_1" }), json!({ "id": 7 })]
        {
            assert_eq!(names(&object), [], "{object}");
        }
        assert_eq!(
            names(&json!({ "object": "payment_intent", "id": "pi_1" })),
            [("payment_intent", "pi_1".to_owned())]
        );
    }
}
