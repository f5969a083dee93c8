//! Signatures: against another's implementation, and against the check of the shop's double.

use std::collections::HashSet;

use environment::MagentoAuth;
use flow::{Class, Connector as _};
use magento::{Keys, Query, authorization};
use sandbox::MagentoSettings;
use serde_json::{Value, json};

use crate::door::Seen;
use crate::world::{Options, World, call};

const READ: &str = "magento.store.read";

/// Signatures that oauthlib made; the file says which version.
fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("oauth_vectors.json")).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn query(pairs: &Value) -> Query {
    let pairs = pairs.as_array().unwrap().iter();
    pairs.fold(Query::new(), |query, pair| query.with(pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
}

/// A parameter of an `Authorization` header, as it stands there.
fn parameter<'a>(header: &'a str, name: &str) -> &'a str {
    let start = header.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
    header[start..].split('"').next().unwrap()
}

fn header(seen: &Seen) -> String {
    seen.headers.get("authorization").unwrap().to_str().unwrap().to_owned()
}

#[test]
fn signatures_are_those_of_another_implementation() {
    for case in vectors() {
        let text = |name: &str| case[name].as_str().unwrap().to_owned();
        let keys = Keys {
            consumer_key: text("consumer_key").into(),
            consumer_secret: text("consumer_secret").into(),
            access_token: text("access_token").into(),
            access_token_secret: text("access_token_secret").into(),
        };
        let (url, timestamp) = (text("url").parse().unwrap(), case["timestamp"].as_i64().unwrap());
        let query = query(&case["query"]);
        let header = authorization(&keys, &text("method"), &url, &query, &text("nonce"), timestamp).unwrap();
        assert_eq!(parameter(&header, "oauth_signature"), text("signature"), "{}", text("name"));
        assert_eq!(parameter(&header, "oauth_signature_method"), "HMAC-SHA256");
        assert_eq!(parameter(&header, "oauth_version"), "1.0");
        assert_eq!(parameter(&header, "oauth_nonce"), text("nonce"));
    }
}

#[tokio::test]
async fn the_shop_takes_every_query_as_it_was_signed() {
    let world = World::new().await;
    for case in vectors() {
        let query = query(&case["query"]).with("searchCriteria[pageSize]", "1");
        let header = world.door.signed("GET", "/V1/orders", &query);
        let path = format!("/V1/orders{}", query.encoded());
        let (status, answer) = world.door.ask("GET", &path, &header, &Value::Null).await;
        assert_eq!(status, 200, "{}: {answer}", case["name"]);
        // Magento drops a piece that has not exactly one `=`: all others must be told apart.
        for piece in query.encoded().trim_start_matches('?').split('&') {
            assert_eq!(piece.matches('=').count(), 1, "{piece}");
        }
    }
}

#[tokio::test]
async fn what_was_not_signed_is_refused() {
    let world = World::new().await;
    let query = Query::new().filter("increment_id", "eq", "000000041");
    let other = Query::new().filter("increment_id", "eq", "000000042");
    let header = world.door.signed("GET", "/V1/orders", &query);
    let path = format!("/V1/orders{}", other.encoded());
    let (status, answer) = world.door.ask("GET", &path, &header, &Value::Null).await;
    assert_eq!(
        (status, &answer["message"]),
        (401, &json!("The signature is invalid. Verify and try again."))
    );
}

#[tokio::test]
async fn a_nonce_is_good_for_one_request() {
    let world = World::new().await;
    let header = world.door.signed("GET", "/V1/store/storeViews", &Query::new());
    let ask = || world.door.ask("GET", "/V1/store/storeViews", &header, &Value::Null);
    assert_eq!(ask().await.0, 200);
    let (status, answer) = ask().await;
    assert_eq!(status, 401, "{answer}");
}

