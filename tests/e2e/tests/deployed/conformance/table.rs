//! Conditional writes and transactions, asked directly, on keys that no execution has.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem};
use e2e::Stack;

use super::{BLAME, unique};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn a_condition_that_does_not_hold_refuses_the_write() {
    let stack = Stack::from_env().unwrap();
    let key = unique("conformance#condition");
    let put = |value: &str| {
        let request = stack
            .dynamodb
            .put_item()
            .table_name(&stack.state.table)
            .condition_expression("attribute_not_exists(pk)");
        request.item("pk", text(&key)).item("sk", text("-")).item("value", text(value)).send()
    };
    put("first").await.unwrap();
    let refused = put("second").await.expect_err(BLAME).into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{BLAME}: {refused}");
    let found = stack.table.partition(&key).await.unwrap();
    assert_eq!(found[0]["value"], "first", "{BLAME}: the refused write was made");
}

#[tokio::test]
async fn a_transaction_is_refused_whole_and_says_why() {
    let stack = Stack::from_env().unwrap();
    let (key, stop) = (unique("conformance#transaction"), unique("conformance#stop"));
    let table = &stack.state.table;
    stack
        .dynamodb
        .put_item()
        .table_name(table)
        .item("pk", text(&stop))
        .item("sk", text("-"))
        .send()
        .await
        .unwrap();
    let put = Put::builder().table_name(table).item("pk", text(&key)).item("sk", text("-")).build().unwrap();
    let check = ConditionCheck::builder()
        .table_name(table)
        .key("pk", text(&stop))
        .key("sk", text("-"))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    let refused = stack
        .dynamodb
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await
        .expect_err(BLAME)
        .into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(why) = refused
    else {
        panic!("{BLAME}: refused with {refused}");
    };
    let codes: Vec<_> =
        why.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"], "{BLAME}: the reasons");
    assert_eq!(
        stack.table.partition(&key).await.unwrap(),
        Vec::new(),
        "{BLAME}: half of the transaction was made"
    );
}
