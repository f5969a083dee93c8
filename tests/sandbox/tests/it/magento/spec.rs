//! What the double answers is what Adobe's own description of the routes says (2.4.8), field by field: nothing that is
//! not described, nothing of another type, nothing required that is missing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use jsonschema::Validator;
use sandbox::{IdForm, Sandbox, Switches};
use serde_json::{Value, json};

use super::{call, search, shared, shop, shop_with};
use crate::client::admin;

/// Columns that a running Magento was seen to answer as null, whatever the description says.
const NULL: [(&str, &str); 7] = [
    ("order-payment", "account_status"),
    ("order-payment", "cc_last4"),
    ("creditmemo-item", "base_cost"),
    ("shipment-track", "description"),
    ("shipment-track", "qty"),
    ("shipment-track", "weight"),
    ("invoice", "total_qty"),
];

const KINDS: [&str; 10] = [
    "simple",
    "configurable",
    "bundle",
    "fixed_bundle",
    "virtual",
    "guest",
    "mixed",
    "jpy",
    "discounted_rows",
    "tax_included_discount",
];

/// The description.
struct Spec {
    paths: Value,
    definitions: Value,
    validators: RefCell<BTreeMap<String, Validator>>,
}

impl Spec {
    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let options = serde_saphyr::options! { budget: None };
        let mut whole: Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
        let mut definitions = whole["definitions"].take();
        for definition in definitions.as_object_mut().unwrap().values_mut() {
            if definition.get("properties").is_some() {
                definition["additionalProperties"] = json!(false);
            }
        }
        for (of, name) in NULL {
            let property = &mut definitions[format!("sales-data-{of}-interface")]["properties"][name];
            assert!(property.is_object(), "{of} has no {name}");
            *property = json!({"anyOf": [property.take(), {"type": "null"}]});
        }
        Self { paths: whole["paths"].take(), definitions, validators: RefCell::default() }
    }

    /// What an answer of a route breaks.
    fn breaks(&self, verb: &str, path: &str, answer: &Value) -> Vec<String> {
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(format!("{verb} {path}")).or_insert_with(|| {
            let schema = &self.paths[path][verb.to_lowercase()]["responses"]["200"]["schema"];
            assert!(schema.is_object(), "{verb} {path} is not described");
            let schema = json!({"allOf": [schema], "definitions": self.definitions});
            jsonschema::validator_for(&schema).unwrap()
        });
        validator.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// A sandbox whose answers are looked at.
struct Checked<'a> {
    spec: &'a Spec,
    sandbox: Sandbox,
}

impl Checked<'_> {
    /// Asks, and looks at the answer; ids stand in the described path in braces.
    async fn ask(&self, verb: &str, described: &str, path: &str, body: &Value) -> Value {
        let got = call(&self.sandbox, verb, path, body).await;
        assert_eq!(got.status, 200, "{verb} {path}: {}", got.text);
        let answer = got.json();
        let breaks = self.spec.breaks(verb, &format!("/V1/{described}"), &answer);
        assert!(breaks.is_empty(), "{verb} {path}:\n{}\n{answer:#}", breaks.join("\n"));
        answer
    }

    async fn get(&self, described: &str, path: &str) -> Value {
        self.ask("GET", described, path, &Value::Null).await
    }

    /// Every document of an order, alone and as a list.
    async fn look_at(&self, order: u64) {
        let of_order = search("order_id", &order.to_string());
        self.get("orders/{id}", &format!("orders/{order}")).await;
        self.get("orders", &format!("orders?{}", search("entity_id", &order.to_string()))).await;
        self.get("orders/items", &format!("orders/items?{of_order}")).await;
        self.get("orders/{id}/comments", &format!("orders/{order}/comments")).await;
        for (list, one) in
            [("invoices", "invoices"), ("shipments", "shipment"), ("creditmemos", "creditmemo")]
        {
            let page = self.get(list, &format!("{list}?{of_order}")).await;
            for document in page["items"].as_array().unwrap() {
                self.get(&format!("{one}/{{id}}"), &format!("{one}/{}", document["entity_id"])).await;
                let comments = format!("{one}/{}/comments", document["entity_id"]);
                self.get(&format!("{one}/{{id}}/comments"), &comments).await;
            }
        }
    }
}

