//! The ERP: documents under keys, exact sums, states, a ledger that balances.

mod credit;
mod ledger;

use serde_json::{Value, json};

use crate::client::{Got, ask, request, rest, sandbox};
use sandbox::Sandbox;

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// 3 × 24.33 + 6.48 tax, shipping 9.95 + 0.88: 90.30.
fn order() -> Value {
    json!({
        "customer_key": "tb:c:1", "number": "100000012", "ordered_at": "2026-11-23T23:56:09Z", "currency": "USD",
        "lines": [{"line_id": "1", "sku": "LAMP", "qty": 3, "unit_price": usd("24.33"), "discount": usd("0.00"),
                   "tax": [{"code": "VAT", "amount": usd("6.48")}]}],
        "shipping": {"amount": usd("9.95"), "tax": [{"code": "VAT", "amount": usd("0.88")}]},
        "discount": usd("0.00"), "total": usd("90.30"),
    })
}

async fn put(sandbox: &Sandbox, path: &str, body: &Value) -> Got {
    rest(sandbox, "PUT", &format!("/erp/v1/{path}"), body, &[]).await
}

async fn with_parties() -> Sandbox {
    let sandbox = sandbox();
    let customer =
        json!({"name": "Ada Lovelace", "email": "ada@example.com", "addresses": [], "external_refs": {}});
    assert_eq!(put(&sandbox, "customers/tb:c:1", &customer).await.status, 201);
    let item = json!({"name": "Lamp", "type": "stock", "uom": "piece"});
    assert_eq!(put(&sandbox, "items/LAMP", &item).await.status, 201);
    sandbox
}

async fn with_order() -> (Sandbox, String) {
    let sandbox = with_parties().await;
    let made = put(&sandbox, "orders/tb:o:1", &order()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    (sandbox, made.json()["id"].as_str().unwrap().to_owned())
}

async fn confirmed() -> Sandbox {
    let (sandbox, id) = with_order().await;
    let path = format!("/erp/v1/orders/{id}/confirm");
    assert_eq!(rest(&sandbox, "POST", &path, &Value::Null, &[]).await.json()["state"], "confirmed");
    sandbox
}

#[tokio::test]
async fn the_same_order_twice_is_one_and_another_is_refused() {
    let (sandbox, id) = with_order().await;
    let mut same = order();
    same["lines"][0]["qty"] = json!("3.0");
    let again = put(&sandbox, "orders/tb%3Ao%3A1", &same).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (200, Some(id.as_str())));
    let mut other = order();
    other["number"] = json!("100000013");
    let refused = put(&sandbox, "orders/tb:o:1", &other).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("content_differs")));
    assert_eq!(refused.json()["existing_hash"], again.json()["hash"]);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let found = rest(&sandbox, "GET", "/erp/v1/orders?key=tb:o:1", &Value::Null, &[]).await.json();
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    let none = rest(&sandbox, "GET", "/erp/v1/orders?key=tb:o:2", &Value::Null, &[]).await.json();
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_an_order_is_named_by_field() {
    let sandbox = with_parties().await;
    for (pointer, value, path, code) in [
        ("/total", usd("90.31"), "/total", "total_mismatch"),
        ("/total", usd("90.3"), "/total/amount", "money_digits"),
        ("/total", json!({"amount": 90.3, "currency": "USD"}), "/total/amount", "money_form"),
        (
            "/discount",
            json!({"amount": "0.00", "currency": "EUR"}),
            "/discount/currency",
            "currency_mismatch",
        ),
        ("/customer_key", json!("tb:c:2"), "/customer_key", "customer_unknown"),
        ("/lines/0/sku", json!("TABLE"), "/lines/0/sku", "sku_unknown"),
        ("/lines/0/sku", json!("REFUSED-BY-ERP"), "/lines/0/sku", "sku_refused"),
        ("/lines/0/qty", json!(0), "/lines/0/qty", "quantity_invalid"),
        ("/lines/0/tax/0/code", Value::Null, "/lines/0/tax/0/code", "required"),
        ("/lines", json!([]), "/lines", "lines_required"),
        ("/currency", json!("XQZ"), "/currency", "currency_unknown"),
        ("/currency", json!("EUR"), "/exchange_rate", "rate_required"),
        ("/ordered_at", json!("yesterday"), "/ordered_at", "time_invalid"),
        ("/ordered_at", json!("2026-11-23"), "/ordered_at", "time_invalid"),
        ("/shipping", Value::Null, "/shipping", "required"),
    ] {
        let mut order = order();
        *order.pointer_mut(pointer).unwrap() = value;
        let got = put(&sandbox, "orders/tb:o:1", &order).await;
        assert_eq!(got.status, 422, "{pointer} {code}: {}", got.text);
        assert_eq!(got.json()["errors"], json!([{"path": path, "code": code}]), "{}", got.text);
    }
    let refused =
        put(&sandbox, "items/REFUSED-BY-ERP", &json!({"name": "x", "type": "stock", "uom": "piece"})).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (422, json!("sku_refused")));
    let found = rest(&sandbox, "GET", "/erp/v1/orders", &Value::Null, &[]).await.json();
    assert_eq!(found["data"], json!([]));
}

