//! What the four systems hold of one order.

use sandbox::{STRIPE_ACCOUNT, Sandbox, Seeded};
use serde_json::Value;

/// Every document of an order, in each system.
#[derive(Debug)]
pub(crate) struct Held {
    /// Magento's order.
    pub(crate) order: Value,
    /// Magento's invoices.
    pub(crate) invoices: Vec<Value>,
    pub(crate) sales_orders: Vec<Value>,
    pub(crate) sales_invoices: Vec<Value>,
    pub(crate) fulfilments: Vec<Value>,
    /// What the charge is in the ERP: a payment, or a journal where it became another currency.
    pub(crate) receipts: Vec<Value>,
    /// The metadata of Stripe's payment intent.
    pub(crate) metadata: Value,
}

impl Held {
    pub(crate) fn of(sandbox: &Sandbox, seeded: &Seeded) -> Self {
        let state = sandbox.state();
        let id = Value::from(seeded.entity_id.unwrap());
        let number = Value::from(seeded.increment_id.clone());
        let sales_orders = rows(&state, "/erp/orders", |row| row["number"] == number);
        let keys: Vec<&Value> = sales_orders.iter().map(|row| &row["key"]).collect();
        let is_invoice = |row: &Value| row["kind"] == "invoice" && keys.contains(&&row["order_key"]);
        let sales_invoices = rows(&state, "/erp/invoices", is_invoice);
        let receipt = Value::from(format!("tb:{STRIPE_ACCOUNT}:payment:{}", seeded.charge));
        let receipts = ["/erp/payments", "/erp/journals"]
            .map(|kind| rows(&state, kind, |row| row["key"] == receipt))
            .concat();
        let intent = Value::from(seeded.payment_intent.clone());
        Self {
            order: rows(&state, "/magento/orders", |row| row["entity_id"] == id).remove(0),
            invoices: rows(&state, "/magento/invoices", |row| row["order_id"] == id),
            sales_invoices,
            fulfilments: rows(&state, "/wms/fulfilments", |row| row["order_number"] == number),
            metadata:
                rows(&state, "/stripe/payment_intents", |row| row["id"] == intent).remove(0)["metadata"]
                    .take(),
            sales_orders,
            receipts,
        }
    }

    /// How many of each there are: Magento's invoices, the ERP's orders and invoices, fulfilments, the ERP's receipts.
    pub(crate) fn counts(&self) -> [usize; 5] {
        [&self.invoices, &self.sales_orders, &self.sales_invoices, &self.fulfilments, &self.receipts]
            .map(Vec::len)
    }
}

fn rows(state: &Value, pointer: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let rows = state.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no {pointer}"));
    rows.iter().filter(|row| wanted(row)).cloned().collect()
}
