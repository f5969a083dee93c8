//! Mistakes of set-up on the running stack: a missing secret, queue, table, tax code; a secret that is refused, or has two values.
//! Nothing is lost: what was taken waits, or is parked where a person sees it, and goes on once it is mended.
//!
//! A function that needs other settings gets them for the length of a test, and its old ones back whatever comes of it.

use e2e::{Answer, Execution, FLOW, Held, Order, Stack, stripe};
use serde_json::{Value, json};

/// An API key that Stripe refuses, and that must be seen nowhere.
pub(crate) const CANARY_KEY: &str = "rk_test_canary0FlewIntoTheLogs";
/// The stage's signing secrets: a rotation is under way.
pub(crate) const CANARY_SIGNING: [&str; 2] = ["whsec_canaryTheOldOne", "whsec_canaryTheNewOne"];

fn refused(answer: &Answer, status: u16, text: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.body.starts_with(text), "{answer:?}");
}

#[tokio::test]
async fn a_missing_queue_is_told_to_the_sender() {
    let stack = Stack::alone().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    let before = stack.footprint(mark).await.unwrap();
    let gone = format!("{}-gone.fifo", stack.state.queue_urls[FLOW].trim_end_matches(".fifo"));
    let changes = [("QUEUE_URL_ORDER_TO_CASH", gone.as_str())];
    let answer = stack
        .with_variables(&["ingest"], &changes, async || stack.send_stripe("main", &order.body()).await)
        .await
        .unwrap();
    refused(&answer, 503, "refused: queue_unavailable: ");
    assert_eq!(stack.footprint(mark).await.unwrap(), before);
    // The sender tries again.
    assert_eq!(stack.run(&order).await.unwrap().status(), "done");
}

