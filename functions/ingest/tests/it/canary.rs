//! What a request holds is not in the log: no body, no name, no mail address, no card number, no signature, no secret, whether the
//! request is taken, skipped or refused. And a card number refuses nothing.

use cloud::log;
use sandbox::sign_magento;
use serde_json::{Value, json};

use crate::world::{MAGENTO_TOKEN, OLD_SECRET, OTHER_SECRET, SECRET, World, event, request, signature};

const CARD: &str = "4242424242424242";
const CARD_AS_TYPED: &str = "4242 4242 4242 4242";

#[tokio::test]
async fn what_must_not_be_seen_is_nowhere() {
    log::listen();
    let world = World::new("test").await;
    let private = json!({
        "note": CARD_AS_TYPED, "number": CARD, "email": "ada@example.com", "name": "Ada Lovelace", "key": "rk_live_canary"
    });
    let body = event(&json!({ "request": private }));
    let taken = world.post("/webhooks/stripe/main", SECRET, body.as_bytes()).await;
    assert_eq!((taken.status, world.queued().len()), (200, 1), "{taken:?}");
    assert_eq!(world.queued()[0].body, body, "what comes is kept as it came");
    let skipped = event(&json!({ "request": private, "type": "some.new_type" }));
    let mut statuses = vec![world.post("/webhooks/stripe/main", OLD_SECRET, skipped.as_bytes()).await.status];
    for (path, secret, body) in [
        ("/webhooks/stripe/main", OTHER_SECRET, body.as_str()),
        ("/webhooks/stripe/bare", SECRET, &body),
        ("/webhooks/stripe/main", SECRET, &body[..body.len() - 3]),
        ("/webhooks/nobody/4242424242424242", SECRET, &body),
        ("/webhooks/stripe/ada@example.com", SECRET, &body),
    ] {
        statuses.push(world.post(path, secret, body.as_bytes()).await.status);
    }
    let odd = format!("{CARD} ada@example.com");
    statuses.push(
        world.send(request("/webhooks/stripe/main", &[("stripe-signature", &odd)], b"{}")).await.status,
    );
    let notice = json!({ "data": private }).to_string();
    let signed = sign_magento(MAGENTO_TOKEN, notice.as_bytes());
    let path = format!("/webhooks/magento/main?event={CARD_AS_TYPED}").replace(' ', "%20");
    statuses.push(
        world.send(request(&path, &[("x-magento-signature", &signed)], notice.as_bytes())).await.status,
    );
    assert_eq!(statuses, [200, 400, 503, 400, 404, 404, 400, 400]);

    let log = log::heard();
    let ours = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ended = ours.filter(|line| line["fields"]["http.status"].is_u64()).count();
    assert_eq!(ended, 1 + statuses.len(), "{log}");
    let signature = signature(SECRET, body.as_bytes(), 0);
    let digest = signature.split_once("v1=").unwrap().1;
    for hidden in [
        CARD,
        CARD_AS_TYPED,
        "ada@example.com",
        "Lovelace",
        "rk_live_canary",
        SECRET,
        OLD_SECRET,
        OTHER_SECRET,
        MAGENTO_TOKEN,
        digest,
        signed.as_str(),
    ] {
        assert!(!log.contains(hidden), "{hidden} is in the log: {log}");
    }
}
