//! Canaries: what must not be seen anywhere is put where it could get out, and then everything that was written is searched.
//! `cargo xtask e2e` runs this after all other tests, so that it searches what all of them have left.

use std::path::Path;

use e2e::{Held, Order, Stack, stripe};
use serde_json::{Value, json};

use crate::setup::{CANARY_KEY, CANARY_SIGNING};

/// Where something was written: a name, and the text.
type Written = Vec<(String, String)>;

/// Every log: of the functions, of the local cloud, of the sandbox.
async fn logs(stack: &Stack) -> Written {
    let mut written = vec![("a function's log".to_owned(), stack.cloud.all_logs().await.unwrap().join("\n"))];
    for file in ["ministack.log", "sandbox.log"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/local").join(file);
        written.push((file.to_owned(), std::fs::read_to_string(path).unwrap()));
    }
    written
}

/// Every item of the table, each a line.
async fn table(stack: &Stack) -> Written {
    let items = stack.table.all().await.unwrap();
    items
        .into_iter()
        .map(|item| {
            let name = format!("item {} {}", item["pk"], item["sk"]);
            (name, Value::Object(item).to_string())
        })
        .collect()
}

/// Every message that waits on a queue or is a letter.
async fn messages(stack: &Stack) -> Written {
    let mut written = Vec::new();
    for url in stack.state.queue_urls.values().chain([&stack.state.dead_letter_queue_url]) {
        let found = stack.queues.peek(url).await.unwrap();
        written.extend(found.into_iter().map(|message| (url.clone(), format!("{message:?}"))));
    }
    written
}

/// What the four systems were sent: address, headers and body.
async fn requests(stack: &Stack) -> Written {
    let requests = stack.sandbox.requests(0).await.unwrap();
    let named = |request: Value| {
        let name = format!("{} {} {}", request["system"], request["method"], request["path"]);
        (name, request.to_string())
    };
    requests.into_iter().map(named).collect()
}

/// Where one of the canaries is.
fn found(written: &Written, canaries: &[String]) -> Vec<String> {
    let seen = written.iter().flat_map(|(place, text)| {
        let inside = canaries.iter().filter(|canary| text.contains(canary.as_str()));
        inside.map(move |canary| format!("{canary} is in {place}"))
    });
    let mut seen: Vec<String> = seen.collect();
    seen.dedup();
    seen
}

/// Every text in a JSON document.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn no_secret_is_written_anywhere() {
    let stack = Stack::shared().await.unwrap();
    let mut secrets: Vec<String> =
        [CANARY_KEY, CANARY_SIGNING[0], CANARY_SIGNING[1]].map(str::to_owned).into();
    stack.secrets.values().for_each(|secret| texts(secret, &mut secrets));
    assert!(secrets.len() >= 12, "{secrets:?}");

    // What is said of events that were sent with good and with bad signatures, and of an order that goes all the way.
    let order = stack.order("simple").await.unwrap();
    let body = order.body();
    let forged = stripe("whsec_forged", body.as_bytes()).unwrap();
    let refused = stack.send_signed("main", &forged, body.as_bytes()).await.unwrap();
    stack.run(&order).await.unwrap();
    let said = stack.tillbridge(&["trace", &order.number]).await.unwrap();
    let checked = stack.tillbridge(&["check"]).await.unwrap();
    let mut written = vec![
        ("ingest's answer".to_owned(), refused.body),
        ("tillbridge trace".to_owned(), said.out + &said.err),
        ("tillbridge check".to_owned(), checked.out + &checked.err),
    ];
    written.extend(logs(&stack).await);
    written.extend(table(&stack).await);
    written.extend(messages(&stack).await);
    assert!(written.iter().any(|(_, text)| text.contains(order.event_id())), "the search sees nothing");
    assert_eq!(found(&written, &secrets), Vec::<String>::new());
}

/// Numbers that have the form of a card's, one for each place and run, so that a leak says where it comes from: as they are
/// written there, and as digits alone.
struct Cards {
    run: u64,
    written: Vec<String>,
}

impl Cards {
    /// The next number, as people write one.
    fn next(&mut self, separator: &str) -> String {
        let head = format!("40{:08}{:05}", self.run % 100_000_000, self.written.len());
        let digits = format!("{head}{}", check_digit(&head));
        let groups: Vec<&str> = (0..4).map(|at| &digits[at * 4..at * 4 + 4]).collect();
        let number = groups.join(separator);
        self.written.extend([number.clone(), digits]);
        number
    }
}

