//! Two live tokens while they are rotated: the current one, then once the other.

use flow::Class;
use sandbox::{ERP_TOKEN, ErpSettings, Settings};

use crate::document::order;
use crate::world::{Erp, ORDER, World, client, settings};

const OLD: &str = "token-of-yesterday";

#[tokio::test]
async fn a_refused_token_gives_way_to_the_other_and_is_not_tried_again() {
    let world = World::new().await;
    let erp = Erp::new(&settings(&world.base_url), &[OLD, ERP_TOKEN]);
    erp.put(ORDER, &order()).await.unwrap();
    let refused = |world: &World| world.requests().iter().filter(|seen| seen.status == Some(401)).count();
    assert_eq!(refused(&world), 1, "a rotation costs one refused call, not one a request");
    erp.put(ORDER, &order()).await.unwrap();
    assert_eq!(refused(&world), 1);
    assert_eq!(world.states("orders"), ["confirmed"]);
}

#[tokio::test]
async fn the_current_token_goes_first_while_both_are_live() {
    let erp = ErpSettings { tokens: vec!["new".to_owned(), OLD.to_owned()], ..ErpSettings::default() };
    let world = World::with(Settings { erp, ..Settings::default() }).await;
    Erp::new(&settings(&world.base_url), &["new", OLD]).put(ORDER, &order()).await.unwrap();
    assert!(world.requests().iter().all(|seen| seen.status != Some(401)));
}

#[tokio::test]
async fn two_refused_tokens_are_a_matter_of_identity_and_named_as_the_secret() {
    let world = World::new().await;
    for tokens in [&[OLD][..], &[OLD, "another-canary"][..]] {
        world.sandbox.clear_requests();
        let fault = Erp::new(&settings(&world.base_url), tokens).put(ORDER, &order()).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Auth, "unauthorized"));
        assert!(fault.message.contains("`erp` secret"), "{}", fault.message);
        assert!(!fault.message.contains(OLD) && !fault.message.contains("canary"), "{}", fault.message);
        assert_eq!(world.requests().len(), tokens.len());
    }
}

/// Only a refused identity is tried with the other token: a missing right or a refused document is not.
#[tokio::test]
async fn other_refusals_are_not_repeated() {
    for fault in ["error=403", "error=422", "error=429", "error=500"] {
        let world = World::new().await;
        world.plan("PUT", "/customers/", fault);
        let erp = Erp::new(&settings(&world.base_url), &[ERP_TOKEN, OLD]);
        erp.put(ORDER, &order()).await.unwrap_err();
        assert_eq!(world.requests().len(), 1, "{fault}");
    }
}

#[test]
fn tokens_that_cannot_be_sent_are_refused_at_the_start() {
    for tokens in
        [&[][..], &[""][..], &["a b"][..], &["line\nend"][..], &["ümlaut"][..], &["1", "2", "3"][..]]
    {
        let error = client(&settings("https://erp.test/erp/v1"), tokens).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("secret") && !text.contains("line"), "{text}");
    }
    assert!(client(&settings("https://erp.test/erp/v1"), &["a"]).is_ok());
}
