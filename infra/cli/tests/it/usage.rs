//! How the command is asked, and how it ends.

use crate::world::World;

const COMMANDS: [&str; 11] = [
    "check",
    "trace",
    "executions",
    "parked",
    "report",
    "show",
    "correct",
    "replay",
    "discard",
    "breaker",
    "send",
];

#[tokio::test]
async fn help_says_what_there_is_and_how_it_ends() {
    let world = World::new().await;
    let said = world.run(&["--help"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for words in
        COMMANDS.iter().chain(&["--json", "--stage", "--pair", "Exit codes:", "0 all is well", "3 something"])
    {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    for command in COMMANDS {
        let said = world.run(&[command, "--help"]).await;
        assert_eq!(said.code, 0, "{command}");
        assert!(
            said.out.contains(&format!("tillbridge {command}")) && said.out.contains("--json"),
            "{}",
            said.out
        );
    }
    let said = world.run(&["--version"]).await;
    assert_eq!((said.code, said.out), (0, format!("tillbridge {}\n", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn wrong_usage_is_told_with_what_is_right_and_nothing_is_done() {
    let world = World::new().await;
    let cases: [(&[&str], &[&str]); 31] = [
        (&[], &["Usage: tillbridge"]),
        (&["chekc"], &["chekc", "check"]),
        (&["trace"], &["<WHAT>"]),
        (
            &["executions", "--status", "odd"],
            &["odd", "parked, waiting, running, queued, done, skipped, discarded"],
        ),
        (&["executions", "--status", "done", "--parked"], &["cannot be used with"]),
        (&["executions", "--limit", "0"], &["1..=10000"]),
        (&["executions", "--flow", "Order To Cash"], &["Order To Cash"]),
        (&["executions", "--pair", "Main Shop"], &["Main Shop"]),
        (
            &["executions", "--pair", "other"],
            &["pair `other`", "infra/environments/local.yaml", "there are main"],
        ),
        (&["check", "--pair", "other"], &["pair `other`", "there are main"]),
        (
            &["executions", "--flow", "refund"],
            &["there is no flow `refund`", "there are disputes, ledger-day"],
        ),
        (&["check", "--stage", "nowhere"], &["infra/environments/nowhere.yaml", "--environment"]),
        (&["check", "--environment", "no/such.yaml"], &["no/such.yaml cannot be read"]),
        (&["trace", "1", "--stage", "nowhere"], &["infra/environments/nowhere.yaml"]),
        (&["parked", "--since", "yesterday"], &["2026-03-02T09:00:00Z", "12h"]),
        (&["parked", "--class", "odd"], &["odd", "unknown_outcome"]),
        (&["parked", "--mended-by", "boss"], &["merchant"]),
        (&["report", "payout"], &["<PAYOUT>"]),
        (&["report", "payout", "in_1"], &["in_1"]),
        (&["report", "payout", "po_1", "--format", "xml"], &["xml", "table, csv, json"]),
        (&["show"], &["<WHAT>"]),
        (&["correct", "1", "--set", "sku"], &["/where/it/stands=value"]),
        (&["correct", "1", "--event", "--step", "order"], &["cannot be used with"]),
        (&["replay"], &["replay what?", "--reason", "--all"]),
        (&["replay", "1", "--reason", "gave_up"], &["not both"]),
        (&["discard", "1"], &["--why"]),
        (&["breaker", "close", "erp"], &["--why"]),
        (&["breaker", "close", "shop", "--why", "x"], &["stripe, magento, erp, wms"]),
        (&["send", "no-such-event.json"], &["no-such-event.json cannot be read"]),
        (&["send", "infra/environments/local.yaml"], &["where to?", "--url"]),
        (&["send", "infra/environments/local.yaml", "--url", "nowhere"], &["`nowhere` is no URL"]),
    ];
    for (arguments, words) in cases {
        let said = world.run(arguments).await;
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {said:?}");
        for word in words {
            assert!(said.err.contains(word), "{arguments:?}: no `{word}` in\n{}", said.err);
        }
    }
    assert!(world.cloud.asked().is_empty() && world.sandbox.requests(0).is_empty());
}

#[tokio::test]
async fn a_stage_may_come_from_the_environment_and_names_its_table() {
    let world = World::new().await;
    let said = world.run_with(&["executions"], &[("TILLBRIDGE_TABLE", "")]).await;
    assert_eq!((said.code, said.out.as_str()), (0, "no such execution\n"), "{said:?}");
    let said = world
        .run_with(&["executions", "--table", "tillbridge-local-restored"], &[("TILLBRIDGE_TABLE", "")])
        .await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("table tillbridge-local-restored: ResourceNotFoundException"), "{}", said.err);
    let said = world.run_with(&["executions"], &[("TILLBRIDGE_STAGE", "nowhere")]).await;
    assert_eq!(said.code, 2, "{said:?}");
}

/// The variables that say where AWS is, and with which keys.
const NOWHERE: [(&str, &str); 5] = [
    ("AWS_ENDPOINT_URL", ""),
    ("AWS_ACCESS_KEY_ID", ""),
    ("AWS_SECRET_ACCESS_KEY", ""),
    ("AWS_REGION", ""),
    ("TILLBRIDGE_TABLE", ""),
];

/// Where `cargo xtask up` has run, nothing need be said.
#[tokio::test]
async fn the_local_stack_is_found_from_its_state() {
    let world = World::new().await;
    let commands: [&[&str]; 2] = [&["executions"], &["check"]];
    for command in commands {
        let said = world.run_with(command, &NOWHERE).await;
        let text = format!("{}{}", said.out, said.err);
        assert!(said.code != 0 && text.contains("the local stack does not run: `cargo xtask up`"), "{text}");
    }
    assert_eq!(world.run_with(&["check", "--offline"], &NOWHERE).await.code, 0);
    let folder = world.folder.path().join("target/local");
    std::fs::create_dir_all(&folder).unwrap();
    let state = |stage: &str| {
        format!(r#"{{"stage": "{stage}", "cloud_url": "{}", "other": 1}}"#, world.cloud.endpoint())
    };
    std::fs::write(folder.join("state.json"), state("local")).unwrap();
    for command in commands {
        let said = world.run_with(command, &NOWHERE).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    }
    std::fs::write(folder.join("state.json"), state("another")).unwrap();
    assert_eq!(world.run_with(&["executions"], &NOWHERE).await.code, 2, "it is of another stage");
    let said = world.run_with(&["executions"], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]).await;
    assert_eq!(said.code, 3, "who names an endpoint means it: {said:?}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_apart_from_what_is_wrong() {
    let world = World::new().await;
    for (variables, words) in [
        ([("AWS_ENDPOINT_URL", "http://127.0.0.1:9")], &["table tillbridge-local", "AWS did not answer"][..]),
        ([("TILLBRIDGE_TABLE", "tillbridge-gone")], &["tillbridge-gone", "ResourceNotFoundException"]),
        ([("AWS_ACCESS_KEY_ID", "")], &["table tillbridge-local", "credentials"]),
    ] {
        for command in [&["trace", "000000042"][..], &["executions"]] {
            let said = world.run_with(command, &variables).await;
            assert_eq!((said.code, said.out.as_str()), (3, ""), "{variables:?}: {said:?}");
            for word in words {
                assert!(said.err.contains(word), "no `{word}` in {}", said.err);
            }
        }
    }
}
