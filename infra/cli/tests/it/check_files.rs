//! `tillbridge check --offline`: flows and the environment file, without a network.

use crate::world::{Said, World};

/// Checks a file, where nothing could be reached.
async fn check(world: &World, yaml: &str, more: &[&str]) -> Said {
    world.write(yaml);
    let arguments: Vec<&str> = ["check", "--offline"].iter().chain(more).copied().collect();
    let said = world.run_with(&arguments, &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]).await;
    assert!(world.cloud.asked().is_empty() && world.sandbox.requests(0).is_empty());
    assert_eq!(said.err, "", "{said:?}");
    said
}

#[tokio::test]
async fn a_good_file_is_good() {
    let world = World::new().await;
    let said = check(&world, &world.yaml, &[]).await;
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(lines.contains(&"  ok  flow order-to-cash"), "{}", said.out);
    assert!(lines.iter().any(|line| line.starts_with("  ok  environment ") && line.ends_with("local.yaml")));
    assert_eq!(*lines.last().unwrap(), format!("{} looked at, 0 to mend", lines.len() - 1));
}

#[tokio::test]
async fn each_mistake_is_told_with_the_file_the_place_and_the_remedy() {
    let world = World::new().await;
    let file = "infra/environments/local.yaml";
    let second = world.yaml.split_once("  main:\n").unwrap().1;
    let two = format!("{}  second:\n{second}", world.yaml);
    let cases: [(String, &[&str]); 11] = [
        (
            world.yaml.replace("        sales: \"4000\"\n", ""),
            &["pair main, account sales", "add `pairs.main.erp.accounts.sales` to", file],
        ),
        (
            world.yaml.replace("        stripe_clearing.USD: \"1050\"\n", ""),
            &[
                "pair main, account stripe_clearing.USD",
                "add `pairs.main.erp.accounts.stripe_clearing.USD` to",
                file,
            ],
        ),
        (
            world.yaml.replace("        fx_gain_loss: \"6900\"\n", ""),
            &["pair main, account fx_gain_loss", "add `pairs.main.erp.accounts.fx_gain_loss` to", file],
        ),
        (
            world.yaml.replace("      tax_codes:\n", "      other_codes:\n"),
            &["pair main, table tax_codes", "add `pairs.main.tables.tax_codes` to", file],
        ),
        (
            world.yaml.replace("Europe/Berlin", "Europe/Berlni"),
            &["pairs.main.erp.time_zone", "`Europe/Berlni`", "IANA", file],
        ),
        (two, &["main, second of acct_1TillbridgeLocal say `books: true`", "exactly one must", file]),
        (
            world.yaml.replace("    books: true\n", ""),
            &["none of acct_1TillbridgeLocal says `books: true`", file],
        ),
        (world.yaml.replace("currency: USD", "currency: USDD"), &["USDD", "line", file]),
        (world.yaml.replace("      time_zone: Europe/Berlin\n", ""), &["time_zone", "line", file]),
        (
            world.yaml.replace("stage: local", "stage: sandbox"),
            &["stage: is `sandbox`, but the file is for `local`"],
        ),
        ("not: [an environment".to_owned(), &["line", file]),
    ];
    for (yaml, words) in cases {
        assert_ne!(yaml, world.yaml, "{words:?}");
        let said = check(&world, &yaml, &[]).await;
        assert_eq!(said.code, 1, "{said:?}");
        let wrong: Vec<&str> = said.out.lines().filter(|line| line.starts_with("  !!  ")).collect();
        let [wrong] = wrong.as_slice() else { panic!("{words:?}: {}", said.out) };
        for word in words {
            assert!(wrong.contains(word), "no `{word}` in\n{wrong}");
        }
        assert!(said.out.contains("  ok  flow order-to-cash"), "flows are looked at all the same");
        assert!(said.out.ends_with(", 1 to mend\n"), "{}", said.out);
    }
}

/// Magento tells nobody which statuses it has: until a person says that it is there, how to make it is said again.
#[tokio::test]
async fn how_to_make_the_status_is_told_until_it_is_confirmed() {
    let world = World::new().await;
    let confirmed = "    payment_failed: { status_confirmed: true }\n";
    assert!(world.yaml.contains(confirmed));
    assert!(!check(&world, &world.yaml, &[]).await.out.contains("Order Status"));
    for (settings, status) in [
        ("", "payment_failed"),
        ("    payment_failed: { status: not_paid }\n", "not_paid"),
        ("    payment_failed: { status_confirmed: false }\n", "payment_failed"),
    ] {
        let yaml = world.yaml.replace(confirmed, settings);
        let said = check(&world, &yaml, &[]).await;
        let told = said.out.lines().find(|line| line.contains("Order Status")).unwrap();
        assert!(told.starts_with(&format!("  ok  pair main, status {status}: ")), "{told}");
        for word in [
            &format!("code `{status}`"),
            "Assign Status to State",
            "Pending, Pending Payment and Processing",
            "`pairs.main.payment_failed.status_confirmed: true`",
            "infra/environments/local.yaml",
        ] {
            assert!(told.contains(word), "no `{word}` in\n{told}");
        }
        assert_eq!(said.code, 0, "nothing is wrong: {said:?}");
        let findings = check(&world, &yaml, &["--json"]).await.json_lines();
        let advised: Vec<_> = findings.iter().filter(|finding| finding["advice"].is_string()).collect();
        assert_eq!((advised.len(), &advised[0]["problem"]), (1, &serde_json::Value::Null));
    }
}