#[tokio::test]
async fn yen_and_dinars_have_their_own_digits() {
    let sandbox = with_parties().await;
    for (currency, price, total, wrong) in
        [("JPY", "2433", "2433", "2433.00"), ("KWD", "2.433", "2.433", "2.43")]
    {
        let money = |amount: &str| json!({"amount": amount, "currency": currency});
        let zero = if currency == "JPY" { "0" } else { "0.000" };
        let mut order = json!({
            "customer_key": "tb:c:1", "number": "1", "ordered_at": "2026-11-23T00:30:00+01:00", "currency": currency,
            "exchange_rate": "1.5", "discount": money(zero), "total": money(total),
            "lines": [{"line_id": "1", "sku": "LAMP", "qty": "1", "unit_price": money(price),
                       "discount": money(zero), "tax": []}],
            "shipping": {"amount": money(zero), "tax": []},
        });
        let key = format!("orders/tb:o:{currency}");
        assert_eq!(put(&sandbox, &key, &order).await.status, 201);
        order["total"] = money(wrong);
        assert_eq!(put(&sandbox, &format!("{key}:2"), &order).await.json()["code"], "money_digits");
    }
}

#[tokio::test]
async fn an_order_is_confirmed_cancelled_and_never_goes_back() {
    let (sandbox, id) = with_order().await;
    let post = async |verb: &str, key: &str| {
        rest(
            &sandbox,
            "POST",
            &format!("/erp/v1/orders/{id}/{verb}"),
            &Value::Null,
            &[("idempotency-key", key)],
        )
        .await
    };
    for (verb, key, state) in
        [("confirm", "1", "confirmed"), ("confirm", "2", "confirmed"), ("cancel", "3", "cancelled")]
    {
        let got = post(verb, key).await;
        assert_eq!((got.status, got.json()["state"].clone()), (200, json!(state)));
    }
    assert_eq!(post("confirm", "4").await.json()["code"], "wrong_state");
    // The key's answer of then, whatever is now.
    assert_eq!(post("confirm", "1").await.json()["state"], "confirmed");
    assert_eq!(post("cancel", "1").await.json()["code"], "idempotency_key_reused");
    let stock = rest(&sandbox, "GET", "/erp/v1/stock?sku=LAMP", &Value::Null, &[]).await.json();
    assert_eq!((&stock[0]["reserved"], &stock[0]["available"]), (&json!("0"), &json!("100")));
}

#[tokio::test]
async fn an_order_is_invoiced_once_and_credited_no_further() {
    let sandbox = confirmed().await;
    let invoice = json!({"order_key": "tb:o:1", "kind": "invoice", "date": "2026-11-24",
                         "lines": [{"line_id": "1", "qty": 3}], "total": usd("90.30")});
    // What is billed is named.
    for lines in [json!([]), Value::Null] {
        let mut unnamed = invoice.clone();
        unnamed["lines"] = lines;
        let refused = put(&sandbox, "invoices/tb:i:1", &unnamed).await;
        assert_eq!(
            (refused.status, refused.json()["errors"][0]["path"].clone()),
            (422, json!("/lines")),
            "{}",
            refused.text
        );
    }
    let made = put(&sandbox, "invoices/tb:i:1", &invoice).await;
    assert_eq!((made.status, made.json()["total"].clone()), (201, usd("90.30")), "{}", made.text);
    assert_eq!(put(&sandbox, "invoices/tb:i:1", &invoice).await.status, 200);
    assert_eq!(put(&sandbox, "invoices/tb:i:2", &invoice).await.json()["code"], "over_invoiced");
    let balances = rest(&sandbox, "GET", "/erp/v1/balances", &Value::Null, &[]).await.json();
    let of = |account: &str| {
        let rows = balances["data"].as_array().unwrap();
        rows.iter().find(|row| row["account"] == account).unwrap()["balance"]["amount"].clone()
    };
    assert_eq!([of("1200"), of("4000"), of("4100"), of("2200")], ["90.30", "-72.99", "-9.95", "-7.36"]);
    let note = |amount: &str| {
        json!({"order_key": "tb:o:1", "kind": "credit_note", "against": "tb:i:1", "date": "2026-11-24",
               "lines": [{"amount": usd(amount)}]})
    };
    assert_eq!(put(&sandbox, "invoices/tb:n:1", &note("90.00")).await.status, 201);
    let over = put(&sandbox, "invoices/tb:n:2", &note("0.31")).await;
    assert_eq!(
        (over.json()["code"].clone(), over.json()["left"].clone()),
        (json!("over_credit"), usd("0.30"))
    );
    assert_eq!(put(&sandbox, "invoices/tb:n:3", &note("0.30")).await.status, 201);
}

