//! A rotation in the middle of 1,000 events, as the runbook has it ("Rotating a secret"), rejects none; a forged request is refused all
//! along.

use std::time::Duration;

use cloud::Cloud;
use flow::Clock as _;
use ingest::Source;
use jiff::SignedDuration;
use lambda_http::Request;
use sandbox::{sign_magento, sign_stripe, sign_webhook};
use serde_json::json;

use crate::world::{World, event, request, signing_secrets};

const EVENTS: usize = 1_000;
/// One event a second.
const BETWEEN_S: u64 = 1;
/// When the new value is stored beside the old one, when the sender begins to use it, when the old one is taken away.
const STORED: usize = 300;
const ROLLED: usize = 600;
const REMOVED: usize = 900;
/// Every so manieth request is somebody else's: it makes ingest look for another secret, and must not use up the reads that the
/// rotation needs.
const FORGED_EVERY: usize = 7;

/// A sender: its path, its values, and how it signs.
struct Sender {
    source: Source,
    old: &'static str,
    new: &'static str,
    forged: &'static str,
    sign: fn(secrets: &[&str], body: &str, at: i64) -> Vec<(&'static str, String)>,
}

fn stripe(secrets: &[&str], body: &str, at: i64) -> Vec<(&'static str, String)> {
    // Stripe signs with every secret that has not expired yet.
    let signatures = secrets.iter().map(|secret| {
        let header = sign_stripe(secret, at, body.as_bytes());
        header.split_once(',').unwrap().1.to_owned()
    });
    let header: Vec<String> = [format!("t={at}")].into_iter().chain(signatures).collect();
    vec![("stripe-signature", header.join(","))]
}

fn magento(secrets: &[&str], body: &str, _: i64) -> Vec<(&'static str, String)> {
    vec![("x-magento-signature", sign_magento(secrets[0], body.as_bytes()))]
}

fn wms(secrets: &[&str], body: &str, at: i64) -> Vec<(&'static str, String)> {
    let signature = sign_webhook(secrets[0], "msg_1", at, body.as_bytes()).unwrap();
    vec![
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature),
    ]
}

const SENDERS: [Sender; 3] = [
    Sender {
        source: Source::Stripe,
        old: "whsec_old",
        new: "whsec_new",
        forged: "whsec_forged",
        sign: stripe,
    },
    Sender { source: Source::Magento, old: "old", new: "new", forged: "forged", sign: magento },
    Sender {
        source: Source::Wms,
        old: "whsec_b2xkb2xk",
        new: "whsec_bmV3bmV3",
        forged: "whsec_Zm9yZ2Vk",
        sign: wms,
    },
];

impl Sender {
    fn request(&self, secrets: &[&str], body: &str, at: i64) -> Request {
        let path = format!("/webhooks/{}/main?event=sales.order.updated", self.source.as_str());
        let headers = (self.sign)(secrets, body, at);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        request(&path, &headers, body.as_bytes())
    }

    /// What it signs the `n`-th event with.
    fn signs_with(&self, n: usize) -> Vec<&'static str> {
        match (self.source, n) {
            (_, ..STORED) => vec![self.old],
            (Source::Stripe, STORED..REMOVED) => vec![self.new, self.old],
            (_, STORED..ROLLED) => vec![self.old],
            _ => vec![self.new],
        }
    }

    fn body(&self, n: usize) -> String {
        match self.source {
            Source::Stripe => event(&json!({ "id": format!("evt_{n}") })),
            Source::Magento => json!({ "data": { "entity_id": n } }).to_string(),
            Source::Wms => json!({ "id": format!("wev_{n}"), "type": "stock.adjusted" }).to_string(),
        }
    }
}

async fn second_passes(world: &World) {
    world.clock.advance(SignedDuration::from_secs(BETWEEN_S.cast_signed()));
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(BETWEEN_S)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_rotation_in_the_middle_of_a_thousand_events_rejects_none() {
    for sender in SENDERS {
        let cloud = Cloud::start().await.unwrap();
        let mut world = World::new("test").await;
        world.ingest.signing = signing_secrets(cloud.endpoint()).await;
        let store = |secrets: &[&str]| {
            let name = format!("tillbridge/local/main/{}", sender.source.secret().as_str());
            cloud.put_secret(&name, &json!({ "signing_secrets": secrets }).to_string());
        };
        store(&[sender.old]);
        for n in 0..EVENTS {
            match n {
                STORED => store(&[sender.new, sender.old]),
                REMOVED => store(&[sender.new]),
                _ => {}
            }
            let (body, at) = (sender.body(n), world.clock.now().as_second());
            let answer = world.send(sender.request(&sender.signs_with(n), &body, at)).await;
            assert_eq!(answer.status, 200, "event {n} of {:?}: {answer:?}", sender.source);
            if n % FORGED_EVERY == 0 {
                let answer = world.send(sender.request(&[sender.forged], &body, at)).await;
                assert_eq!(answer.status, 400, "forged {n} of {:?}: {answer:?}", sender.source);
            }
            second_passes(&world).await;
        }
        let seconds = EVENTS as u64 * BETWEEN_S;
        let reads = cloud.asked_to("GetSecretValue").len() as u64;
        assert!(reads <= seconds / 30 + 1, "{reads} reads of a secret in {seconds} s");
        // What is no longer stored is no longer believed.
        let late = sender.request(&[sender.old], &sender.body(EVENTS), world.clock.now().as_second());
        assert_eq!(world.send(late).await.status, 400, "{:?}", sender.source);
    }
}
