//! The process dies, or an answer is lost, at any of its requests: afterwards the books are as if nothing had happened.

use flow::{Class, Fault};
use outbound::Pool;
use serde_json::{Value, json};

use super::{PUT, input, memos, paid_with, put, refund, simple};
use crate::door::Reply;
use crate::world::{Options, World};

/// What is refunded, and what was before.
const HISTORIES: [(&[i64], i64); 3] = [(&[], 9890), (&[], 500), (&[500, 500], 500)];

async fn world(pool: &Pool, before: &[i64], own: i64) -> (World, Vec<Value>) {
    let world = paid_with(simple(), Options { pool: Some(pool.clone()), ..Options::default() }).await;
    let mut refunds = vec![refund("re_own", own, "USD")];
    refunds.extend((1..).zip(before).map(|(nth, minor)| refund(&format!("re_{nth}"), *minor, "USD")));
    for at in 1..refunds.len() {
        let mut all = refunds.clone();
        all.swap(0, at);
        put(&world, &all).await.unwrap();
    }
    world.requests();
    (world, refunds)
}

/// Ways in which an answer is lost.
fn losses() -> Vec<Reply> {
    let masked = json!({ "message": "Internal Error. Details are available in Magento log file. Report ID: webapi-1" });
    let unsaved = json!({ "message": "Could not save a Creditmemo, see error log for details" });
    let cut = Reply { status: 200, breaks: true, ..Reply::default() };
    vec![
        cut.clone(),
        cut.committed(),
        Reply::json(500, &masked).committed(),
        Reply::json(400, &unsaved),
        Reply::json(400, &unsaved).committed(),
        Reply::html(502, "<html>502 Bad Gateway</html>").committed(),
        Reply::html(503, "<html>503 first byte timeout</html>").committed(),
        Reply::html(200, "<html>a password, please</html>").committed(),
        Reply::raw(200, "application/json", "<br /><b>Warning</b> {").committed(),
    ]
}

/// What the engine does after a write that was begun: find, find again, and only then run again.
async fn engine(world: &World, refunds: &[Value]) -> Result<Value, Fault> {
    for _ in 0..2 {
        if let Some(found) = world.find(PUT, input(41, refunds)).await? {
            return Ok(found);
        }
    }
    put(world, refunds).await
}

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_the_same_books() {
    let (pool, mut count) = (Pool::new().unwrap(), 0);
    for (before, own) in HISTORIES {
        let (undisturbed, refunds) = world(&pool, before, own).await;
        let output = put(&undisturbed, &refunds).await.unwrap();
        let requests = undisturbed.door.take();
        assert_eq!(requests.len(), 6);
        for nth in 1..=requests.len() {
            for loss in losses() {
                let what = format!("{before:?} {own}, request {nth}: {loss:?}");
                let (world, refunds) = world(&pool, before, own).await;
                world.door.reply(nth, loss);
                let fault = put(&world, &refunds).await.expect_err(&what);
                if requests[nth - 1].method == "POST" {
                    assert_eq!(fault.class, Class::UnknownOutcome, "{what}");
                }
                let after = engine(&world, &refunds).await.unwrap_or_else(|fault| panic!("{what}: {fault}"));
                assert_eq!(after["memo"], output["memo"], "{what}");
                assert_eq!(world.books(), undisturbed.books(), "{what}");
                assert_eq!(memos(&world).len(), before.len() + 1, "{what}");
                count += 1;
            }
        }
    }
    assert!(count > 150, "only {count} histories");
}
