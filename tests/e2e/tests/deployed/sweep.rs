//! The deployed sweep. Its schedule is asked of the probe (`conformance`): here it is started by hand, as `template.yaml` has it run
//! locally so seldom that no other test meets it.

use e2e::{Stack, now_s};
use serde_json::json;

use crate::outage::whole;

/// How old an event is: older than what the sweep leaves to its webhook.
const AGE_S: u64 = 180;

#[tokio::test]
async fn a_payment_whose_webhook_never_came_is_found_by_the_sweep() {
    let stack = Stack::alone().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let mut event = order.event.clone();
    event["created"] = json!(now_s().unwrap() - AGE_S);
    stack.sandbox.post("/admin/charges", &event).await.unwrap();
    for _ in 0..2 {
        stack.cloud.invoke(&format!("tillbridge-{}-sweep", stack.state.stage)).await.unwrap();
        let execution = stack.ended(order.event_id()).await.unwrap();
        assert_eq!(whole(&stack, &order, &execution).await, Vec::<String>::new());
        assert_eq!(execution.attempts(), 1, "a second run brings nothing");
    }
}
