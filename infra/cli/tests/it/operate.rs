//! `tillbridge parked`, `correct`, `replay`, `discard` and `breaker`, each by itself.

use flow::engine::Outcome;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn many_are_grouped_by_reason_and_replayed_at_once_after_a_yes() {
    let world = World::new().await;
    for kind in ["refused_sku", "holded", "refused_sku"] {
        world.pay(kind).await;
    }
    let said = world.run(&["parked", "--group"]).await;
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(
        lines[0].trim_start().starts_with("2  sku_refused") && lines[1].contains("order_on_hold"),
        "{}",
        said.out
    );
    let [one, other] = world.run(&["parked", "--group", "--json"]).await.json_lines().try_into().unwrap();
    assert_eq!((&one["count"], &other["mended_by"]), (&json!(2), &json!("merchant")));
    let filters: [(&[&str], usize); 6] = [
        (&["--reason", "order_on_hold"], 1),
        (&["--class", "validation", "--since", "1h"], 3),
        (&["--until", "1h"], 0),
        (&["--mended-by", "administrator"], 0),
        (&["--flow", "refunds"], 0),
        (&["--limit", "1"], 1),
    ];
    for (filter, count) in filters {
        let said = world.run(&[&["parked", "--json"], filter].concat()).await;
        assert_eq!((said.code, said.json_lines().len()), (i32::from(count > 0), count), "{filter:?}");
    }

    let many = ["replay", "--reason", "sku_refused", "--why", "the ERP sells it now"];
    let asked = world.run(&many).await;
    assert_eq!((asked.code, world.sent()), (2, 0), "{asked:?}");
    assert!(asked.err.contains("2 executions") && asked.err.contains("--yes"), "{}", asked.err);
    let dry = world.run(&[&many[..], &["--dry-run"]].concat()).await;
    assert_eq!((dry.code, dry.out.matches("writes with erp.sales_order.put").count()), (0, 2), "{dry:?}");
    let done = world.run(&[&many[..], &["--yes", "--json"]].concat()).await;
    assert_eq!((done.code, world.sent()), (0, 2), "{done:?}");
    assert!(done.json_lines().iter().all(|line| line["queued"] == 1), "{done:?}");
    assert_eq!(world.run(&["parked", "--json"]).await.json_lines().len(), 1);
}

#[tokio::test]
async fn a_request_may_be_mended_in_an_editor_and_is_sent_as_it_was_left() {
    let world = World::new().await;
    let order = world.pay("refused_sku").await;
    let number = order.increment_id.as_str();
    let no_editor = world.run(&["correct", number]).await;
    assert_eq!(no_editor.code, 2, "{no_editor:?}");
    assert!(no_editor.err.contains("--set") && no_editor.err.contains("EDITOR"));
    let path = std::env::var("PATH").unwrap();
    let edited = |editor: &'static str| {
        let (world, path) = (&world, path.as_str());
        async move { world.run_with(&["correct", number], &[("EDITOR", editor), ("PATH", path)]).await }
    };
    for (editor, words) in
        [("false", "nothing was changed"), ("truncate -s 1", "no JSON"), ("true", "nothing is different")]
    {
        let said = edited(editor).await;
        assert_eq!(said.code, 2, "{editor}: {said:?}");
        assert!(said.err.to_lowercase().contains(&words.to_lowercase()), "{editor}: {}", said.err);
    }
    let said = edited("sed -i s/REFUSED-BY-ERP/LAMP-66/").await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    assert!(said.out.contains("/document/lines/1/sku  \"REFUSED-BY-ERP\" → \"LAMP-66\""), "{}", said.out);
    assert_eq!(world.run(&["replay", number]).await.code, 0);
    // The sales order is made as it was mended; whatever names the article after it is not.
    let outcome = world.take_last().await;
    let shown: Value = serde_json::from_str(&world.run(&["show", number, "--json"]).await.out).unwrap();
    let steps = shown["steps"].as_array().unwrap();
    let booked = steps.iter().find(|step| step["step"] == "sales_order").unwrap();
    assert!(booked["record"]["finished_at"].is_string(), "{outcome:?}: {booked}");
    assert_eq!(booked["record"]["begun"]["body"]["document"]["lines"][1]["sku"], "LAMP-66");
    assert_eq!(
        shown["originals"][0]["data"]["begun"]["body"]["document"]["lines"][1]["sku"],
        "REFUSED-BY-ERP"
    );
    assert_eq!((&shown["acts"][0]["who"], &shown["acts"][0]["what"]), (&json!("ada"), &json!("corrected")));
}

