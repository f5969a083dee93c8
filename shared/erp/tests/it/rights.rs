//! `erp.rights.read`, `erp.account.list`: what is asked before any event, without writing anything.

use sandbox::ERP_TOKEN;
use serde_json::{Value, json};

use crate::world::{Erp, World, settings};

const RIGHTS: [&str; 12] = [
    "read orders",
    "read invoices",
    "read payments",
    "read journals",
    "write customers",
    "write items",
    "write orders",
    "write invoices",
    "write payments",
    "write journals",
    "confirm orders",
    "cancel orders",
];

async fn rights(erp: &Erp) -> Vec<Value> {
    erp.run("erp.rights.read", json!({})).await.unwrap()["rights"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_token_that_may_do_everything_has_every_right_and_nothing_is_written() {
    let world = World::new().await;
    let before = world.sandbox.state()["erp"].clone();
    assert_eq!(rights(&world.erp).await, RIGHTS.map(|name| json!({ "name": name })));
    assert_eq!(world.sandbox.state()["erp"], before);
    for seen in world.requests().iter().filter(|seen| seen.method == "PUT") {
        assert!(seen.headers.iter().any(|(name, value)| name == "if-match" && value == "\"tb-check\""));
    }
}

#[tokio::test]
async fn each_missing_right_is_named_with_what_to_do() {
    let paths = [
        ("GET", "/orders"),
        ("GET", "/invoices"),
        ("GET", "/payments"),
        ("GET", "/journals"),
        ("PUT", "/customers/"),
        ("PUT", "/items/"),
        ("PUT", "/orders/"),
        ("PUT", "/invoices/"),
        ("PUT", "/payments/"),
        ("PUT", "/journals/"),
        ("POST", "/confirm"),
        ("POST", "/cancel"),
    ];
    for (right, (method, path)) in RIGHTS.iter().zip(paths) {
        let world = World::new().await;
        world.plan(method, path, "error=403");
        let found = rights(&world.erp).await;
        let missing: Vec<&Value> = found.iter().filter(|right| right["problem"].is_string()).collect();
        let [missing] = missing.as_slice() else { panic!("{right}: {found:?}") };
        assert_eq!(missing["name"], json!(right));
        let problem = missing["problem"].as_str().unwrap();
        assert!(problem.contains("403") && problem.contains("give the token's user that right"), "{problem}");
    }
}

/// What is not known is no right: a system that does not answer, a token that is refused.
#[tokio::test]
async fn a_right_that_could_not_be_seen_is_no_right() {
    let world = World::new().await;
    world.plan("PUT", "/items/", "drop");
    let found = rights(&world.erp).await;
    assert!(found[5]["problem"].as_str().unwrap().contains("no answer"), "{found:?}");
    let stranger = Erp::new(&settings(&world.base_url), &["another"]);
    assert!(rights(&stranger).await.iter().all(|right| right["problem"].is_string()));
    let elsewhere = Erp::new(&settings(&world.base_url.replace("/erp/v1", "/erp/v9")), &[ERP_TOKEN]);
    let found = rights(&elsewhere).await;
    assert!(found[..10].iter().all(|right| right["problem"].is_string()), "{found:?}");
}

#[tokio::test]
async fn the_chart_of_accounts_is_read_in_one_call() {
    let world = World::new().await;
    let chart = world.erp.run("erp.account.list", json!({})).await.unwrap();
    let codes = chart["codes"].as_array().unwrap();
    assert!(codes.contains(&json!("1200")) && codes.contains(&json!("4000")), "{chart}");
    assert_eq!(world.asked(), ["GET /v1/accounts"]);
}
