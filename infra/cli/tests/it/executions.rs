//! `tillbridge executions`: what runs, waits, is done, and what a person must look at.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::world::{TABLE, World};

#[tokio::test]
async fn executions_are_listed_by_status_the_newest_last() {
    let world = World::new().await;
    let mut events = Vec::new();
    for kind in ["simple", "amount_mismatch", "guest", "holded"] {
        events.push(world.pay(kind).await.event["id"].as_str().unwrap().to_owned());
    }
    let said = world.run(&["executions"]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "somebody must look: {said:?}");
    let place = |event: &String| said.out.lines().position(|line| line.contains(event.as_str())).unwrap();
    assert_eq!([&events[1], &events[3], &events[0], &events[2]].map(place), [0, 1, 2, 3], "{}", said.out);
    assert!(
        said.out.contains("amount_mismatch at step agree") && said.out.contains("order_on_hold at step paid")
    );

    let done = world.run(&["executions", "--status", "done"]).await;
    assert_eq!((done.code, done.out.lines().count()), (0, 2), "{done:?}");
    let parked = world.run(&["executions", "--parked", "--limit", "1"]).await;
    assert_eq!((parked.code, parked.out.lines().count()), (1, 1), "{parked:?}");
    assert!(parked.out.contains(&events[3]));
    let other = world.run(&["executions", "--flow", "order-to-cash", "--status", "waiting"]).await;
    assert_eq!((other.code, other.out.as_str()), (0, "no such execution\n"));
}

#[tokio::test]
async fn as_json_each_is_a_line_with_its_reason() {
    let world = World::new().await;
    let parked = world.pay("amount_mismatch").await;
    let said = world.run(&["executions", "--json"]).await;
    let [row] = said.json_lines().try_into().unwrap();
    assert_eq!((&row["status"], &row["event"]), (&json!("parked"), &parked.event["id"]));
    assert_eq!(row["parked"]["reason"], json!("amount_mismatch"));
    assert_eq!(row["order_number"], json!(parked.increment_id));
    let nothing = world.run(&["executions", "--status", "done", "--json"]).await;
    assert_eq!((nothing.code, nothing.json_lines()), (0, Vec::<Value>::new()));
}

/// `tillbridge executions | head -1`
#[tokio::test]
async fn a_reader_that_has_read_enough_is_no_error() {
    let world = World::new().await;
    world.pay("simple").await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_tillbridge"))
        .args(["executions", "--status", "done"])
        .current_dir(world.folder.path())
        .env("TILLBRIDGE_TABLE", TABLE)
        .env("AWS_ENDPOINT_URL", world.cloud.endpoint())
        .envs([
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-central-1"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
