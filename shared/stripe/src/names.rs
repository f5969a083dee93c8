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

/// The object of an event, as far as it names things: a charge, a payment intent, a refund, or a dispute.
#[derive(Deserialize)]
struct Object {
    object: String,
    id: String,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<OnlyId>>,
    /// Of a refund or a dispute.
    #[serde(default, deserialize_with = "reference")]
    charge: Option<Reference<OnlyId>>,
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
        "refund" => "refund",
        "dispute" => "dispute",
        _ => return Vec::new(),
    };
    let said = [Source { metadata: object.metadata.as_ref(), description: object.description.as_deref() }];
    let orders = order_reference::of(settings, &said);
    let numbers = orders.into_iter().filter_map(|order| order.number);
    let intent = object.payment_intent.map(|intent| ("payment_intent", intent.id().to_owned()));
    let charge = object.charge.map(|charge| ("charge", charge.id().to_owned()));
    let mut names: Vec<_> = numbers.map(|number| ("order_number", number.to_string())).collect();
    names.extend(intent);
    names.extend(charge);
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
    fn a_refund_and_a_dispute_name_themselves_and_their_payment() {
        for (kind, id) in [("refund", "re_1"), ("refund", "pyr_1"), ("dispute", "du_1")] {
            let its = [("payment_intent", "pi_1"), ("charge", "ch_1"), (kind, id)];
            let its = its.map(|(kind, id)| (kind, id.to_owned()));
            let whole = |kind: &str, id: &str| json!({ "id": id, "object": kind });
            for (intent, charge) in
                [(json!("pi_1"), json!("ch_1")), (whole("payment_intent", "pi_1"), whole("charge", "ch_1"))]
            {
                let object = json!({ "object": kind, "id": id, "payment_intent": intent, "charge": charge, "metadata": {} });
                assert_eq!(names(&object), its, "{object}");
            }
            let alone = json!({ "object": kind, "id": id, "payment_intent": null, "charge": null });
            assert_eq!(names(&alone), [(kind, id.to_owned())], "{alone}");
            let by_hand =
                json!({ "object": kind, "id": id, "charge": "ch_1", "metadata": { "shop_order": "#42" } });
            let number = ("order_number", "42".to_owned());
            assert_eq!(names(&by_hand), [number, its[1].clone(), its[2].clone()], "{by_hand}");
        }
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
