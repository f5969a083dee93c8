//! `tillbridge trace`: the whole story, asked for by any of its names.

use std::collections::BTreeSet;

use sandbox::System;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn the_story_of_an_order_is_told_by_every_name_that_it_has() {
    let world = World::new().await;
    let order = world.pay("simple").await;
    world.pay("guest").await;
    let intent = order.payment_intent.clone().unwrap();
    let event = order.event["id"].as_str().unwrap().to_owned();
    let entity_id = format!("order:{}", order.entity_id.unwrap());
    let names = [
        order.increment_id.as_str(),
        intent.as_str(),
        order.charge.as_str(),
        event.as_str(),
        entity_id.as_str(),
        "SO-000001",
        "INV-000001",
        "FUL-000001",
    ];
    let mut stories = Vec::new();
    for name in names {
        let said = world.run(&["trace", name]).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{name}: {said:?}");
        let shown = names.iter().map(|name| name.trim_start_matches("order:"));
        for words in shown.chain([
            "flow order-to-cash done after 1 attempt(s)",
            "magento.order.mark_paid",
            "trace trace-1",
        ]) {
            assert!(said.out.contains(words), "{name}: no `{words}` in\n{}", said.out);
        }
        stories.push(said.out);
    }
    assert!(stories.windows(2).all(|pair| pair[0] == pair[1]), "one story, whatever it is asked by");
    for personal in ["Lovelace", "ada@example.com", "St James"] {
        assert!(!stories[0].contains(personal), "{}", stories[0]);
    }
}

/// `42` is an order number: the order whose id in Magento is 42 is another one.
#[tokio::test]
async fn an_id_of_the_shop_is_no_order_number() {
    let world = World::new().await;
    let order = world.pay("refused_sku").await;
    let id = order.entity_id.unwrap().to_string();
    for words in [&["trace", &id][..], &["discard", &id, "--why", "support said so"]] {
        let said = world.run(words).await;
        assert!(said.code == 1 && said.err.contains("zeros and all"), "{words:?}: {said:?}");
    }
    let said = world.run(&["discard", &format!("order:{id}"), "--why", "booked by hand"]).await;
    assert!(said.code == 0 && said.out.contains(&order.payment_intent.unwrap()), "{said:?}");
    assert_eq!(
        world.run(&["trace", &order.increment_id]).await.code,
        0,
        "what was given up is no problem any more"
    );
}

#[tokio::test]
async fn as_json_it_names_steps_keys_and_times() {
    let world = World::new().await;
    let order = world.pay("simple").await;
    let said = world.run(&["trace", &order.increment_id, "--json"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let stories: Value = serde_json::from_str(&said.out).unwrap();
    let [story] = stories.as_array().unwrap().as_slice() else { panic!("{stories}") };
    assert_eq!(story["names"]["order_number"], json!(order.increment_id));
    assert_eq!(story["names"]["sales_order"], json!("SO-000001"));
    let [execution] = story["executions"].as_array().unwrap().as_slice() else { panic!("{story}") };
    assert_eq!(execution["execution"]["status"], json!("done"));
    let steps = execution["steps"].as_array().unwrap();
    let written: Vec<&Value> =
        steps.iter().filter(|step| !step["natural_key"].is_null()).map(|step| &step["step"]).collect();
    assert_eq!(written, ["paid", "sales_order", "invoice", "fulfilment", "tagged", "claimed", "receipt"]);
    assert!(steps.iter().all(|step| step["finished_at"].is_string()), "{steps:?}");
    assert!(!said.out.contains("Lovelace") && !said.out.contains("ada@example.com"));
}

#[tokio::test]
async fn what_is_parked_says_why_and_who_can_mend_it() {
    let world = World::new().await;
    let order = world.pay("refused_sku").await;
    let said = world.run(&["trace", &order.increment_id]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    for words in
        ["parked", "sku_refused at step sales_order", "REFUSED-BY-ERP", "mended by: merchant; parked 1 times"]
    {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
}

/// Where nothing but the event was read yet, its order is asked for most.
#[tokio::test]
async fn an_order_that_waits_for_a_system_is_found_by_its_number() {
    for (system, code) in [(System::Magento, "at step order"), (System::Stripe, "at step payment")] {
        let world = World::new().await;
        world.sandbox.set_down(system, true);
        let order = world.wait("simple").await;
        let said = world.run(&["trace", &order.increment_id]).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        for words in ["flow order-to-cash waiting after 1 attempt(s)", code, order.charge.as_str(), "  … "]
        {
            assert!(said.out.contains(words), "{system:?}: no `{words}` in\n{}", said.out);
        }
        let said = world.run(&["executions"]).await;
        assert!(said.out.contains(&format!("order {}", order.increment_id)), "{said:?}");
    }
}

#[tokio::test]
async fn columns_stand_below_each_other() {
    let world = World::new().await;
    let order = world.pay("simple").await;
    let said = world.run(&["trace", &order.increment_id]).await;
    let places: BTreeSet<_> = ["payment", "agree", "paid", "sales_order", "tagged"]
        .map(|step| {
            said.out
                .lines()
                .filter(|line| line.contains(" ms"))
                .find_map(|line| line.find(&format!("  {step} ")))
        })
        .into();
    assert_eq!(places.len(), 1, "{}", said.out);
}

#[tokio::test]
async fn what_nobody_knows_is_said_so() {
    let world = World::new().await;
    for (asked, advice) in
        [("000000042", "ask for"), ("pi_1", "ask for"), ("evt_1", "was it accepted?"), ("", "ask for")]
    {
        let said = world.run(&["trace", asked]).await;
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
        assert!(said.err.contains(&format!("`{asked}`")) && said.err.contains(advice), "{}", said.err);
    }
}
