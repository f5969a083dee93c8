//! `stripe.attempt.read`: the charge that failed, its intent as it is now, what may follow.

use flow::Class;
use serde_json::{Value, json};

use super::{World, id};

const READ: &str = "stripe.attempt.read";

async fn read(world: &World, charge: &str) -> Value {
    world.run(READ, json!({ "charge": charge })).await.unwrap()
}

/// What decides, of an output.
fn decisive(output: &Value) -> (&str, bool, bool, u64) {
    let text = output["standing"].as_str().unwrap();
    let (can, latest) = (output["can_still_succeed"].as_bool().unwrap(), output["latest"].as_bool().unwrap());
    (text, can, latest, output["failed"].as_u64().unwrap())
}

#[tokio::test]
async fn attempts_are_counted_by_their_charges_and_the_latest_is_known() {
    let world = World::new().await;
    let intent = world.opened();
    let first = world.declined(&intent, "insufficient_funds");
    let output = read(&world, &first).await;
    assert_eq!(decisive(&output), ("open", true, true, 1));
    assert_eq!((&output["code"], &output["advice"]), (&json!("insufficient_funds"), &json!("try_again")));
    assert_eq!((&output["may_reattempt"], &output["methods"]), (&json!(false), &json!([])));
    let payment = &output["payment"];
    assert_eq!(
        (&payment["charge"], &payment["intent"], &payment["status"], &payment["captured"]),
        (&json!(first), &json!(intent), &json!("failed"), &json!(false))
    );
    assert_eq!(payment["orders"], json!([{ "found_in": "Order #", "number": "000000042" }]));
    assert_eq!(world.asked(), [format!("GET /v1/charges/{first}"), "GET /v1/charges".to_owned()]);

    let second = world.declined(&intent, "expired_card");
    assert_eq!(decisive(&read(&world, &first).await), ("open", true, false, 2));
    let output = read(&world, &second).await;
    assert_eq!(decisive(&output), ("open", true, true, 2));
    assert_eq!((&output["code"], &output["advice"]), (&json!("expired_card"), &json!("other_card")));
    // The first is read as what it was, though the intent tells of the second by now.
    assert_eq!(read(&world, &first).await["code"], "insufficient_funds");

    let paid = world.tried(&intent, &json!("succeeded"));
    assert_eq!(decisive(&read(&world, &second).await), ("paid", false, false, 2));
    assert_eq!(read(&world, &paid).await["payment"]["status"], "succeeded");
}

#[tokio::test]
async fn an_event_of_the_intent_leads_to_the_same_attempt() {
    let world = World::new().await;
    let intent = world.opened();
    let charge = world.declined(&intent, "do_not_honor");
    let by_charge = read(&world, &charge).await;
    assert_eq!(by_charge["advice"], "contact_bank");
    assert_eq!(world.run(READ, json!({ "charge": null, "intent": intent })).await.unwrap(), by_charge);
    let nothing = world.run(READ, json!({})).await.unwrap_err();
    assert_eq!((nothing.class, nothing.code.as_str()), (Class::Validation, "unknown_value"));
}

#[tokio::test]
async fn what_failed_before_a_bank_was_asked_has_no_charge() {
    let world = World::new().await;
    let intent = world.opened();
    world.tried(&intent, &json!("requires_action"));
    let output = world.run(READ, json!({ "intent": intent })).await.unwrap();
    assert_eq!(decisive(&output), ("open", true, true, 0));
    assert!(output.get("payment").is_none());
    assert_eq!(output["code"], "unknown");
}

