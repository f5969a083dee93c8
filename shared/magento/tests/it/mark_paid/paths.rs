//! The undisturbed ways: which calls are made, what they ask for, and that twice is once.

use sandbox::{IdForm, MagentoSettings, PastTheEnd, Switches};
use serde_json::{Value, json};

use super::{MARK_PAID, MARKER, assert_paid_once, input, order, pay, simple, simple_in, world_with};
use crate::door::Seen;
use crate::world::{Options, World, payment};

const READ: &str = "GET /rest/V1/orders/41";
const INVOICE: &str = "POST /rest/V1/order/41/invoice";
const RECORD: &str = "POST /rest/V1/invoices/";
const LIST: &str = "GET /rest/V1/invoices";
const COMMENT: &str = "POST /rest/V1/orders/41/comments";
const SAVE: &str = "POST /rest/V1/orders";

fn paid(state: &str, status: &str) -> Value {
    json!({ "outcome": "invoiced", "invoice": 1, "state": state, "status": status, "transaction_id": "pi_1" })
}

#[tokio::test]
async fn a_new_order_takes_four_calls() {
    let world = world_with(simple(), Options::default()).await;
    assert_eq!(pay(&world).await.unwrap(), paid("processing", "processing"));
    let seen = world.door.take();
    let calls: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert_eq!(calls, [READ, INVOICE, RECORD, READ]);
    assert_paid_once(&world);
    let body = |seen: &Seen| serde_json::from_str::<Value>(&seen.body).unwrap();
    assert_eq!(
        body(&seen[1]),
        json!({ "capture": false, "notify": false, "appendComment": false,
            "comment": { "comment": MARKER, "is_visible_on_front": 0 } })
    );
    assert_eq!(
        body(&seen[2]),
        json!({ "entity": { "entity_id": 1, "order_id": 41, "transaction_id": "pi_1" } })
    );
    assert!(seen[0].query.starts_with("fields=") && seen[3].query.starts_with("fields="));
    assert_eq!(world.invoices()[0]["comments"][0]["comment"], MARKER);
}

#[tokio::test]
async fn twice_is_once() {
    for order in [simple(), simple_in("pending_payment", "pending_payment")] {
        let world = world_with(order, Options::default()).await;
        let first = pay(&world).await.unwrap();
        let books = world.books();
        world.requests();
        assert_eq!(pay(&world).await.unwrap(), first);
        assert_eq!(world.requests(), [READ, LIST]);
        assert_eq!(world.find(MARK_PAID, input(41)).await.unwrap(), Some(first));
        assert_eq!(world.requests(), [READ, LIST]);
        assert_eq!(world.books(), books);
    }
}

#[tokio::test]
async fn every_call_says_which_fields_it_wants() {
    let mut options = Options::default();
    options.shop.switches.strict_comment_status = true;
    options.magento.allow_order_save = true;
    let world = world_with(simple_in("pending_payment", "pending_payment"), options).await;
    pay(&world).await.unwrap();
    pay(&world).await.unwrap();
    let seen = world.door.take();
    assert_eq!(seen.len(), 11);
    for seen in seen {
        // A bare number or word would come as `[]`.
        let is_bare = seen.path.ends_with("/invoice") || seen.path.ends_with("/comments");
        assert_eq!(seen.query.contains("fields="), !is_bare, "{} {}", seen.path, seen.query);
    }
}

#[tokio::test]
async fn an_order_that_waited_for_its_payment_ends_processing() {
    let world = world_with(simple_in("pending_payment", "pending_payment"), Options::default()).await;
    assert_eq!(pay(&world).await.unwrap(), paid("new", "processing"));
    assert_eq!(world.requests(), [READ, INVOICE, RECORD, READ, COMMENT, READ]);
    assert_paid_once(&world);
    let order = world.order(41);
    assert_eq!(
        (&order["status"], &order["status_histories"][0]["is_customer_notified"]),
        (&json!("processing"), &json!(0))
    );
    let comment = order["status_histories"][0]["comment"].as_str().unwrap();
    assert_eq!(comment, format!("Paid by ch_1 [{MARKER}]"));
}