#[tokio::test]
async fn documents_are_as_described() {
    let Some(folder) = shared("specs") else { return };
    let spec = Spec::read(&folder.join("magento-admin-2.4.8.yaml"));
    for kind in KINDS {
        // Described as numbers; 2.4.5 answers texts.
        let switches = Switches { bearer_allowed: true, ids: IdForm::Number, ..Switches::default() };
        let checked = Checked { spec: &spec, sandbox: shop_with(switches) };
        let seeded = admin(&checked.sandbox, "POST", "/admin/seed", &json!({"kind": kind})).await.json();
        let id = seeded["entity_id"].as_u64().unwrap();
        checked.look_at(id).await;
        let comment = json!({"comment": "note", "is_visible_on_front": 0});
        let tracks = json!([{"track_number": "1Z1", "title": "UPS", "carrier_code": "ups"}]);
        let history = json!({"comment": "c", "status": "pending", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": id});
        let mut steps = vec![
            ("orders/{id}/comments", format!("orders/{id}/comments"), json!({"statusHistory": history})),
            ("orders/{id}/hold", format!("orders/{id}/hold"), Value::Null),
            ("orders/{id}/unhold", format!("orders/{id}/unhold"), Value::Null),
            ("order/{orderId}/invoice", format!("order/{id}/invoice"), json!({"comment": comment})),
            (
                "invoices/",
                "invoices".to_owned(),
                json!({"entity": {"entity_id": 1, "order_id": id, "transaction_id": "pi_1"}}),
            ),
        ];
        if kind != "virtual" {
            steps.push((
                "order/{orderId}/ship",
                format!("order/{id}/ship"),
                json!({"tracks": tracks, "comment": comment}),
            ));
        }
        let fee = json!({"arguments": {"adjustment_negative": 1}, "comment": comment});
        steps.push(("order/{orderId}/refund", format!("order/{id}/refund"), fee));
        for (described, path, body) in steps {
            checked.ask("POST", described, &path, &body).await;
            checked.look_at(id).await;
        }
    }
}

#[tokio::test]
async fn what_is_no_document_is_as_described() {
    let Some(folder) = shared("specs") else { return };
    let spec = Spec::read(&folder.join("magento-admin-2.4.8.yaml"));
    let checked = Checked { spec: &spec, sandbox: shop() };
    let address = json!({
        "firstname": "Grace", "lastname": "Hopper", "street": ["1 Main St"], "city": "New York", "postcode": "10001",
        "country_id": "US", "telephone": "1", "default_billing": true, "default_shipping": true,
    });
    let customer = json!({"customer": {
        "email": "grace@example.com", "firstname": "Grace", "lastname": "Hopper", "addresses": [address],
    }});
    let made = checked.ask("POST", "customers", "customers", &customer).await;
    let path = format!("customers/{}", made["id"]);
    checked.ask("PUT", "customers/{customerId}", &path, &json!({"customer": made})).await;
    checked.get("customers/{customerId}", &path).await;
    checked
        .get("customers/search", &format!("customers/search?{}", search("email", "grace@example.com")))
        .await;
    let items =
        json!({"sourceItems": [{"sku": "LAMP", "source_code": "default", "quantity": 7.5, "status": 1}]});
    assert_eq!(call(&checked.sandbox, "POST", "inventory/source-items", &items).await.status, 200);
    checked.get("inventory/source-items", &format!("inventory/source-items?{}", search("sku", "LAMP"))).await;
    let salable = "inventory/get-product-salable-quantity/{sku}/{stockId}";
    checked.get(salable, "inventory/get-product-salable-quantity/LAMP/1").await;
    for path in [
        "store/websites",
        "store/storeGroups",
        "store/storeViews",
        "store/storeConfigs",
        "directory/currency",
        "modules",
    ] {
        checked.get(path, path).await;
    }
    checked.get("transactions", &format!("transactions?{}", search("order_id", "1"))).await;
}