/// A copy of the local file with the URLs of a real stage.
#[tokio::test]
async fn times_that_are_for_tests_are_no_times_for_real_money() {
    let world = World::new().await;
    let base = world.sandbox.settings().public_url.clone();
    let live = world.yaml.replace("mode: test", "mode: live").replace(&base, "https://example.com");
    let said = check(&world, &live, &[]).await;
    let wrong: Vec<&str> = said.out.lines().filter(|line| line.starts_with("  !!  ")).collect();
    assert_eq!((said.code, wrong.len()), (1, 4), "{}", said.out);
    for name in ["magento.settle_s", "magento.settle_partial_s", "erp.settle_s", "wms.settle_s"] {
        let told = wrong.iter().find(|line| line.contains(&format!("`pairs.main.{name}`"))).unwrap();
        assert!(told.contains("`mode` is live") && told.contains("infra/environments/local.yaml"), "{told}");
    }
}

/// What people copy.
#[tokio::test]
async fn the_example_has_nothing_to_mend_and_names_every_setting() {
    let world = World::new().await;
    let example = crate::world::repository("infra/environments/example.yaml");
    let live = example.replace("stage: example", "stage: local").replace("mode: test", "mode: live");
    let said = check(&world, &live, &[]).await;
    assert_eq!(said.code, 0, "{}", said.out);
    // What is behind a `#` there is a setting with its default: taken in, it says nothing new.
    let parsed = |yaml: &str| environment::Stage::parse("local", yaml).unwrap();
    let setting = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        line.contains(": ") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let taken_in: String = live
        .lines()
        .map(|line| match line.split_once("# ") {
            Some((before, rest)) if before.trim().is_empty() && setting(rest) => format!("{before}{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let own = serde_json::to_value(parsed(&taken_in)).unwrap();
    let mut least = serde_json::to_value(parsed(&live)).unwrap();
    for optional in ["scope", "signed_scheme"] {
        let said = &own["pairs"]["main"]["magento"][optional];
        assert!(said.is_string(), "{optional} is shown with a value, for its default is none");
        least["pairs"]["main"]["magento"][optional] = said.clone();
    }
    let cost_center = &own["pairs"]["main"]["erp"]["cost_center"];
    assert!(cost_center.is_string(), "it is shown with a value, for its default is none");
    least["pairs"]["main"]["erp"]["cost_center"] = cost_center.clone();
    assert_eq!(own, least, "a default is not as it is");
    for section in [&own["pairs"]["main"], &own["pairs"]["main"]["stripe"], &own["pairs"]["main"]["magento"]]
    {
        for name in section.as_object().unwrap().keys() {
            assert!(example.contains(&format!("{name}:")), "{name} is not explained");
        }
    }
}

#[tokio::test]
async fn all_mistakes_are_told_at_once() {
    let world = World::new().await;
    let yaml = world
        .yaml
        .replace("Europe/Berlin", "Nowhere")
        .replace("    books: true\n", "")
        .replace("timeout_s: 4", "timeout_s: 400");
    let said = check(&world, &yaml, &[]).await;
    assert_eq!(said.out.lines().filter(|line| line.starts_with("  !!  ")).count(), 6, "{}", said.out);
}

#[tokio::test]
async fn as_json_each_finding_is_a_line() {
    let world = World::new().await;
    let said = check(&world, &world.yaml.replace("        sales: \"4000\"\n", ""), &["--json"]).await;
    assert_eq!(said.code, 1);
    let findings = said.json_lines();
    let wrong: Vec<&str> = findings
        .iter()
        .filter(|finding| !finding["problem"].is_null())
        .map(|finding| finding["what"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, ["pair main, account sales"]);
    assert!(
        findings
            .iter()
            .any(|finding| finding["what"] == "flow order-to-cash" && finding["problem"].is_null())
    );
}

#[tokio::test]
async fn a_file_elsewhere_is_named_as_it_was_asked_for() {
    let world = World::new().await;
    let elsewhere = world.folder.path().join("elsewhere.yaml");
    std::fs::write(&elsewhere, world.yaml.replace("        sales: \"4000\"\n", "")).unwrap();
    let path = elsewhere.to_str().unwrap();
    let said = check(&world, &world.yaml, &["--environment", path]).await;
    assert!(said.out.contains(&format!("add `pairs.main.erp.accounts.sales` to {path}")), "{}", said.out);
}
