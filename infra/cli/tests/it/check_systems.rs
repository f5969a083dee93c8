//! `tillbridge check`: the stack and the systems, with the identities that events will use.

use sandbox::{Planned, Switches, System};
use serde_json::json;

use crate::world::{LETTER_QUEUE, Said, World};

/// The lines that tell of something wrong, without their mark.
fn wrong(said: &Said) -> Vec<String> {
    said.out.lines().filter_map(|line| line.strip_prefix("  !!  ")).map(str::to_owned).collect()
}

/// Checks; exactly one thing is wrong, and says so.
async fn one_wrong(world: &World, words: &[&str]) {
    let said = world.run(&["check"]).await;
    let found = wrong(&said);
    assert_eq!((said.code, said.err.as_str(), found.len()), (1, "", 1), "{words:?}: {said:?}");
    for word in words {
        assert!(found[0].contains(word), "no `{word}` in\n{}", found[0]);
    }
}

#[tokio::test]
async fn a_stage_that_is_set_up_is_well_and_nothing_is_written() {
    let world = World::new().await;
    let before = world.sandbox.state();
    let said = world.run(&["check"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    for what in [
        "flow order-to-cash",
        "secret tillbridge/local/main/stripe-webhook",
        "table tillbridge-local",
        "queue tillbridge-local-flow-order-to-cash.fifo",
        "queue tillbridge-local-dead-letter.fifo",
        "pair main, stripe",
        "pair main, stripe, PaymentIntents: Write",
        "pair main, stripe, Balance transactions: Read",
        "pair main, magento",
        "pair main, magento, Magento_Sales::invoice",
        "pair main, erp",
        "pair main, erp, write orders",
        "pair main, erp, write payments",
        "pair main, accounts",
        "pair main, wms, write fulfilments",
    ] {
        assert!(said.out.lines().any(|line| line == format!("  ok  {what}")), "no `{what}` in\n{}", said.out);
    }
    assert_eq!(world.sandbox.state(), before);
    let findings = world.run(&["check", "--json"]).await.json_lines();
    assert!(findings.iter().all(|finding| finding["problem"].is_null()), "{findings:?}");
    assert_eq!(findings.len() + 1, said.out.lines().count());
}

#[tokio::test]
async fn what_the_stack_lacks_is_named() {
    let world = World::new().await;
    world.cloud.delete_secret("tillbridge/local/main/stripe-webhook");
    one_wrong(
        &world,
        &["secret tillbridge/local/main/stripe-webhook: it is missing; store it in Secrets Manager; it must hold {\"signing_secrets\":[\"whsec_…\"]}"],
    )
    .await;

    let world = World::new().await;
    let said = world.run_with(&["check"], &[("TILLBRIDGE_TABLE", "tillbridge-gone")]).await;
    assert_eq!(said.code, 1);
    let said = &wrong(&said)[0];
    assert!(
        said.starts_with("table tillbridge-gone: ") && said.contains("ResourceNotFoundException"),
        "{said}"
    );

    let world = World::new().await;
    world.cloud.delete_queue(LETTER_QUEUE);
    one_wrong(&world, &["queue tillbridge-local-dead-letter.fifo: ", "it is missing; deploy the stack"])
        .await;
}

#[tokio::test]
async fn a_malformed_secret_is_named_and_not_shown() {
    let world = World::new().await;
    world.cloud.put_secret("tillbridge/local/main/stripe-webhook", r#"{"signing_secrets": "canary"}"#);
    let said = world.run(&["check"]).await;
    assert!(wrong(&said)[0].contains("stripe-webhook"), "{said:?}");
    assert!(!said.out.contains("canary"), "{said:?}");
    assert!(
        wrong(&said)[0].ends_with("store it again; it must hold {\"signing_secrets\":[\"whsec_…\"]}"),
        "{said:?}"
    );

    // Of the right form, and of no use: every webhook would be refused.
    for (kind, of_no_use) in [("stripe", "\"\""), ("wms", "\"c2VjcmV0\""), ("magento", "")] {
        let world = World::new().await;
        let text = format!("{{\"signing_secrets\": [{of_no_use}]}}");
        world.cloud.put_secret(&format!("tillbridge/local/main/{kind}-webhook"), &text);
        one_wrong(&world, &[&format!("main/{kind}-webhook"), "missing, empty or of another form"]).await;
    }
    // A secret that systems are asked with: that nobody could be asked is a finding as well.
    world.cloud.put_secret("tillbridge/local/main/erp", r#"{"token": 7}"#);
    let found = wrong(&world.run(&["check"]).await);
    assert!(found.iter().any(|line| line.starts_with("secret tillbridge/local/main/erp: ")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("pair main, systems: ")), "{found:?}");
}

#[tokio::test]
async fn each_right_that_a_token_lacks_is_named_with_where_to_grant_it() {
    for resource in [
        "Magento_Sales::actions_view",
        "Magento_Sales::sales_invoice",
        "Magento_Sales::transactions_fetch",
        "Magento_Sales::sales_creditmemo",
        "Magento_Sales::invoice",
        "Magento_Sales::creditmemo",
        "Magento_Sales::comment",
    ] {
        let world = World::new().await;
        world
            .sandbox
            .set_magento_switches(Switches { denied: vec![resource.to_owned()], ..Switches::default() });
        one_wrong(
            &world,
            &[&format!("pair main, magento, {resource}: "), "grant it", "System › Integrations"],
        )
        .await;
    }
    let refused = [
        (System::Stripe, "POST", "/payment_intents/", "pair main, stripe, PaymentIntents: Write"),
        (System::Stripe, "GET", "/charges", "pair main, stripe, Charges: Read"),
        (System::Erp, "PUT", "/invoices/", "pair main, erp, write invoices"),
        (System::Wms, "POST", "/cancel", "pair main, wms, write fulfilments"),
    ];
    for (system, method, path, what) in refused {
        let world = World::new().await;
        let fault = "error=403".parse().unwrap();
        let (method, path) = (Some(method.to_owned()), Some(path.to_owned()));
        assert!(world.sandbox.plan(Planned { system, fault, times: None, method, path }));
        one_wrong(&world, &[what]).await;
    }
}

#[tokio::test]
async fn an_identity_that_is_refused_is_told() {
    for (kind, secret, what) in [
        ("stripe", json!({ "api_key": "rk_test_unknown" }), "pair main, stripe: "),
        ("erp", json!({ "token": "unknown" }), "pair main, erp: "),
        ("wms", json!({ "token": "unknown" }), "pair main, wms, read fulfilments: "),
    ] {
        let world = World::new().await;
        world.cloud.put_secret(&format!("tillbridge/local/main/{kind}"), &secret.to_string());
        let said = world.run(&["check"]).await;
        let found = wrong(&said);
        assert_eq!(said.code, 1);
        assert!(
            found[0].starts_with(what) && found[0].contains(&format!("`{kind}` secret")),
            "{kind}: {found:?}"
        );
    }
}

#[tokio::test]
async fn another_account_or_company_is_told() {
    let world = World::new().await;
    world.write(&world.yaml.replace("acct_1TillbridgeLocal", "acct_1Another"));
    one_wrong(&world, &["pair main, stripe: ", "acct_1Another", "acct_1TillbridgeLocal"]).await;
    let yaml = world.yaml.replace("currency: USD", "currency: EUR").replace("EUR: \"1.0945\", ", "");
    world.write(&yaml);
    one_wrong(&world, &["pair main, erp: ", "EUR", "USD", "erp.currency"]).await;
    world.write(&world.yaml.replace("sales: \"4000\"", "sales: \"4711\""));
    one_wrong(
        &world,
        &[
            "pair main, account sales: ",
            "no account `4711`",
            "`pairs.main.erp.accounts.sales`",
            "infra/environments/local.yaml",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_system_that_is_away_holds_up_no_other_finding() {
    for system in System::ALL {
        let world = World::new().await;
        world.sandbox.set_down(system, true);
        let said = world.run(&["check"]).await;
        assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
        let found = wrong(&said);
        assert!(!found.is_empty());
        let own = |line: &String| {
            line.starts_with(&format!("pair main, {}", system.as_str()))
                || (system == System::Erp && line.starts_with("pair main, accounts"))
        };
        assert!(found.iter().all(own), "{system:?}: {found:?}");
    }
}

#[tokio::test]
async fn without_a_cloud_everything_that_needs_it_is_told() {
    let world = World::new().await;
    let said = world.run_with(&["check"], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    let found = wrong(&said);
    for what in [
        "secret tillbridge/local/main/erp: ",
        "table tillbridge-local: ",
        "queue tillbridge-local-dead-letter.fifo: ",
    ] {
        assert!(found.iter().any(|line| line.starts_with(what)), "no `{what}` in {found:#?}");
    }
}
