//! Secrets: read seldom, believed for a while, never shown.

use std::time::Duration;

use aws::Secrets;
use environment::{Secret, SecretError, SecretKind, SecretName, Secrets as _, Unreadable};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::world::{World, config};

const NAME: &str = "tillbridge/test/main/erp";

fn name() -> SecretName {
    SecretName::new("test", &"main".parse().unwrap(), SecretKind::Erp)
}

#[derive(Deserialize)]
struct Token {
    token: SecretString,
}

fn token(secret: &Secret) -> String {
    secret.json::<Token>().unwrap().token.expose_secret().to_owned()
}

async fn stored(text: &str) -> (World, Secrets) {
    let world = World::new().await;
    world.cloud.put_secret(NAME, text);
    let secrets = world.secrets();
    (world, secrets)
}

fn why(answer: Result<Secret, SecretError>) -> Unreadable {
    answer.err().unwrap().why()
}

/// Moves time on between two requests; while one is under way it is the true one.
async fn later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_secret_is_read_once_in_five_minutes() {
    let (world, secrets) = stored(r#"{"token":"first"}"#).await;
    for _ in 0..3 {
        assert_eq!(token(&secrets.get(&name()).await.unwrap()), "first");
    }
    world.cloud.put_secret(NAME, r#"{"token":"second"}"#);
    later(290).await;
    assert_eq!(token(&secrets.clone().get(&name()).await.unwrap()), "first");
    assert_eq!(world.cloud.asked_to("GetSecretValue"), [json!({ "SecretId": NAME })]);
    let old = secrets.get(&name()).await.unwrap().version;
    later(11).await;
    let new = secrets.get(&name()).await.unwrap();
    assert_eq!(token(&new), "second");
    assert_ne!(new.version, old);
    assert_eq!(world.cloud.asked_to("GetSecretValue").len(), 2);
}

/// A signature that does not fit may be of a secret that was rotated a moment ago; a flood of them is no flood of reads.
#[tokio::test]
async fn a_refused_value_is_read_again_but_not_more_than_twice_a_minute() {
    let (world, secrets) = stored(r#"{"token":"first"}"#).await;
    secrets.get(&name()).await.unwrap();
    world.cloud.put_secret(NAME, r#"{"token":"second"}"#);
    for _ in 0..20 {
        assert_eq!(token(&secrets.refresh(&name()).await.unwrap()), "first");
    }
    later(31).await;
    for _ in 0..20 {
        assert_eq!(token(&secrets.refresh(&name()).await.unwrap()), "second");
    }
    assert_eq!(token(&secrets.get(&name()).await.unwrap()), "second");
    assert_eq!(world.cloud.asked_to("GetSecretValue").len(), 2);
}

#[tokio::test]
async fn the_old_value_holds_while_aws_is_away_and_not_when_it_says_no() {
    let (world, secrets) = stored(r#"{"token":"first"}"#).await;
    secrets.get(&name()).await.unwrap();
    later(301).await;
    let internal = json!({ "__type": "x#InternalServiceError", "message": "no" });
    world.cloud.fail_next("GetSecretValue", 500, internal);
    assert_eq!(token(&secrets.get(&name()).await.unwrap()), "first");
    // It is asked again at once: the old value is a loan.
    assert_eq!(token(&secrets.get(&name()).await.unwrap()), "first");
    assert_eq!(world.cloud.asked_to("GetSecretValue").len(), 3);

    later(301).await;
    world.cloud.delete_secret(NAME);
    let deleted = secrets.get(&name()).await;
    assert_eq!(why(deleted), Unreadable::Refused);
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_named_with_what_to_do() {
    let world = World::new().await;
    let secrets = world.secrets();
    let error = secrets.get(&name()).await.err().unwrap();
    assert_eq!(error.why(), Unreadable::Refused);
    assert_eq!(error.to_string(), format!("secret {NAME}: it is missing; store it in Secrets Manager"));
    // Not remembered: who stores it is heard at once.
    world.cloud.put_secret(NAME, r#"{"token":"now"}"#);
    assert_eq!(token(&secrets.get(&name()).await.unwrap()), "now");

    for (status, code, reason) in [
        (400, "AccessDeniedException", Unreadable::Refused),
        (400, "ThrottlingException", Unreadable::Throttled),
        (500, "InternalServiceError", Unreadable::Unavailable),
    ] {
        let world = World::new().await;
        world.cloud.fail_next("GetSecretValue", status, json!({ "__type": code, "message": "no" }));
        let answer = world.secrets().get(&name()).await;
        assert!(answer.as_ref().is_err_and(|error| error.to_string().contains(NAME)), "{code}");
        assert_eq!(why(answer), reason, "{code}");
    }
    let world = World::new().await;
    world.cloud.fail_next("GetSecretValue", 200, json!({ "Name": NAME, "SecretBinary": "AAAA" }));
    let error = world.secrets().get(&name()).await.err().unwrap();
    assert!(error.to_string().contains("store JSON text"), "{error}");

    let nobody = Secrets::new(&config("http://127.0.0.1:9").await);
    assert_eq!(why(nobody.get(&name()).await), Unreadable::Unavailable);
}

#[tokio::test]
async fn what_a_secret_holds_is_in_no_error() {
    for text in [
        "canary-1",
        r#""canary-2""#,
        r#"{"token": ["canary-3"]}"#,
        r#"{"canary-4": "canary-5"}"#,
        r#"{"token": "canary-6""#,
        r#"{"token": {"canary-7": 1}}"#,
        r#"[["canary-8"]]"#,
    ] {
        let (_world, secrets) = stored(text).await;
        let secret = secrets.get(&name()).await.unwrap();
        let error = secret.json::<Token>().err().unwrap();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains(NAME) && shown.contains("store it again"), "{shown}");
    }
}
