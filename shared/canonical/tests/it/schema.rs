//! The schemas that are committed are those of the types.

use canonical::{
    BalanceTransaction, CreditMemo, CreditNote, Dispute, Fulfilment, Journal, Order, Payment, PaymentEntry,
    Payout, Refund, SalesInvoice, SalesOrder,
};
use expect_test::expect_file;

#[test]
fn committed_schemas_are_current() {
    let schemas = [
        ("order", schemars::schema_for!(Order)),
        ("payment", schemars::schema_for!(Payment)),
        ("sales_order", schemars::schema_for!(SalesOrder)),
        ("sales_invoice", schemars::schema_for!(SalesInvoice)),
        ("fulfilment", schemars::schema_for!(Fulfilment)),
        ("balance_transaction", schemars::schema_for!(BalanceTransaction)),
        ("payout", schemars::schema_for!(Payout)),
        ("refund", schemars::schema_for!(Refund)),
        ("dispute", schemars::schema_for!(Dispute)),
        ("credit_memo", schemars::schema_for!(CreditMemo)),
        ("credit_note", schemars::schema_for!(CreditNote)),
        ("payment_entry", schemars::schema_for!(PaymentEntry)),
        ("journal", schemars::schema_for!(Journal)),
    ];
    for (name, schema) in schemas {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = format!("{}/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        expect_file![path].assert_eq(&text);
    }
}