#[tokio::test]
async fn parts_of_an_order_sum_to_it_exactly() {
    let sandbox = confirmed().await;
    let mut total = 0;
    for (n, amount) in [(1, "37.32"), (2, "26.49"), (3, "26.49")] {
        let invoice = json!({"order_key": "tb:o:1", "kind": "invoice", "date": "2026-11-24",
                             "lines": [{"line_id": "1", "qty": 1}]});
        let made = put(&sandbox, &format!("invoices/tb:i:{n}"), &invoice).await.json();
        assert_eq!(made["total"], usd(amount), "{n}");
        total += amount.replace('.', "").parse::<i64>().unwrap();
    }
    assert_eq!(total, 9030);
    let early = json!({"order_key": "tb:o:1", "kind": "invoice", "date": "2019-12-31", "lines": []});
    let closed = put(&sandbox, "invoices/tb:i:9", &early).await.json();
    assert_eq!((&closed["code"], &closed["first_open"]), (&json!("period_closed"), &json!("2020-01-01")));
}

#[tokio::test]
async fn payments_settle_invoices_and_shipments_orders() {
    let sandbox = confirmed().await;
    let invoice = json!({"order_key": "tb:o:1", "kind": "invoice", "date": "2026-11-24",
                         "lines": [{"line_id": "1", "qty": 3}]});
    assert_eq!(put(&sandbox, "invoices/tb:i:1", &invoice).await.status, 201);
    let payment = |amount: &str, part: &str| {
        json!({"direction": "in", "customer_key": "tb:c:1", "amount": usd(amount), "date": "2026-11-24", "account": "1050",
               "reference": "ch_1", "allocations": [{"invoice_key": "tb:i:1", "amount": usd(part)}]})
    };
    assert_eq!(
        put(&sandbox, "payments/tb:p:1", &payment("90.30", "90.31")).await.json()["code"],
        "over_allocated"
    );
    assert_eq!(put(&sandbox, "payments/tb:p:1", &payment("90.30", "90.30")).await.status, 201);
    assert_eq!(
        put(&sandbox, "payments/tb:p:2", &payment("1.00", "1.00")).await.json()["code"],
        "over_allocated"
    );
    let owed = rest(&sandbox, "GET", "/erp/v1/balances?account=1200", &Value::Null, &[]).await.json();
    assert_eq!(owed["data"][0]["balance"], usd("0.00"));
    let shipment =
        |qty: u32| json!({"order_key": "tb:o:1", "lines": [{"line_id": "1", "qty": qty}], "tracking": []});
    assert_eq!(put(&sandbox, "shipments/tb:s:1", &shipment(2)).await.status, 201);
    assert_eq!(put(&sandbox, "shipments/tb:s:2", &shipment(2)).await.json()["code"], "over_shipped");
    let stock = rest(&sandbox, "GET", "/erp/v1/stock", &Value::Null, &[]).await.json();
    assert_eq!((&stock[0]["on_hand"], &stock[0]["reserved"]), (&json!("98"), &json!("1")));
}

#[tokio::test]
async fn customers_change_under_their_version() {
    let sandbox = with_parties().await;
    let path = "/erp/v1/customers/tb:c:1";
    let renamed =
        json!({"name": "Ada King", "email": "ada@example.com", "addresses": [], "external_refs": {}});
    let stale = rest(&sandbox, "PUT", path, &renamed, &[("if-match", "\"7\"")]).await;
    assert_eq!(stale.status, 412);
    let changed =
        rest(&sandbox, "PUT", path, &renamed, &[("if-match", "\"1\""), ("x-request-id", "r-1")]).await;
    assert_eq!(
        (changed.status, changed.header("etag"), changed.header("x-request-id")),
        (200, Some("\"2\""), Some("r-1"))
    );
    let list = rest(&sandbox, "GET", "/erp/v1/customers?limit=1", &Value::Null, &[]).await.json();
    assert_eq!(list["data"][0]["name"], "Ada King");
    assert_eq!(rest(&sandbox, "GET", "/erp/v1/customers?limit=201", &Value::Null, &[]).await.status, 400);
}

#[tokio::test]
async fn strangers_and_broken_bodies_are_refused() {
    let sandbox = sandbox();
    let got = ask(&sandbox, request("GET", "/erp/v1/health", &[("x-request-id", "r-2")], "")).await;
    assert_eq!((got.status, got.json()["request_id"].clone()), (401, json!("r-2")));
    let health = rest(&sandbox, "GET", "/erp/v1/health", &Value::Null, &[]).await.json();
    assert_eq!(health["company_currency"], "USD");
    let key = "k".repeat(141);
    for (path, body, code) in
        [("orders/a", "{", "malformed"), ("orders/a", "[]", "malformed"), (key.as_str(), "{}", "")]
    {
        let path = if code.is_empty() { format!("/erp/v1/orders/{path}") } else { format!("/erp/v1/{path}") };
        let bearer = format!("Bearer {}", sandbox::ERP_TOKEN);
        let got = ask(&sandbox, request("PUT", &path, &[("authorization", &bearer)], body)).await;
        assert_eq!(got.status, 400);
        assert_eq!(got.json()["code"], if code.is_empty() { "key_invalid" } else { code });
    }
    assert_eq!(
        rest(&sandbox, "GET", "/erp/v1/colours", &Value::Null, &[]).await.json()["code"],
        "no_such_route"
    );
}
