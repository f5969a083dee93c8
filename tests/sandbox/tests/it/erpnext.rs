//! The ERPNext double: Frappe's REST, its refusals, and what its doctypes check (ERP.md §1).

use sandbox::{ERPNEXT_COMPANY, ERPNEXT_TOKEN, ErpnextSettings, Sandbox, Settings};
use serde_json::{Value, json};

use crate::client::{Got, ask, request, sandbox};

async fn desk(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Got {
    let token = format!("token {ERPNEXT_TOKEN}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let text = if body.is_null() { String::new() } else { body.to_string() };
    ask(sandbox, request(method, &format!("/erpnext/api/{path}"), &headers, &text)).await
}

async fn made(sandbox: &Sandbox, doctype: &str, body: &Value) -> Value {
    let got = desk(sandbox, "POST", &format!("resource/{doctype}"), body).await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()["data"].clone()
}

/// Status, class of the exception, and the message, three times decoded.
fn said(got: &Got) -> (u16, String, String) {
    let body = got.json();
    let outer: Vec<String> = serde_json::from_str(body["_server_messages"].as_str().unwrap_or("[]")).unwrap();
    let message = outer.first().map(|inner| {
        let inner: Value = serde_json::from_str(inner).unwrap();
        inner["message"].as_str().unwrap().to_owned()
    });
    (got.status, body["exc_type"].as_str().unwrap().to_owned(), message.unwrap_or_default())
}

fn refused(got: &Got, status: u16, exc_type: &str, words: &str) {
    let (is, class, message) = said(got);
    assert_eq!((is, class.as_str()), (status, exc_type), "{}", got.text);
    assert!(message.contains(words), "{message}");
}

fn order(customer: &Value, key: &str, po_no: &str) -> Value {
    json!({
        "customer": customer["name"], "company": ERPNEXT_COMPANY, "custom_tb_key": key, "po_no": po_no,
        "transaction_date": "2026-03-01", "delivery_date": "2026-03-01",
        "items": [{"item_code": "LAMP", "qty": 3, "rate": 24.33, "warehouse": "Stores - TC"}],
        "taxes": [{"charge_type": "Actual", "account_head": "Sales Tax - TC", "description": "VAT", "tax_amount": 6.48}],
        "apply_discount_on": "Net Total", "discount_amount": 5,
    })
}

/// A customer and an item.
async fn shop(sandbox: &Sandbox) -> Value {
    made(sandbox, "Item", &json!({"item_code": "LAMP", "item_group": "Products"})).await;
    made(sandbox, "Customer", &json!({"customer_name": "Ada Lovelace", "customer_type": "Individual"})).await
}

fn journal(rows: &[Value]) -> Value {
    json!({
        "voucher_type": "Journal Entry", "company": ERPNEXT_COMPANY, "posting_date": "2026-03-01", "docstatus": 1,
        "accounts": rows,
    })
}

fn row(account: &str, side: &str, amount: f64) -> Value {
    json!({"account": account, format!("{side}_in_account_currency"): amount, "cost_center": "Main - TC"})
}

#[tokio::test]
async fn the_word_is_token() {
    let sandbox = sandbox();
    let path = "/erpnext/api/method/frappe.auth.get_logged_user";
    let bearer = format!("Bearer {ERPNEXT_TOKEN}");
    for header in [bearer.as_str(), "token another:one"] {
        let got = ask(&sandbox, request("GET", path, &[("authorization", header)], "")).await;
        assert_eq!((got.status, got.json()["exc_type"].clone()), (401, json!("AuthenticationError")));
    }
    let got = desk(&sandbox, "GET", "method/frappe.auth.get_logged_user", &Value::Null).await;
    assert_eq!(got.json(), json!({"message": "integration@example.com"}));
}

#[tokio::test]
async fn a_page_has_twenty_names_unless_more_is_asked() {
    let sandbox = sandbox();
    for n in 0..25 {
        made(&sandbox, "Item", &json!({"item_code": format!("P-{n:02}"), "item_group": "Products"})).await;
    }
    let page = desk(&sandbox, "GET", "resource/Item", &Value::Null).await.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    assert_eq!(page["data"][0].as_object().unwrap().len(), 1);
    let filters = "filters=%5B%5B%22item_code%22%2C%22in%22%2C%5B%22P-03%22%2C%22P-24%22%5D%5D%5D";
    let path =
        format!("resource/Item?{filters}&fields=%5B%22name%22%2C%22item_group%22%5D&order_by=creation%20asc");
    let page = desk(&sandbox, "GET", &path, &Value::Null).await.json();
    let row = |name: &str| json!({"name": name, "item_group": "Products"});
    assert_eq!(page["data"], json!([row("P-03"), row("P-24")]));
    let all = desk(&sandbox, "GET", "resource/Item?limit_page_length=0", &Value::Null).await.json();
    assert_eq!(all["data"].as_array().unwrap().len(), 25);
    refused(
        &desk(&sandbox, "GET", "resource/Nonsense", &Value::Null).await,
        404,
        "DoesNotExistError",
        "Nonsense",
    );
}

#[tokio::test]
async fn an_order_lives_forward_only() {
    let sandbox = sandbox();
    let customer = shop(&sandbox).await;
    let draft =
        made(&sandbox, "Sales Order".replace(' ', "%20").as_str(), &order(&customer, "tb:o:1", "1")).await;
    // 72.99 less 5.00, and 6.48.
    assert_eq!((&draft["grand_total"], &draft["docstatus"]), (&json!(74.47), &json!(0)));
    let path = format!("resource/Sales%20Order/{}", draft["name"].as_str().unwrap());
    let stale = json!({"docstatus": 1, "modified": "2020-01-01 00:00:00.000000"});
    refused(&desk(&sandbox, "PUT", &path, &stale).await, 417, "TimestampMismatchError", "modified");
    let submitted = desk(&sandbox, "PUT", &path, &json!({"docstatus": 1})).await.json();
    assert_eq!(submitted["data"]["docstatus"], json!(1));
    let late = json!({"discount_amount": 1});
    refused(&desk(&sandbox, "PUT", &path, &late).await, 417, "UpdateAfterSubmitError", "Not allowed");
    refused(
        &desk(&sandbox, "DELETE", &path, &Value::Null).await,
        417,
        "ValidationError",
        "cannot be deleted",
    );
    let cancel = json!({"doctype": "Sales Order", "name": draft["name"]});
    let cancelled = desk(&sandbox, "POST", "method/frappe.client.cancel", &cancel).await.json();
    assert_eq!(cancelled["message"]["docstatus"], json!(2));
    assert_eq!(desk(&sandbox, "PUT", &path, &json!({"docstatus": 1})).await.status, 417);
    // The index knows cancelled documents too.
    let again = order(&customer, "tb:o:1", "2");
    let got = desk(&sandbox, "POST", "resource/Sales%20Order", &again).await;
    refused(&got, 417, "UniqueValidationError", "must be unique");
    assert_eq!(desk(&sandbox, "DELETE", &path, &Value::Null).await.status, 202);
}

#[tokio::test]
async fn what_an_order_lacks_is_named() {
    let sandbox = sandbox();
    let customer = shop(&sandbox).await;
    let whole = order(&customer, "tb:o:1", "1");
    for (pointer, value, exc_type, words) in [
        ("/customer", json!("Nobody"), "LinkValidationError", "Customer: Nobody"),
        ("/items/0/item_code", json!("TABLE"), "LinkValidationError", "Row #1: Item Code: TABLE"),
        ("/items/0/warehouse", json!(""), "WarehouseRequired", "LAMP"),
        ("/delivery_date", json!("2026-02-28"), "ValidationError", "Delivery Date"),
        ("/items", json!([]), "MandatoryError", "items"),
        ("/taxes/0/account_head", json!("Cash - XX"), "LinkValidationError", "Account: Cash - XX"),
    ] {
        let mut order = whole.clone();
        *order.pointer_mut(pointer).unwrap() = value;
        let got = desk(&sandbox, "POST", "resource/Sales%20Order", &order).await;
        refused(&got, 417, exc_type, words);
    }
    let mut euros = whole.clone();
    euros["currency"] = json!("EUR");
    let got = desk(&sandbox, "POST", "resource/Sales%20Order", &euros).await;
    refused(&got, 417, "ValidationError", "exchange rate for EUR to USD");
    made(&sandbox, "Sales%20Order", &whole).await;
    let mut second = whole;
    second["custom_tb_key"] = json!("tb:o:2");
    let got = desk(&sandbox, "POST", "resource/Sales%20Order", &second).await;
    refused(&got, 417, "ValidationError", "already exists against Customer's Purchase Order");
}

#[tokio::test]
async fn journals_are_checked_in_the_companys_currency() {
    let sandbox = sandbox();
    let (fees, usd, eur) = ("Stripe Fees - TC", "Stripe Clearing USD - TC", "Stripe Clearing EUR - TC");
    let with = |mut row: Value, field: &str, value: Value| {
        row[field] = value;
        row
    };
    let euros = |rate: f64| with(row(eur, "credit", 10.0), "exchange_rate", json!(rate));
    let multi = |rows: &[Value]| with(journal(rows), "multi_currency", json!(1));
    for (body, words) in [
        (journal(&[row(fees, "debit", 3.43), row(usd, "credit", 3.42)]), "The difference is 0.01"),
        (journal(&[row(fees, "debit", 3.43), row("9999", "credit", 3.43)]), "Row #2: Account: 9999"),
        (
            journal(&[row("Debtors - TC", "debit", 1.0), row(usd, "credit", 1.0)]),
            "Party Type and Party is required",
        ),
        (journal(&[row("Current Assets - TC", "debit", 1.0), row(usd, "credit", 1.0)]), "group account"),
        (
            journal(&[with(row(fees, "debit", 1.0), "cost_center", json!("")), row(usd, "credit", 1.0)]),
            "Cost Center is required",
        ),
        (journal(&[row(usd, "debit", 10.95), euros(1.0945)]), "Multi Currency"),
        (multi(&[row(usd, "debit", 10.0), euros(1.0)]), "exchange rate for EUR to USD"),
        (multi(&[row(usd, "debit", 10.94), euros(1.0945)]), "The difference is -0.01"),
        (
            with(
                journal(&[row(fees, "debit", 1.0), row(usd, "credit", 1.0)]),
                "posting_date",
                json!("2019-12-31"),
            ),
            "before 2019-12-31",
        ),
    ] {
        let got = desk(&sandbox, "POST", "resource/Journal%20Entry", &body).await;
        let (status, _, message) = said(&got);
        assert_eq!(status, 417, "{words}: {}", got.text);
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(sandbox.state()["erpnext"]["Journal Entry"], json!([]));
    made(&sandbox, "Journal%20Entry", &multi(&[row(usd, "debit", 10.95), euros(1.0945)])).await;
    for (account, held) in [(usd, 10.95), (eur, -10.0)] {
        let path =
            format!("method/erpnext.accounts.utils.get_balance_on?account={}", account.replace(' ', "%20"));
        assert_eq!(desk(&sandbox, "GET", &path, &Value::Null).await.json()["message"].as_f64(), Some(held));
    }
}

#[tokio::test]
async fn a_sale_is_billed_once_paid_once_and_cancelled_from_its_end() {
    let sandbox = sandbox();
    let customer = shop(&sandbox).await;
    let mut sold = order(&customer, "tb:o:1", "1");
    sold["docstatus"] = json!(1);
    let sold = made(&sandbox, "Sales%20Order", &sold).await;
    let invoice = json!({
        "customer": customer["name"], "company": ERPNEXT_COMPANY, "custom_tb_key": "tb:i:1", "debit_to": "Debtors - TC",
        "set_posting_time": 1, "posting_date": "2026-03-02", "docstatus": 1,
        "items": [{
            "item_code": "LAMP", "qty": 3, "rate": 24.33, "income_account": "Sales - TC", "cost_center": "Main - TC",
            "sales_order": sold["name"], "so_detail": sold["items"][0]["name"],
        }],
    });
    let billed = made(&sandbox, "Sales%20Invoice", &invoice).await;
    assert_eq!(
        (&billed["posting_date"], &billed["outstanding_amount"]),
        (&json!("2026-03-02"), &json!(72.99))
    );
    let mut second = invoice;
    second["custom_tb_key"] = json!("tb:i:2");
    let got = desk(&sandbox, "POST", "resource/Sales%20Invoice", &second).await;
    refused(&got, 417, "OverAllowanceError", "over limit by");
    let payment = |amount: f64| {
        json!({
            "payment_type": "Receive", "company": ERPNEXT_COMPANY, "posting_date": "2026-03-02", "party_type": "Customer",
            "party": customer["name"], "paid_from": "Debtors - TC", "paid_to": "Stripe Clearing USD - TC",
            "paid_amount": amount, "received_amount": amount, "reference_no": "ch_1", "reference_date": "2026-03-02",
            "references": [{
                "reference_doctype": "Sales Invoice", "reference_name": billed["name"], "allocated_amount": amount,
            }],
            "docstatus": 1,
        })
    };
    let got = desk(&sandbox, "POST", "resource/Payment%20Entry", &payment(73.0)).await;
    refused(&got, 417, "ValidationError", "Allocated Amount cannot be greater than outstanding amount");
    let mut out = payment(1.0);
    out["payment_type"] = json!("Pay");
    out["paid_from"] = json!("Stripe Clearing USD - TC");
    out["paid_to"] = json!("Debtors - TC");
    let got = desk(&sandbox, "POST", "resource/Payment%20Entry", &out).await;
    refused(&got, 417, "InvalidPaymentEntry", "without any negative outstanding invoice");
    let paid = made(&sandbox, "Payment%20Entry", &payment(72.99)).await;
    assert_eq!(sandbox.state()["erpnext"]["Sales Invoice"][0]["outstanding_amount"], json!(0));
    let cancel = async |doctype: &str, of: &Value| {
        let body = json!({"doctype": doctype, "name": of["name"]});
        desk(&sandbox, "POST", "method/frappe.client.cancel", &body).await
    };
    refused(&cancel("Sales Order", &sold).await, 417, "LinkExistsError", "is linked with");
    refused(&cancel("Sales Invoice", &billed).await, 417, "LinkExistsError", "is linked with");
    for (doctype, of) in [("Payment Entry", &paid), ("Sales Invoice", &billed), ("Sales Order", &sold)] {
        assert_eq!(cancel(doctype, of).await.json()["message"]["docstatus"], json!(2), "{doctype}");
    }
    assert_eq!(sandbox.state()["erpnext"]["GL Entry"], json!([]));
}

/// A field that the site has not been given is not kept, and cannot be asked for.
#[tokio::test]
async fn a_site_without_the_field_knows_no_key() {
    let erpnext = ErpnextSettings { custom_fields: false, ..ErpnextSettings::default() };
    let sandbox = Sandbox::new(Settings { erpnext, ..Settings::default() });
    let customer = json!({"customer_name": "Ada", "customer_type": "Individual", "custom_tb_key": "tb:c:1"});
    assert_eq!(made(&sandbox, "Customer", &customer).await.get("custom_tb_key"), None);
    let path = "resource/Customer?filters=%5B%5B%22custom_tb_key%22%2C%22%3D%22%2C%22tb%3Ac%3A1%22%5D%5D";
    refused(&desk(&sandbox, "GET", path, &Value::Null).await, 417, "DataError", "custom_tb_key");
}
