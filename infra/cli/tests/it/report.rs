//! `tillbridge report`: of what a real payout has left in the table.

use flow::engine::Outcome;
use sandbox::{Fault, Planned, System};
use serde_json::{Value, json};

use crate::world::World;

/// A payout of an order of ours and of a payment that nobody knows.
async fn paid_out(world: &World) -> Value {
    world.pay("simple").await;
    world.sandbox.play_stripe(&json!({ "move": "pay", "amount": 2_000, "available_in_days": 0 })).unwrap();
    let made = world.pay_out(&json!({ "move": "payout" })).await;
    for turn in [
        json!({ "move": "payout_reconciles", "id": made["id"] }),
        json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }),
    ] {
        world.pay_out(&turn).await;
    }
    made
}

#[tokio::test]
async fn a_payout_is_shown_with_what_is_matched_and_what_is_not() {
    let world = World::new().await;
    let made = paid_out(&world).await;
    let id = made["id"].as_str().unwrap();
    let amount =
        format!("{}.{:02}", made["amount"].as_i64().unwrap() / 100, made["amount"].as_i64().unwrap() % 100);
    let said = world.run(&["report", "payout", id]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    for words in
        [id, &amount, "in 3 movements", "matched", "foreign", "1 to look at", "20.00 USD", ":day:", "JRN-"]
    {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    for words in ["arrives on", "left the balance", "fee of the payout 0.00 USD", "reaches the bank"] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    let csv = world.run(&["report", "payout", id, "--format", "csv"]).await.out;
    assert!(csv.starts_with("part,name,rows,gross,fees,net,currency\n"), "{csv}");
    assert!(csv.contains(",foreign,"), "{csv}");
    let said: Value =
        serde_json::from_str(&world.run(&["report", "payout", id, "--json"]).await.out).unwrap();
    assert_eq!(said["report"]["payout"]["id"], *id);
    assert_eq!((&said["exception_count"], said["exceptions"].as_array().unwrap().len()), (&json!(1), 1));
    let told = world.run(&["trace", id]).await;
    assert!(told.code == 0 && told.out.contains("flow payouts done"), "{told:?}");
    let listed = world.run(&["report", "exceptions"]).await;
    assert!(
        listed.out.contains(id) && listed.out.contains("another shop on the same account"),
        "{}",
        listed.out
    );
}

#[tokio::test]
async fn a_report_is_written_into_a_file() {
    let world = World::new().await;
    let made = paid_out(&world).await;
    let id = made["id"].as_str().unwrap();
    for format in ["table", "csv", "json"] {
        let shown = world.run(&["report", "payout", id, "--format", format]).await;
        let said = world.run(&["report", "payout", id, "--format", format, "--out", "report.txt"]).await;
        let told = format!("payout {id} is in report.txt; 1 to look at\n");
        assert_eq!((said.code, said.out, said.err.as_str()), (1, told, ""), "{format}");
        let written = std::fs::read_to_string(world.folder.path().join("report.txt")).unwrap();
        assert_eq!(written, shown.out, "{format}");
    }
    let said = world.run(&["report", "payout", id, "--out", "no/such/report.txt"]).await;
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
    assert!(said.err.contains("no/such/report.txt cannot be written"), "{}", said.err);
}

/// The ERP takes no journal: the movements were looked at, and nothing is proved.
#[tokio::test]
async fn what_is_under_way_says_how_far_it_is() {
    let world = World::new().await;
    world.sandbox.play_stripe(&json!({ "move": "pay", "amount": 2_000, "available_in_days": 0 })).unwrap();
    let made = world.pay_out(&json!({ "move": "payout" })).await;
    let id = made["id"].as_str().unwrap();
    assert!(world.sandbox.plan(Planned {
        system: System::Erp,
        fault: "error=503".parse::<Fault>().unwrap(),
        times: None,
        method: Some("PUT".to_owned()),
        path: Some("/journals/".to_owned()),
    }));
    let played =
        world.sandbox.play_stripe(&json!({ "move": "payout_reconciles", "id": made["id"] })).unwrap();
    let events = played["events"].as_array().unwrap().iter();
    for event in events.filter(|event| event["type"].as_str().unwrap().starts_with("payout.")) {
        let outcome = world.hear_of_payout(event).await;
        assert!(matches!(outcome, Outcome::RetryAfter(_)), "{outcome:?}");
    }
    for format in ["table", "csv", "json"] {
        let said = world.run(&["report", "payout", id, "--format", format, "--out", "report.txt"]).await;
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{format}: {said:?}");
        for words in ["is under way: 2 movements were looked at", &format!("tillbridge trace {id}")] {
            assert!(said.err.contains(words), "no `{words}` in {}", said.err);
        }
    }
    assert!(!world.folder.path().join("report.txt").exists());
    let said = world.run(&["report", "exceptions"]).await;
    assert!(said.out.contains("is under way") && said.out.contains("every other payout"), "{said:?}");
}

#[tokio::test]
async fn what_is_not_reconciled_says_what_to_look_at() {
    let world = World::new().await;
    let said = world.run(&["report", "payout", "po_1"]).await;
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.contains("tillbridge trace po_1"), "{}", said.err);
    let said = world.run(&["report", "exceptions"]).await;
    assert_eq!((said.code, said.out.trim_end()), (0, "every movement of every payout is matched"));
}

#[tokio::test]
async fn journals_are_text_that_accounting_programs_read() {
    let world = World::new().await;
    paid_out(&world).await;
    let month = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    let hledger = world.run(&["report", "journals", &month]).await;
    assert_eq!(hledger.code, 0, "{hledger:?}");
    assert!(hledger.out.contains("1050") && hledger.out.contains("1060"), "{}", hledger.out);
    let beancount = world.run(&["report", "journals", &month, "--format", "beancount"]).await;
    assert!(beancount.out.contains("open") && beancount.out.contains("USD"), "{}", beancount.out);
    let said = world.run(&["report", "journals", "march"]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("2026-03"), "{}", said.err);
}

/// Of the day on which it all moved: the order's sale with its names, the payment that nobody knows as open.
#[tokio::test]
async fn a_day_is_shown_with_what_each_figure_is_made_of() {
    let world = World::new().await;
    let made = paid_out(&world).await;
    let id = made["id"].as_str().unwrap();
    let month = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    let said = world.run(&["report", "month", &month, "--details"]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    for words in [
        "Sales, net of tax",
        "store 1",
        "Tax",
        "Fees",
        "Net, before payouts",
        id,
        "paid",
        "Open: 1",
        "no order",
        " document ",
        "difference",
    ] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    let said = world.run(&["report", "month", &month, "--json"]).await;
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let sale =
        report["figures"].as_array().unwrap().iter().find(|figure| figure["section"] == "sales").unwrap();
    assert!(sale["parts"][0]["document"].is_string() && sale["parts"][0]["order"].is_string(), "{sale}");
    assert_eq!(
        (&report["open"][0]["kind"], &report["open"][0]["amount"]["minor"]),
        (&json!("not_booked"), &json!("2000"))
    );
    assert_eq!(report["movements"].as_array().unwrap().len(), 3);
    let csv = world.run(&["report", "month", &month, "--format", "csv"]).await.out;
    assert!(csv.starts_with(
        "day,transaction,source,category,order,store,documents,booked_by,gross,fee,net,currency\n"
    ));
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.contains(":payment:ch_"), "{csv}");
}

#[tokio::test]
async fn a_page_needs_nothing_from_elsewhere() {
    let world = World::new().await;
    let made = paid_out(&world).await;
    let id = made["id"].as_str().unwrap();
    let month = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    for (what, words) in [
        (vec!["month", &month], vec!["<svg", "<details>", "Net by day", "Clearing against"]),
        (vec!["payout", id], vec!["Matched with the shop", "another shop on the same account"]),
        (vec!["exceptions"], vec![id, "foreign"]),
    ] {
        let arguments = [vec!["report"], what, vec!["--format", "html", "--out", "page.html"]].concat();
        let said = world.run(&arguments).await;
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
        assert!(said.out.contains("is in page.html"), "{}", said.out);
        let page = std::fs::read_to_string(world.folder.path().join("page.html")).unwrap();
        for word in
            [vec!["<!doctype html>", "lang=\"en\"", "scope=\"col\"", "<caption>", "Made on"], words].concat()
        {
            assert!(page.contains(word), "no `{word}` in\n{page}");
        }
        for foreign in ["<script", "http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(foreign), "{foreign} in\n{page}");
        }
    }
}

#[tokio::test]
async fn a_day_without_movements_says_so() {
    let world = World::new().await;
    let said = world.run(&["report", "day", "2020-01-01"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("nothing moved at Stripe"), "{}", said.out);
    let said = world.run(&["report", "month", "2026-13"]).await;
    assert_eq!(said.code, 2, "{said:?}");
}