#[tokio::test]
async fn what_is_given_up_says_who_and_why_and_stays_so() {
    let world = World::new().await;
    let order = world.pay("amount_mismatch").await;
    let number = order.increment_id.as_str();
    let by = ["--as", "grace@till", "--why", "booked by hand"];
    let nobody = world.run_with(&["discard", number, "--why", "x"], &[("USER", "")]).await;
    assert_eq!((nobody.code, nobody.err.contains("--as")), (2, true), "{nobody:?}");
    let event = order.event["id"].as_str().unwrap();
    let said = world.run(&[&["discard", event], &by[..]].concat()).await;
    let intent = order.payment_intent.as_deref().unwrap();
    let discarded = format!("order-to-cash/{event} (payment_intent:{intent}) is discarded\n");
    assert_eq!((said.code, said.out), (0, discarded));
    let shown = world.run(&["show", event]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(
        shown.out.contains("grace@till discarded (amount_mismatch at step agree): booked by hand"),
        "{}",
        shown.out
    );
    let again = world.run(&[&["discard", event], &by[..]].concat()).await;
    assert_eq!((again.code, again.err.contains("discarded, not parked")), (1, true), "{again:?}");
    let replay = world.run(&["replay", event]).await;
    assert_eq!((replay.code, world.sent()), (0, 0), "{replay:?}");
}

#[tokio::test]
async fn a_check_that_failed_leads_to_the_data_that_it_looked_at() {
    let world = World::new().await;
    let order = world.pay("amount_mismatch").await;
    let event = order.event["id"].as_str().unwrap();
    let said = world.run(&["correct", event, "--set", "/a=1"]).await;
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err.contains("step `agree` has sent nothing") && said.err.contains("--event"),
        "{}",
        said.err
    );
    let dry = world.run(&["replay", event, "--dry-run"]).await;
    assert_eq!((dry.code, dry.out.contains("the check agree would still not hold")), (1, true), "{dry:?}");
    let elsewhere =
        world.run(&["correct", event, "--event", "--set", "/data/object/payment_intent=pi_other"]).await;
    assert_eq!((elsewhere.code, elsewhere.err.contains("not be about")), (2, true), "{elsewhere:?}");
    // What customers wrote is shown where it is asked for; a card's number never.
    let noted = world
        .run(&["correct", event, "--event", "--set", "/data/object/description=4242 4242 4242 4242"])
        .await;
    assert_eq!(noted.code, 0, "{noted:?}");
    for arguments in [&["show", event, "--full"][..], &["show", event, "--json"]] {
        let shown = world.run(arguments).await;
        assert!(shown.out.contains("[card …4242]") && !shown.out.contains("4242 4242"), "{}", shown.out);
    }
}

#[tokio::test]
async fn a_message_that_could_not_be_sent_is_told_and_sent_by_the_same_command() {
    let world = World::new().await;
    let order = world.pay("holded").await;
    let number = order.increment_id.as_str();
    world.cloud.fail_next("SendMessage", 400, json!({ "__type": "AccessDeniedException", "message": "no" }));
    let said = world.run(&["replay", number]).await;
    assert_eq!((said.code, world.sent()), (1, 0), "{said:?}");
    assert!(
        said.out.contains("could not be sent") && said.out.contains("the same command again"),
        "{}",
        said.out
    );
    let said = world.run(&["replay", number]).await;
    assert_eq!((said.code, world.sent()), (0, 1), "{said:?}");
    assert!(matches!(world.take_last().await, Outcome::Parked(_)));
}

#[tokio::test]
async fn breakers_are_listed_and_closed_by_name() {
    let world = World::new().await;
    let said = world.run(&["breaker", "list"]).await;
    assert_eq!((said.code, said.out.lines().count()), (0, 5), "{said:?}");
    let close = ["breaker", "close", "erp", "--why", "back after the update"];
    let said = world.run(&close).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let said = world.run(&["breaker", "list"]).await;
    assert!(
        said.out.contains("closed by ada at") && said.out.contains("back after the update"),
        "{}",
        said.out
    );
    let systems: Vec<Value> = world.run(&["breaker", "list", "--json"]).await.json_lines();
    assert_eq!(systems[2]["breaker"]["closed_by_hand"]["who"], json!("ada"));
}
