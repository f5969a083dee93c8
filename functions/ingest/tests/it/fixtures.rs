//! Every Stripe payload of the shared folder, where it is, goes through without a surprise.

use std::path::Path;

use crate::world::{SECRET, World};

const TRIGGERS: [&str; 2] = ["charge.succeeded", "charge.captured"];

#[tokio::test]
async fn only_the_triggers_of_order_to_cash_are_queued() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/stripe");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let (mut seen, mut queued) = (0, 0);
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let event_type = name.split(".ruby-mock").next().unwrap().split(".supabase-sync").next().unwrap();
        let event_type = event_type.split(".pay-rails").next().unwrap();
        let body = if name.ends_with(".data.json") {
            format!(
                r#"{{"id":"evt_wrapped","object":"event","created":1,"livemode":false,"type":"{event_type}","data":{text}}}"#
            )
        } else {
            text
        };
        let world = World::new("test").await;
        let answer = world.post("/webhooks/stripe/main", SECRET, body.as_bytes()).await;
        let expected = if TRIGGERS.contains(&event_type) {
            "queued: order-to-cash\n"
        } else {
            "skipped: unknown_type\n"
        };
        assert_eq!((answer.status, answer.text.as_str()), (200, expected), "{name}");
        let messages = world.queued();
        assert_eq!(messages.len(), usize::from(TRIGGERS.contains(&event_type)), "{name}");
        assert!(messages.iter().all(|message| message.body == body), "{name}");
        seen += 1;
        queued += messages.len();
    }
    assert!(seen > 40 && queued >= 2, "{seen} fixtures, {queued} queued");
}
