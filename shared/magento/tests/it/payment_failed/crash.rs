//! The process dies, or an answer is lost, at any of the requests: the customer gets one mail, the staff one note.

use flow::Class;
use serde_json::json;

use super::{FAILED, MESSAGE, history, input, messages, tell, waiting, world, world_with};
use crate::door::Reply;
use crate::world::Options;

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_one_note_and_one_mail() {
    for earlier in [false, true] {
        for nth in 1..=4 {
            for commits in [false, true] {
                let world = world().await;
                let mut count = 1;
                if earlier {
                    // The words of the attempt before are the same.
                    tell(&world, "ch_0").await.unwrap();
                    count = 2;
                }
                world.door.take();
                let lost = Reply { status: 200, breaks: true, commits, ..Reply::default() };
                world.door.reply(nth, lost);
                let fault = tell(&world, "ch_1").await.unwrap_err();
                let class = if matches!(nth, 2 | 3) { Class::UnknownOutcome } else { Class::Transient };
                assert_eq!(fault.class, class);
                let found = world.find(FAILED, input("ch_1", Some(MESSAGE))).await.unwrap();
                assert_eq!(found.is_some(), nth == 4 || nth == 3 && commits, "{nth} {commits}");
                let output = tell(&world, "ch_1").await.unwrap();
                assert_eq!((&output["outcome"], &output["mail"]), (&json!("recorded"), &json!("sent")));
                assert_eq!((history(&world).len(), messages(&world)), (2 * count, count), "{nth} {commits}");
                assert_eq!(world.order(41)["status"], "payment_failed");
            }
        }
    }
}

/// The mail fails, and then an answer is lost as well.
#[tokio::test]
async fn a_lost_answer_behind_a_failed_mail_ends_with_one_message() {
    for nth in 3..=5 {
        let mut options = Options::default();
        options.shop.switches.mail_works = false;
        let world = world_with(waiting(), options).await;
        let lost = Reply { status: 200, breaks: true, commits: true, ..Reply::default() };
        world.door.reply(nth, lost);
        tell(&world, "ch_1").await.unwrap_err();
        assert_eq!(tell(&world, "ch_1").await.unwrap()["outcome"], "recorded");
        assert_eq!((history(&world).len(), messages(&world)), (2, 1), "{nth}");
    }
}

/// Told late: the first attempt's message is written when the second has long been told.
#[tokio::test]
async fn an_attempt_that_is_told_late_is_told_once() {
    let world = world().await;
    world.door.reply(3, Reply::json(503, &json!({ "message": "Service Temporarily Unavailable" })));
    tell(&world, "ch_1").await.unwrap_err();
    tell(&world, "ch_2").await.unwrap();
    assert_eq!(messages(&world), 1);
    for charge in ["ch_1", "ch_2", "ch_1", "ch_2"] {
        assert_eq!(tell(&world, charge).await.unwrap()["mail"], "sent");
        assert_eq!((history(&world).len(), messages(&world)), (4, 2));
    }
}