#[tokio::test]
async fn every_request_has_a_nonce_of_its_own() {
    let world = World::new().await;
    for _ in 0..300 {
        world.run(READ, json!({})).await.unwrap();
    }
    let nonces: HashSet<String> =
        world.door.take().iter().map(|seen| parameter(&header(seen), "oauth_nonce").to_owned()).collect();
    assert_eq!(nonces.len(), 300);
    for nonce in nonces {
        assert!(nonce.len() == 32 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{nonce}");
    }
}

#[tokio::test]
async fn a_request_says_who_asks_and_what_it_takes() {
    let world = World::new().await;
    world.run(READ, json!({})).await.unwrap();
    let seen = &world.door.take()[0];
    let value = |name: &str| seen.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(value("accept"), Some("application/json"));
    assert_eq!(value("user-agent"), Some(concat!("tillbridge/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(value("content-type"), None);
    assert_eq!((seen.path.as_str(), seen.query.as_str()), ("/rest/V1/store/storeViews", ""));
}

#[tokio::test]
async fn the_store_view_stands_in_the_path_and_is_signed() {
    let mut options = Options::default();
    options.magento.scope = Some("de_de".to_owned());
    let world = World::with(options).await;
    world.run(READ, json!({})).await.unwrap();
    assert_eq!(world.requests(), ["GET /rest/de_de/V1/store/storeViews"]);
}

#[tokio::test]
async fn a_shop_behind_a_tls_proxy_is_signed_for_as_it_sees_itself() {
    for (seen, signed, code) in [
        ("https", Some("https"), None),
        ("https", None, Some("unauthorized")),
        ("http", Some("https"), Some("unauthorized")),
    ] {
        let mut options = Options { seen_scheme: seen, ..Options::default() };
        options.magento.signed_scheme = signed.map(str::to_owned);
        let world = World::with(options).await;
        let result = world.run(READ, json!({})).await;
        assert_eq!(result.err().map(|fault| fault.code).as_deref(), code, "{seen} {signed:?}");
    }
}

#[tokio::test]
async fn a_bearer_goes_only_where_the_pair_says_so() {
    for (allowed, code) in [(true, None), (false, Some("unauthorized"))] {
        let mut options = Options::default();
        options.magento.auth = MagentoAuth::Bearer;
        options.shop.switches.bearer_allowed = allowed;
        let token = options.shop.access_token.clone();
        let world = World::with(options).await;
        let fault = world.run(READ, json!({})).await.err();
        assert_eq!(fault.as_ref().map(|fault| fault.code.as_str()), code);
        assert!(fault.is_none_or(|fault| fault.class == Class::Auth && !fault.message.contains(&token)));
        let seen = world.door.take();
        assert!(seen.iter().all(|seen| header(seen) == format!("Bearer {token}")));
        // One call; where it is refused, one more to see that the identity is not known.
        assert_eq!(seen.len(), if allowed { 1 } else { 2 });
    }
}

#[tokio::test]
async fn wrong_keys_are_a_matter_for_a_person() {
    let right = MagentoSettings::default();
    let wrong = "x".repeat(32);
    for spoil in [
        |keys: &mut MagentoSettings, wrong: &str| wrong.clone_into(&mut keys.consumer_key),
        |keys: &mut MagentoSettings, wrong: &str| wrong.clone_into(&mut keys.consumer_secret),
        |keys: &mut MagentoSettings, wrong: &str| wrong.clone_into(&mut keys.access_token),
        |keys: &mut MagentoSettings, wrong: &str| wrong.clone_into(&mut keys.access_token_secret),
    ] {
        let world = World::new().await;
        let mut shop = right.clone();
        spoil(&mut shop, &wrong);
        let client = crate::world::client(&world.door.base, &Options { shop, ..Options::default() });
        let error = magento::store::read::run(client, magento::store::read::Input {}).await.unwrap_err();
        assert_eq!((error.class(), error.code()), (Class::Auth, "unauthorized"));
        assert!(!error.to_string().contains(&wrong), "{error}");
        assert_eq!(world.door.take().len(), 1);
    }
}

/// While integrations are rotated the current one goes first, then once the other; what both are refused is told of the first.
#[tokio::test]
async fn of_two_integrations_either_is_taken_and_remembered() {
    let unknown = MagentoSettings {
        consumer_key: "anotherconsumerkey00000000000000".to_owned(),
        access_token: "anotheraccesstoken00000000000000".to_owned(),
        ..MagentoSettings::default()
    };
    let world = World::new().await;
    for (current, previous, refused) in
        [(unknown.clone(), MagentoSettings::default(), 1), (MagentoSettings::default(), unknown.clone(), 0)]
    {
        world.door.shop.clear_requests();
        let options = Options { shop: current, previous: Some(previous), ..Options::default() };
        let connector = magento::connector(crate::world::client(&world.door.base, &options)).unwrap();
        for _ in 0..3 {
            connector.run(&"magento.store.read".parse().unwrap(), &call(), json!({})).await.unwrap();
        }
        let seen = world.door.shop.requests(0);
        let statuses: Vec<u16> = seen.iter().filter_map(|request| request.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), refused, "{statuses:?}");
        assert_eq!(statuses.len(), 3 + refused, "{statuses:?}");
    }
    let options = Options { shop: unknown.clone(), previous: Some(unknown), ..Options::default() };
    let connector = magento::connector(crate::world::client(&world.door.base, &options)).unwrap();
    let fault = connector.run(&"magento.store.read".parse().unwrap(), &call(), json!({})).await.unwrap_err();
    assert_eq!(fault.class, Class::Auth);
}
