//! Who is let in, and what those are told who are not.

use sandbox::{MagentoSettings, Sandbox, Switches};
use serde_json::{Value, json};

use super::oauth::Signer;
use super::{get, shop, shop_with};
use crate::client::{Got, ask, request};

const ORDERS: &str = "/magento/rest/default/V1/orders";
/// The path's colon, brackets, blank and umlaut are each encoded in another place.
const SEARCH: &str = "/magento/rest/default/V1/orders?searchCriteria%5BpageSize%5D=1&fields=items%5Bentity_id%5D&note=a%20b%2Bc%3D%C3%BC&note=a";

async fn authorised(sandbox: &Sandbox, path: &str, authorization: &str) -> Got {
    ask(sandbox, request("GET", path, &[("authorization", authorization)], "")).await
}

async fn signed(sandbox: &Sandbox, path: &str, signer: &Signer) -> Got {
    authorised(sandbox, path, &signer.header("GET", path)).await
}

fn told(got: &Got) -> (u16, Value) {
    (got.status, got.json()["message"].clone())
}

#[tokio::test]
async fn a_signed_request_is_let_in_whatever_its_query() {
    let sandbox = shop_with(Switches::default());
    let got = signed(&sandbox, SEARCH, &Signer::new()).await;
    assert_eq!(got.status, 200, "{}", got.text);
    // What is signed is what is asked.
    let header = Signer::new().header("GET", SEARCH);
    let got = authorised(&sandbox, &SEARCH.replace("pageSize%5D=1", "pageSize%5D=2"), &header).await;
    assert_eq!(told(&got), (401, json!("The signature is invalid. Verify and try again.")));
    let got = ask(
        &sandbox,
        request("POST", ORDERS, &[("authorization", &Signer::new().header("GET", ORDERS))], "{}"),
    )
    .await;
    assert_eq!(got.status, 401);
}

#[tokio::test]
async fn every_part_of_a_signature_is_looked_at() {
    let sandbox = shop_with(Switches::default());
    let now = Signer::new().timestamp;
    let length = "The token length is invalid. Check the length and try again.";
    for (signer, status, message) in [
        (
            Signer { token_secret: "x".to_owned(), ..Signer::new() },
            401,
            "The signature is invalid. Verify and try again.",
        ),
        (Signer { timestamp: now + 900, ..Signer::new() }, 401, "An error occurred validating the nonce"),
        (Signer { token: "short".to_owned(), ..Signer::new() }, 400, length),
        (
            Signer { token: "x".repeat(32), ..Signer::new() },
            401,
            "A consumer having the specified key does not exist",
        ),
    ] {
        let got = signed(&sandbox, &format!("{ORDERS}/1"), &signer).await;
        assert_eq!(told(&got), (status, json!(message)), "{signer:?}");
    }
    // Old timestamps are taken; the nonce alone keeps a request from coming twice.
    let old = Signer { timestamp: now - 86_400, ..Signer::new() };
    assert_eq!(signed(&sandbox, SEARCH, &old).await.status, 200);
    let again = signed(&sandbox, SEARCH, &old).await;
    assert_eq!(again.status, 401);
    assert_eq!(
        again.json(),
        json!({"message": "The nonce is already being used by the consumer with ID %1", "parameters": ["1"]})
    );
}

#[tokio::test]
async fn a_bearer_is_a_guest_until_it_is_switched_on() {
    let bearer = format!("Bearer {}", MagentoSettings::default().access_token);
    let refusal = json!({
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Sales::actions_view"},
    });
    let off = shop_with(Switches::default());
    for authorization in [bearer.as_str(), "Bearer unknown", "Basic YTpi", ""] {
        let got = authorised(&off, &format!("{ORDERS}/1"), authorization).await;
        assert_eq!((got.status, got.json()), (401, refusal.clone()), "{authorization}");
    }
    // 404: it got in, and there is no such order.
    assert_eq!(authorised(&shop(), &format!("{ORDERS}/1"), &bearer).await.status, 404);
    assert_eq!(authorised(&shop(), &format!("{ORDERS}/1"), "Bearer unknown").await.status, 401);
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let denied = vec!["Magento_Sales::creditmemo".to_owned()];
    let sandbox = shop_with(Switches { bearer_allowed: true, denied, ..Switches::default() });
    let got = super::call(&sandbox, "POST", "order/1/refund", &json!({})).await;
    assert_eq!(
        (got.status, got.json()["parameters"].clone()),
        (401, json!({"resources": "Magento_Sales::creditmemo"}))
    );
    let got = super::call(&sandbox, "POST", "order/1/invoice", &json!({})).await;
    assert_eq!(got.status, 404, "{}", got.text);
}

/// Anybody may register; only an integration may choose the group.
#[tokio::test]
async fn a_guest_registers_into_the_default_group() {
    let sandbox = shop();
    let body = |email: &str| json!({"customer": {"email": email, "firstname": "Grace", "lastname": "Hopper", "group_id": 2}});
    let path = "/magento/rest/default/V1/customers";
    let json_type = ("content-type", "application/json");
    let guest = ask(&sandbox, request("POST", path, &[json_type], &body("a@example.com").to_string())).await;
    let header = Signer::new().header("POST", path);
    let headers = [json_type, ("authorization", header.as_str())];
    let known = ask(&sandbox, request("POST", path, &headers, &body("b@example.com").to_string())).await;
    assert_eq!((&guest.json()["group_id"], &known.json()["group_id"]), (&json!(1), &json!(2)));
    let stored = get(&sandbox, &format!("customers/{}", guest.json()["id"])).await;
    assert_eq!(stored["group_id"], 1);
}