/// The last digit of a card's number (ISO/IEC 7812-1, annex B).
fn check_digit(head: &str) -> u32 {
    let sum: u32 = head
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A customer. The ERP and the warehouse must know them; no log and no error may.
const PERSON: [&str; 4] =
    ["Quastenflosse", "zebulon@quastenflosse.example", "Kiemenweg 17", "+49 30 5550917"];

/// A paid order with a card's number wherever a person can write one.
async fn order_full_of_cards(stack: &Stack, kind: &str, cards: &mut Cards) -> Order {
    let made = stack.order_with(&json!({ "kind": kind, "without_order": true })).await.unwrap();
    let mut order = made.order.clone();
    order["customer_firstname"] = json!(format!("Ada {}", cards.next("")));
    order["customer_lastname"] = json!(PERSON[0]);
    order["customer_email"] = json!(PERSON[1]);
    order["customer_note"] = json!(format!("please charge {}", cards.next(" ")));
    order["items"][0]["name"] = json!(format!("Desk lamp for {}", cards.next("-")));
    order["payment"]["additional_information"] = json!([cards.next(" ")]);
    order["status_histories"] =
        json!([{ "comment": format!("card {}", cards.next("")), "entity_name": "order" }]);
    let address = json!({ "street": [PERSON[2], format!("c/o {}", cards.next(" ")), cards.next("")],
        "company": format!("{} Ltd", cards.next("")), "lastname": format!("{} {}", PERSON[0], cards.next(" ")),
        "city": cards.next("-"), "region": cards.next(""), "region_code": cards.next(" "), "postcode": cards.next(""),
        "vat_id": cards.next(""), "email": PERSON[1], "telephone": PERSON[3] });
    for place in ["/billing_address", "/extension_attributes/shipping_assignments/0/shipping/address"] {
        let fields = order.pointer_mut(place).unwrap().as_object_mut().unwrap();
        fields.extend(address.as_object().unwrap().clone());
    }
    order["customer_taxvat"] = json!(cards.next(" "));
    order["billing_address"]["telephone"] = json!(cards.next(" "));
    let put = stack.sandbox.post("/admin/orders", &order).await.unwrap();

    let seeded = &made.event["data"]["object"];
    let name = format!("{} {}", PERSON[0], cards.next(" "));
    let charge = json!({
        "amount": seeded["amount"], "currency": seeded["currency"], "settlement_currency": "usd", "name": name, "email": PERSON[1],
        "description": format!("Order #{} by {}", made.number, cards.next("")),
        "metadata": { "Order #": made.number, "note": format!("card {}", cards.next(" ")) },
        "charge": { "statement_descriptor_suffix": cards.next(""),
            "shipping": { "name": cards.next("-"), "address": { "line1": cards.next("") } } },
    });
    let charged = stack.sandbox.post("/admin/charges", &charge).await.unwrap();
    let text = |name: &str| charged[name].as_str().map(str::to_owned);
    let mut event = charged["event"].clone();
    event["data"]["object"]["outcome"]["seller_message"] = json!(format!("paid by {}", cards.next("")));
    Order {
        id: put["entity_id"].as_u64(),
        charge: text("charge").unwrap(),
        intent: text("payment_intent"),
        event,
        order,
        ..made
    }
}

#[tokio::test]
async fn no_card_number_is_logged_or_sent_on_and_no_person_logged() {
    let stack = Stack::shared().await.unwrap();
    let mut cards = Cards { run: e2e::now_s().unwrap(), written: Vec::new() };
    let good = order_full_of_cards(&stack, "simple", &mut cards).await;
    let bad = order_full_of_cards(&stack, "refused_sku", &mut cards).await;
    let done = stack.run(&good).await.unwrap();
    let parked = stack.run(&bad).await.unwrap();
    // Nothing is refused for holding such a number, and the event is kept as it came.
    assert_eq!((done.status(), parked.reason()), ("done", "sku_refused"), "{done:?} {parked:?}");
    assert_eq!(done.event(), good.body());
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &good);
    assert_eq!((held.sales_orders.len(), held.fulfilments.len()), (1, 1));
    // An event that cannot be read, with a number in the middle.
    let broken = format!("{{\"id\":\"evt_1\",\"type\":\"{}\"", cards.next(""));
    let refused = stack.send_stripe("main", &broken).await.unwrap();

    let mut written = vec![("ingest's answer".to_owned(), refused.body)];
    for order in [&good, &bad] {
        let said = stack.tillbridge(&["trace", &order.charge]).await.unwrap();
        written.push(("tillbridge trace".to_owned(), said.out + &said.err));
    }
    for execution in [&done, &parked] {
        written.push(("the head row".to_owned(), Value::Object(execution.head.clone()).to_string()));
    }
    written.extend(logs(&stack).await);
    assert_eq!(found(&written, &PERSON.map(str::to_owned)), Vec::<String>::new());
    let requests = requests(&stack).await;
    assert_ne!(found(&requests, &PERSON.map(str::to_owned)), Vec::<String>::new(), "the search sees nothing");
    written.extend(requests);
    assert_eq!(found(&written, &cards.written), Vec::<String>::new());
}