#[tokio::test]
async fn where_a_comment_does_not_help_the_order_is_saved_if_the_pair_allows_it() {
    let mut options = Options::default();
    options.shop.switches.strict_comment_status = true;
    options.magento.allow_order_save = true;
    let world = world_with(simple_in("pending_payment", "pending_payment"), options).await;
    assert_eq!(pay(&world).await.unwrap(), paid("processing", "processing"));
    let seen = world.door.take();
    let calls: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert_eq!(calls, [READ, INVOICE, RECORD, READ, COMMENT, READ, READ, SAVE, READ]);
    // Every value as it was read: what is left out, Magento takes for nothing.
    assert_eq!(
        serde_json::from_str::<Value>(&seen[7].body).unwrap(),
        json!({ "entity": {
            "entity_id": 41, "increment_id": "000000041", "is_virtual": 0, "grand_total": 98.9, "base_grand_total": 98.9,
            "total_paid": 98.9, "base_total_paid": 98.9, "state": "processing", "status": "processing"
        }})
    );
    assert_paid_once(&world);
}

#[tokio::test]
async fn a_virtual_order_is_complete_at_once() {
    for (state, status) in [("new", "pending"), ("pending_payment", "pending_payment")] {
        let mut order = order("virtual");
        order["entity_id"] = json!(41);
        order["state"] = json!(state);
        order["status"] = json!(status);
        let world = world_with(order, Options::default()).await;
        let input = json!({ "order": 41, "payment": payment(7404, "USD", &json!([])) });
        assert_eq!(world.run(MARK_PAID, input).await.unwrap(), paid("complete", "complete"));
        assert_eq!(world.requests(), [READ, INVOICE, RECORD, READ]);
        assert_paid_once(&world);
    }
}

#[tokio::test]
async fn every_committed_order_is_paid_in_full() {
    for case in [
        "bundle-dynamic",
        "bundle-fixed",
        "configurable",
        "discount-before",
        "jpy",
        "kwd",
        "noise",
        "prices-include-tax",
        "two-taxes",
    ] {
        let order = order(case);
        let expected = format!("{}/tests/it/orders/{case}/expected.json", env!("CARGO_MANIFEST_DIR"));
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
        let total = &expected["grand_total"];
        let minor = total["minor"].as_str().unwrap().parse().unwrap();
        let payment = payment(minor, total["currency"].as_str().unwrap(), &json!([]));
        let world = World::new().await;
        let id = world.put(order);
        let output = world.run(MARK_PAID, json!({ "order": id, "payment": payment })).await.unwrap();
        assert_eq!(
            (&output["outcome"], &output["status"]),
            (&json!("invoiced"), &json!("processing")),
            "{case}"
        );
        assert_eq!(world.invoices().len(), 1, "{case}");
    }
}

/// Versions and configurations of the shop, beside the one that is installed.
fn shops() -> Vec<Switches> {
    let usual = Switches::default;
    vec![
        Switches { ids: IdForm::Number, ..usual() },
        Switches { amounts_as_text: true, ..usual() },
        Switches { float_noise: true, ..usual() },
        Switches { null_state: true, ..usual() },
        Switches { page_size_max: Some(20), ..usual() },
        Switches { past_the_end: PastTheEnd::LastPage, ..usual() },
        Switches { mail_works: false, ..usual() },
    ]
}

#[tokio::test]
async fn every_version_of_the_shop_is_understood() {
    for switches in shops() {
        for (before, after) in [("new", "processing"), ("pending_payment", "new")] {
            let shop = MagentoSettings { switches: switches.clone(), ..MagentoSettings::default() };
            let options = Options { shop, ..Options::default() };
            let world = world_with(simple_in(before, before), options).await;
            assert_eq!(pay(&world).await.unwrap(), paid(after, "processing"), "{switches:?}");
            assert_eq!(pay(&world).await.unwrap(), paid(after, "processing"), "{switches:?}");
            assert_eq!(world.invoices().len(), 1, "{switches:?}");
        }
    }
}

#[tokio::test]
async fn an_old_charge_without_an_intent_is_recorded_itself() {
    let world = world_with(simple(), Options::default()).await;
    let mut input = input(41);
    input["payment"].as_object_mut().unwrap().remove("intent");
    let output = world.run(MARK_PAID, input).await.unwrap();
    assert_eq!(output["transaction_id"], "ch_1");
    assert_eq!(world.invoices()[0]["transaction_id"], "ch_1");
}

#[tokio::test]
async fn a_status_of_the_shops_own_may_be_the_paid_one() {
    let mut options = Options::default();
    options.magento.paid_status = "paid_by_card".to_owned();
    let world = world_with(simple_in("pending_payment", "pending_payment"), options).await;
    assert_eq!(pay(&world).await.unwrap()["status"], "paid_by_card");
}

#[test]
fn the_key_is_the_charge() {
    let client = crate::world::client("http://127.0.0.1:9", &Options::default());
    let input = serde_json::from_value(input(41)).unwrap();
    assert_eq!(magento::order::mark_paid::key(&client, &input).unwrap().to_string(), MARKER);
}
