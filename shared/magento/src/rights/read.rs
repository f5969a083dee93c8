//! `magento.rights.read`: whether the integration has the resources that flows need. `tillbridge check` asks it before any
//! event. Nothing is written: no order has the id 0, and rights are looked at before entities.
//!
//! Source: `app/code/Magento/Webapi/Controller/Rest/{RequestValidator,SynchronousRequestProcessor}.php` of magento/magento2.

use environment::OrderOwner;
use flow::{Class, Fault};
use outbound::{Right, Rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.rights.read";
/// What needs a resource, as its error says it.
const ACTION: &str = "probe a right";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// Asks for each: a call for each resource, and one more for each that is missing.
///
/// # Errors
/// None: what stands in the way is said of each resource.
pub async fn run(client: Client, _: Input) -> Result<Rights, Error> {
    let mut rights = Vec::new();
    for (resource, path) in [
        ("Magento_Sales::actions_view", "/V1/orders"),
        ("Magento_Sales::sales_invoice", "/V1/invoices"),
        ("Magento_Sales::transactions_fetch", "/V1/transactions"),
        ("Magento_Sales::sales_creditmemo", "/V1/creditmemos"),
    ] {
        let query = Query::new().page(1).with("fields", "total_count");
        let read: Result<Value, Error> = client.get(ACTION, path, &query).await;
        rights.push(Right::probed(resource, read.map_err(Fault::from), &[]));
    }
    // Stripe's own module invoices and credits, where it owns the orders.
    if client.settings().order_owner == OrderOwner::Tillbridge {
        let nothing = json!({ "capture": false, "notify": false });
        rights.push(refused(&client, "Magento_Sales::invoice", "/V1/order/0/invoice", &nothing).await);
        let nothing = json!({ "notify": false });
        rights.push(refused(&client, "Magento_Sales::creditmemo", "/V1/order/0/refund", &nothing).await);
    }
    let comment =
        json!({ "comment": "", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": 0 });
    let nothing = json!({ "statusHistory": comment });
    rights.push(refused(&client, "Magento_Sales::comment", "/V1/orders/0/comments", &nothing).await);
    Ok(Rights { rights })
}

/// A write to an order that is not there: refused for that, where the resource is granted.
async fn refused(client: &Client, resource: &str, path: &str, body: &Value) -> Right {
    let done: Result<Value, Error> = client.post(ACTION, path, &Query::new(), body).await;
    let after = match &done {
        // A route that is not there says nothing of a right.
        Err(error) if error.code() == "route_unknown" || error.code() == "wrong_base_url" => &[][..],
        _ => &[Class::NotFound, Class::Validation],
    };
    Right::probed(resource, done.map_err(Fault::from), after)
}
