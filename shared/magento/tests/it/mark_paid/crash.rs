//! The process dies, or an answer is lost, at any of its requests: afterwards the books are as if nothing had happened.

use flow::{Class, Fault};
use outbound::Pool;
use serde_json::{Value, json};

use super::{MARK_PAID, assert_paid_once, input, pay, simple, simple_in, somebody_invoices, world_with};
use crate::door::Reply;
use crate::world::{Options, World};

/// One beginning.
#[derive(Clone, Copy, Debug)]
enum Beginning {
    New,
    PendingPayment,
    PendingPaymentStrict,
    Virtual,
    InvoicedBySomebody,
    InvoicedInPart,
    PendingPaymentInvoicedBySomebody,
}

const BEGINNINGS: [Beginning; 7] = [
    Beginning::New,
    Beginning::PendingPayment,
    Beginning::PendingPaymentStrict,
    Beginning::Virtual,
    Beginning::InvoicedBySomebody,
    Beginning::InvoicedInPart,
    Beginning::PendingPaymentInvoicedBySomebody,
];

impl Beginning {
    async fn world(self, pool: &Pool) -> World {
        let mut options = Options { pool: Some(pool.clone()), ..Options::default() };
        options.shop.switches.strict_comment_status = matches!(self, Self::PendingPaymentStrict);
        options.magento.allow_order_save = true;
        let mut order = match self {
            Self::PendingPayment | Self::PendingPaymentStrict | Self::PendingPaymentInvoicedBySomebody => {
                simple_in("pending_payment", "pending_payment")
            }
            Self::New | Self::Virtual | Self::InvoicedBySomebody | Self::InvoicedInPart => simple(),
        };
        if matches!(self, Self::Virtual) {
            order["is_virtual"] = json!(1);
            for row in order["items"].as_array_mut().unwrap() {
                row["is_virtual"] = json!(1);
            }
        }
        let world = world_with(order, options).await;
        match self {
            Self::InvoicedBySomebody | Self::PendingPaymentInvoicedBySomebody => {
                somebody_invoices(&world, 41, &Value::Null).await;
            }
            Self::InvoicedInPart => {
                somebody_invoices(&world, 41, &json!([{ "order_item_id": 412, "qty": 1 }])).await;
            }
            Self::New | Self::PendingPayment | Self::PendingPaymentStrict | Self::Virtual => {}
        }
        world
    }
}

/// Ways in which an answer is lost.
fn losses() -> Vec<Reply> {
    let masked = json!({ "message": "Internal Error. Details are available in Magento log file. Report ID: webapi-1" });
    let unsaved = json!({ "message": "Could not save an invoice, see error log for details" });
    let cut = Reply { status: 200, breaks: true, ..Reply::default() };
    vec![
        cut.clone(),
        cut.committed(),
        Reply::json(500, &masked),
        Reply::json(500, &masked).committed(),
        Reply::json(400, &unsaved),
        Reply::json(400, &unsaved).committed(),
        Reply::html(502, "<html>502 Bad Gateway</html>"),
        Reply::html(502, "<html>502 Bad Gateway</html>").committed(),
        Reply::html(503, "<html>503 first byte timeout</html>").committed(),
        Reply::html(200, "<html>a password, please</html>"),
        Reply::html(200, "<html>a password, please</html>").committed(),
        Reply::raw(200, "application/json", "<br /><b>Warning</b> {").committed(),
    ]
}

/// What the engine does after a write that was begun: find, find again, and only then run again.
async fn engine(world: &World) -> Result<Value, Fault> {
    for _ in 0..2 {
        if let Some(found) = world.find(MARK_PAID, input(41)).await? {
            return Ok(found);
        }
    }
    pay(world).await
}

#[tokio::test]
async fn a_lost_answer_anywhere_ends_with_the_same_books() {
    let (pool, mut histories) = (Pool::new().unwrap(), 0);
    for beginning in BEGINNINGS {
        let undisturbed = beginning.world(&pool).await;
        let output = pay(&undisturbed).await.unwrap();
        let requests = undisturbed.door.take();
        for nth in 1..=requests.len() {
            let is_write = requests[nth - 1].method == "POST";
            for loss in losses() {
                let what = format!("{beginning:?}, request {nth}: {loss:?}");
                let world = beginning.world(&pool).await;
                world.door.reply(nth, loss);
                let fault = pay(&world).await.expect_err(&what);
                let class = if is_write { Class::UnknownOutcome } else { fault.class };
                assert_eq!(fault.class, class, "{what}");
                assert!(is_write || matches!(fault.class, Class::Transient | Class::Validation), "{what}");
                let after = engine(&world).await.unwrap_or_else(|fault| panic!("{what}: {fault}"));
                assert_eq!(after, output, "{what}");
                assert_eq!(world.books(), undisturbed.books(), "{what}");
                assert_paid_once(&world);
                histories += 1;
            }
        }
    }
    assert!(histories > 300, "only {histories} histories");
}

#[tokio::test]
async fn two_lost_answers_end_with_the_same_books_too() {
    let pool = Pool::new().unwrap();
    for beginning in [Beginning::New, Beginning::PendingPaymentStrict] {
        let undisturbed = beginning.world(&pool).await;
        let output = pay(&undisturbed).await.unwrap();
        let count = undisturbed.door.take().len();
        let cut = || Reply { status: 200, breaks: true, ..Reply::default() }.committed();
        for first in 1..=count {
            for second in 1..=count + 4 {
                let world = beginning.world(&pool).await;
                world.door.reply(first, cut());
                pay(&world).await.unwrap_err();
                world.door.reply(second, cut());
                let mut after = engine(&world).await;
                if after.is_err() {
                    after = engine(&world).await;
                }
                assert_eq!(after.unwrap(), output, "{beginning:?} {first} {second}");
                assert_eq!(world.books(), undisturbed.books(), "{beginning:?} {first} {second}");
            }
        }
    }
}