#[tokio::test]
async fn a_missing_table_loses_no_message() {
    let stack = Stack::alone().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    stack
        .with_variables(&[FLOW], &[("TABLE", "no-such-table")], async || {
            stack.pay(&order).await?;
            let what = "the consumer says that it cannot use the table";
            e2e::wait_until(what, e2e::WAIT, || async {
                let taken = stack.deliveries(order.event_id()).await?;
                Ok(taken.iter().any(|taken| taken == "retry").then_some(()))
            })
            .await
        })
        .await
        .unwrap();
    // Without a claim nothing is asked of anybody.
    assert_eq!(stack.sandbox.requests(mark).await.unwrap(), Vec::<Value>::new());
    let execution = stack.ended(order.event_id()).await.unwrap();
    assert_eq!(execution.status(), "done", "{execution:?}");
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    assert_eq!(held.faults(order.intent.as_deref().unwrap()), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_of_the_test_mode_on_a_live_stage() {
    let stack = Stack::alone().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    let before = stack.footprint(mark).await.unwrap();
    let secret = &stack.secrets["stripe-webhook"];
    stack.cloud.put_secret("tillbridge/live/main/stripe-webhook", secret).await.unwrap();
    let answer = stack
        .with_variables(&["ingest"], &[("STAGE", "live")], async || {
            stack.send_stripe("main", &order.body()).await
        })
        .await
        .unwrap();
    assert_eq!(answer, Answer { status: 200, body: "skipped: mode\n".to_owned() });
    assert_eq!(stack.footprint(mark).await.unwrap(), before);
}

#[tokio::test]
async fn a_stage_that_is_not_set_up() {
    let stack = Stack::alone().await.unwrap();
    for kind in ["stripe", "stripe-webhook", "magento", "erp", "wms"] {
        // An earlier run may have stored it.
        stack.cloud.delete_secret(&format!("tillbridge/unready/main/{kind}")).await.unwrap();
    }
    checked(&stack).await;
    let orders = [stack.order("simple").await.unwrap(), stack.order("simple").await.unwrap()];
    let unready = [("STAGE", "unready")];
    stack
        .with_variables(&["ingest", FLOW], &unready, async || {
            signing_secrets(&stack, &orders).await?;
            for order in &orders {
                is_waiting(&stack, order, "unready/main/stripe: it is missing").await?;
            }
            refused_key(&stack, &orders[0]).await
        })
        .await
        .unwrap();
    // With the right key, in processes that have not seen the wrong one.
    stack.cloud.put_secret("tillbridge/unready/main/stripe", &stack.secrets["stripe"]).await.unwrap();
    let execution = stack
        .with_variables(&[FLOW], &unready, async || {
            stack.copy(&orders[0], "main", "right-key").await?;
            stack.ended(orders[0].event_id()).await
        })
        .await
        .unwrap();
    parked_for_its_tax_code(&stack, &orders[0], &execution).await;
    // What waits for its secret would come back in the middle of another test.
    stack.queues.purge(&stack.state.queue_urls[FLOW]).await.unwrap();
}

/// `tillbridge check` names everything that is missing, before any event comes.
async fn checked(stack: &Stack) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/environments/unready.yaml");
    let said = stack.tillbridge_at("unready", &["check", "--environment", file]).await.unwrap();
    assert_eq!(said.code, 1, "{said:?}");
    for words in [
        "pair main, table tax_codes",
        "pair main, table shipping_services",
        "pair main, account receivable",
        "pair main, account stripe_clearing.USD",
        "tillbridge/unready/main/stripe-webhook: it is missing",
        "tillbridge/unready/main/erp: it is missing",
    ] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
}

/// Without a signing secret nothing can be believed; with two, either is good.
async fn signing_secrets(stack: &Stack, orders: &[Order; 2]) -> anyhow::Result<()> {
    let signed = async |secret: &str, order: &Order| {
        let body = order.body();
        stack.send_signed("main", &stripe(secret, body.as_bytes())?, body.as_bytes()).await
    };
    let name = "tillbridge/unready/main/stripe-webhook";
    refused(&signed(CANARY_SIGNING[0], &orders[0]).await?, 503, "refused: secret_unavailable: ");
    stack.cloud.put_secret(name, &json!({ "signing_secrets": CANARY_SIGNING })).await?;
    for (secret, order) in CANARY_SIGNING.iter().zip(orders) {
        refused(&signed(secret, order).await?, 200, "queued: order-to-cash");
    }
    refused(
        &signed("whsec_sandbox_stripe_signing_secret", &orders[0]).await?,
        400,
        "refused: signature_mismatch: ",
    );
    Ok(())
}

/// An execution that waits for whoever gives the integration its keys.
async fn is_waiting(stack: &Stack, order: &Order, words: &str) -> anyhow::Result<()> {
    let says = |execution: &Execution| {
        let waiting = &execution.head.get("waiting").cloned().unwrap_or_default();
        waiting["class"] == "auth" && waiting["message"].as_str().is_some_and(|text| text.contains(words))
    };
    stack.until("main", order.event_id(), &format!("waiting for `{words}`"), says).await.map(|_| ())
}

/// Stripe's refusal quotes the key that it refuses.
async fn refused_key(stack: &Stack, order: &Order) -> anyhow::Result<()> {
    for kind in ["magento", "erp", "wms"] {
        stack.cloud.put_secret(&format!("tillbridge/unready/main/{kind}"), &stack.secrets[kind]).await?;
    }
    let wrong = json!({ "api_key": CANARY_KEY });
    stack.cloud.put_secret("tillbridge/unready/main/stripe", &wrong).await?;
    stack.copy(order, "main", "wrong-key").await?;
    is_waiting(stack, order, "put a valid restricted key").await
}

/// The shop is right, the books wait for a person; the goods wait with them.
async fn parked_for_its_tax_code(stack: &Stack, order: &Order, execution: &Execution) {
    assert_eq!(execution.status(), "parked", "{execution:?}");
    assert!(execution.message().contains("tax_codes"), "{}", execution.message());
    assert_eq!(stack.letters(order.event_id()).await.unwrap().len(), 1);
    let held = Held::of(&stack.sandbox.state().await.unwrap(), order);
    let documents = (held.invoices.len(), held.sales_orders.len(), held.fulfilments.len());
    assert_eq!((documents, &held.order["status"]), ((1, 0, 0), &json!("processing")));
}