#[tokio::test]
async fn where_the_payment_stands_is_told_of_every_end() {
    let world = World::new().await;
    let under_way = world.opened();
    let charge = world.declined(&under_way, "generic_decline");
    world.play(
        &json!({ "move": "attempt", "intent": under_way, "outcome": "processing", "method": "sepa_debit" }),
    );
    assert_eq!(decisive(&read(&world, &charge).await), ("under_way", true, false, 1));

    let ended = world.opened();
    let charge = world.declined(&ended, "generic_decline");
    world.play(&json!({ "move": "cancel_intent", "intent": ended }));
    assert_eq!(decisive(&read(&world, &charge).await), ("ended", false, true, 1));

    // The money was there, and the bank took it back: the intent stays as it is.
    let debit = json!({ "move": "intent", "amount": 5000, "currency": "eur", "method": "sepa_debit" });
    let intent = id(&world.play(&debit));
    let charge = world.tried(&intent, &json!("processing"));
    world.play(&json!({ "move": "charge_ends", "charge": charge, "to": "succeeded" }));
    world.play(&json!({ "move": "bounce", "charge": charge, "failure_code": "debit_disputed" }));
    let output = read(&world, &charge).await;
    assert_eq!(decisive(&output), ("returned", false, true, 1));
    assert_eq!(output["code"], "debit_disputed");

    // A charge of the time before intents.
    let old = json!({ "id": "ch_old", "object": "charge", "amount": 100, "status": "failed", "paid": false,
        "captured": false, "failure_code": "expired_card", "outcome": null });
    world.sandbox.put_stripe(&old).unwrap();
    let output = read(&world, "ch_old").await;
    assert_eq!(decisive(&output), ("ended", false, true, 1));
    assert_eq!(output["advice"], "other_card");
}

#[tokio::test]
async fn fraud_is_read_and_advised_like_a_decline_without_a_reason() {
    let world = World::new().await;
    world.saved("1111", "");
    let advised = |output: &Value| output["advice"].clone();
    let intent = world.opened();
    let generic = advised(&read(&world, &world.declined(&intent, "generic_decline")).await);
    for code in
        ["fraudulent", "stolen_card", "lost_card", "pickup_card", "merchant_blacklist", "highest_risk_level"]
    {
        let intent = world.opened();
        let charge = world.declined(&intent, code);
        let input = json!({ "charge": charge, "reattempt": "saved_method" });
        let output = world.run(READ, input).await.unwrap();
        assert_eq!((advised(&output), &output["code"]), (generic.clone(), &json!(code)));
        // Nor is another of their cards charged.
        assert_eq!((&output["may_reattempt"], &output["methods"]), (&json!(false), &json!([])), "{code}");
    }
}

#[tokio::test]
async fn saved_methods_are_those_that_the_intent_takes_but_for_the_one_that_failed() {
    let world = World::new().await;
    let input = |charge: &str| json!({ "charge": charge, "reattempt": "saved_method" });
    let intent = world.opened();
    let nobody = world.declined(&intent, "insufficient_funds");
    let output = world.run(READ, input(&nobody)).await.unwrap();
    assert_eq!((&output["may_reattempt"], &output["methods"]), (&json!(false), &json!([])), "none is saved");

    // The card that was typed in, saved as well, is the same card.
    world.saved("4242", "");
    let (first, second) = (world.saved("1111", ""), world.saved("0341", "insufficient_funds"));
    world.play(&json!({ "move": "payment_method", "customer": "cus_ada", "method": "sepa_debit" }));
    world.play(&json!({ "move": "payment_method", "customer": "cus_bob", "last4": "2222" }));
    let output = world.run(READ, input(&nobody)).await.unwrap();
    assert_eq!(output["may_reattempt"], true);
    let card = |id: &str, last4: &str| json!({ "id": id, "method": "card", "brand": "visa", "last4": last4 });
    assert_eq!(output["methods"], json!([card(&second, "0341"), card(&first, "1111")]));
    world.asked();
    assert_eq!(read(&world, &nobody).await["methods"], json!([]), "only where one may be tried");
    assert!(world.asked().iter().all(|asked| !asked.contains("payment_methods")));

    // A newer attempt decides what follows.
    world.declined(&intent, "do_not_honor");
    let output = world.run(READ, input(&nobody)).await.unwrap();
    assert_eq!((&output["may_reattempt"], &output["methods"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn what_is_not_known_is_for_a_person() {
    let world = World::new().await;
    let fault = world.run(READ, json!({ "charge": "ch_nobody" })).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::NotFound, "charge_unknown"));
    let intent = world.opened();
    let charge = world.declined(&intent, "insufficient_funds");
    let odd = json!({ "id": intent, "object": "payment_intent", "status": "requires_luck", "latest_charge": charge });
    world.sandbox.put_stripe(&odd).unwrap();
    let fault = world.run(READ, json!({ "charge": charge })).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unknown_value"));
    assert!(fault.message.contains("requires_luck"), "{}", fault.message);
    world.plan("error=503", "GET", "/v1/charges");
    let fault = world.run(READ, json!({ "charge": charge })).await.unwrap_err();
    assert_eq!(fault.class, Class::Transient);
}
