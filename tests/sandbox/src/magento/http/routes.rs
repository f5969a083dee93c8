//! The routes, each with the right that it needs.
//!
//! Source: `{Sales,Customer,Store,Directory,AsynchronousOperations}/etc/webapi.xml` of magento/magento2,
//! `Inventory{Api,SalesApi}/etc/webapi.xml` of magento/inventory.

use axum::http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::magento::amount::json as number;
use crate::magento::refusal::Refusal;
use crate::magento::shop::Kind;
use crate::magento::{creditmemo, invoice, order, rows, shipment, stores};

use super::call::{Answer, Call, Outcome};
use super::search::{self, UnknownColumn};
use super::topic;

/// What a row of the table does.
type Run = fn(&mut Call<'_>, &Path) -> Outcome;
/// Verb, path below `/V1`, right, what is done. `:` stands for one part of the path.
type Row = (&'static str, &'static str, &'static str, Run);

const VIEW: &str = "Magento_Sales::actions_view";
const INVOICES: &str = "Magento_Sales::sales_invoice";
const SHIPMENTS: &str = "Magento_Sales::shipment";
const MEMOS: &str = "Magento_Sales::sales_creditmemo";
const STORE: &str = "Magento_Backend::store";
const BULK: &str = "Magento_Logging::system_magento_logging_bulk_operations";
/// No right is needed.
const OPEN: &str = "anonymous";

#[rustfmt::skip]
const ROUTES: &[Row] = &[
    ("GET", "orders", VIEW, |c, _| {
        let orders = c.shop.orders.values().map(|order| c.shown_order(order)).collect();
        c.search(orders, search::ORDER, UnknownColumn::Masked)
    }),
    ("GET", "orders/items", VIEW, |c, _| {
        c.search(c.shown_rows(), search::ROW, UnknownColumn::Masked)
    }),
    ("GET", "orders/items/:", VIEW, |c, p| {
        let id = p.number(2)?;
        c.shown_rows().into_iter().find(|row| rows::id(row) == id).ok_or_else(Refusal::no_entity)
    }),
    ("GET", "orders/:", VIEW, |c, p| Ok(c.shown_order(c.shop.order(p.number(1)?)?))),
    ("GET", "orders/:/statuses", VIEW, |c, p| Ok(c.shop.order(p.number(1)?)?["status"].clone())),
    ("GET", "orders/:/comments", VIEW, |c, p| order::comments(c.shop, p.number(1)?)),
    ("POST", "orders/:/comments", "Magento_Sales::comment", |c, p| {
        order::comment(c.shop, &c.switches, p.number(1)?, c.request.body)
    }),
    ("POST", "orders/:/cancel", "Magento_Sales::cancel", |c, p| order::cancel(c.shop, p.number(1)?)),
    ("POST", "orders/:/hold", "Magento_Sales::hold", |c, p| order::hold(c.shop, p.number(1)?)),
    ("POST", "orders/:/unhold", "Magento_Sales::unhold", |c, p| order::unhold(c.shop, p.number(1)?)),
    ("POST", "orders/:/emails", "Magento_Sales::emails", |c, p| {
        c.shop.order(p.number(1)?).map(|_| json!(c.switches.mail_works))
    }),
    ("POST", "orders", "Magento_Sales::create", |c, _| order::save(c.shop, c.request.body)),
    ("PUT", "orders/create", "Magento_Sales::create", |c, _| order::create(c.shop, c.request.body)),

    ("POST", "order/:/invoice", "Magento_Sales::invoice", |c, p| {
        let order = c.order(p.number(1)?)?;
        let id = invoice::create(c.shop, &order, c.request.body)?;
        Ok(c.id(id))
    }),
    ("GET", "invoices", INVOICES, |c, _| c.documents(Kind::Invoice, search::DOCUMENT)),
    ("GET", "invoices/:", INVOICES, |c, p| c.document(Kind::Invoice, p.number(1)?)),
    ("GET", "invoices/:/comments", INVOICES, |c, p| c.comments(Kind::Invoice, p.number(1)?)),
    ("POST", "invoices", INVOICES, |c, _| invoice::save(c.shop, c.request.body)),
    ("POST", "invoices/comments", INVOICES, |c, _| c.add_comment(Kind::Invoice)),

    ("POST", "order/:/ship", "Magento_Sales::ship", |c, p| {
        let order = c.order(p.number(1)?)?;
        let id = shipment::create(c.shop, &c.switches, &order, c.request.body)?;
        Ok(c.id(id))
    }),
    ("GET", "shipments", SHIPMENTS, |c, _| c.documents(Kind::Shipment, search::DOCUMENT)),
    ("GET", "shipment/:", SHIPMENTS, |c, p| c.document(Kind::Shipment, p.number(1)?)),
    ("GET", "shipment/:/comments", SHIPMENTS, |c, p| c.comments(Kind::Shipment, p.number(1)?)),
    ("POST", "shipment/:/comments", SHIPMENTS, |c, _| c.add_comment(Kind::Shipment)),
    ("POST", "shipment/track", SHIPMENTS, |c, _| shipment::add_track(c.shop, c.request.body)),
    ("DELETE", "shipment/track/:", SHIPMENTS, |c, p| shipment::remove_track(c.shop, p.number(2)?)),

    ("POST", "order/:/refund", "Magento_Sales::creditmemo", |c, p| {
        let order = c.order(p.number(1)?)?;
        let id = creditmemo::create(c.shop, &order, c.request.body)?;
        Ok(c.id(id))
    }),
    ("POST", "invoice/:/refund", INVOICES, |c, p| {
        let id = creditmemo::create_for_invoice(c.shop, p.number(1)?, c.request.body)?;
        Ok(c.id(id))
    }),
    ("GET", "creditmemos", MEMOS, |c, _| c.documents(Kind::Creditmemo, search::DOCUMENT)),
    ("GET", "creditmemo/:", MEMOS, |c, p| c.document(Kind::Creditmemo, p.number(1)?)),
    ("GET", "creditmemo/:/comments", MEMOS, |c, p| c.comments(Kind::Creditmemo, p.number(1)?)),
    ("POST", "creditmemo/:/comments", MEMOS, |c, _| c.add_comment(Kind::Creditmemo)),
    ("PUT", "creditmemo/:", MEMOS, |c, p| {
        c.document(Kind::Creditmemo, p.number(1)?)?;
        Err(Refusal::new(400, "You can not cancel Credit Memo"))
    }),
    // Documents that capture nothing make no transactions, and REST cannot make one.
    ("GET", "transactions", "Magento_Sales::transactions_fetch", |c, _| {
        c.search(Vec::new(), search::TRANSACTION, UnknownColumn::Masked)
    }),

    ("GET", "customers/search", "Magento_Customer::customer", |c, _| {
        let customers = c.shop.customers.rows().map(|row| with_entity_id(row.clone())).collect();
        c.search(customers, search::CUSTOMER, UnknownColumn::Named).map(without_entity_ids)
    }),
    ("GET", "customers/:", "Magento_Customer::customer", |c, p| c.shop.customers.get(p.number(1)?)),
    ("POST", "customers", OPEN, |c, _| c.shop.customers.create(c.request.body, c.request.by_guest)),
    ("PUT", "customers/:", "Magento_Customer::manage", |c, p| c.shop.customers.put(p.number(1)?, c.request.body)),

    ("GET", "inventory/source-items", "Magento_InventoryApi::source", |c, _| {
        c.search(c.shop.inventory.all(), search::SOURCE_ITEM, UnknownColumn::Masked)
    }),
    ("POST", "inventory/source-items", "Magento_InventoryApi::stock_source_item_assign", |c, _| {
        c.shop.inventory.save(&c.switches, c.request.body)
    }),
    ("POST", "inventory/source-items-delete", "Magento_InventoryApi::stock_source_item_assign", |c, _| {
        c.shop.inventory.delete(c.request.body)
    }),
    ("GET", "inventory/get-product-salable-quantity/:/:", "Magento_InventorySalesApi::stock", |c, p| {
        c.shop.inventory.salable(p.text(2), &c.shop.orders).map(number)
    }),
    ("GET", "inventory/is-product-salable/:/:", "Magento_InventorySalesApi::stock", |c, p| {
        let salable = c.shop.inventory.salable(p.text(2), &c.shop.orders)?;
        Ok(json!(salable > rust_decimal::Decimal::ZERO))
    }),

    ("GET", "store/websites", STORE, |_, _| Ok(stores::websites())),
    ("GET", "store/storeGroups", STORE, |_, _| Ok(stores::groups())),
    ("GET", "store/storeViews", STORE, |_, _| Ok(stores::views())),
    ("GET", "store/storeConfigs", STORE, |c, _| Ok(stores::configs(c.base_url))),
    ("GET", "directory/currency", OPEN, |_, _| Ok(stores::currency())),
    ("GET", "modules", "Magento_Backend::admin", |c, _| Ok(stores::modules(c.switches.msi))),

    ("GET", "bulk/:/status", BULK, |c, p| c.shop.bulks.status(p.text(1))),
    ("GET", "bulk/:/detailed-status", BULK, |c, p| c.shop.bulks.detailed_status(p.text(1))),
    ("GET", "bulk/:/operation-status/:", BULK, |c, p| c.shop.bulks.count(p.text(1), p.number(3)?)),
];

/// A path below `/V1`, its parts decoded.
pub(super) struct Path(Vec<String>);

impl Path {
    fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    fn number(&self, at: usize) -> Result<u64, Refusal> {
        let text = self.text(at);
        text.parse().map_err(|_| Refusal::wrong_type(&json!(text), "int"))
    }

    fn is(&self, pattern: &str) -> bool {
        let mut parts = self.0.iter();
        pattern.split('/').all(|wanted| parts.next().is_some_and(|part| wanted == ":" || wanted == part))
            && parts.next().is_none()
    }
}

/// How a route is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Now,
    /// The body is one operation, or a list of them; they are carried out later.
    Later {
        many: bool,
    },
}

/// A route that was found.
pub(super) struct Route {
    row: &'static Row,
    path: Path,
    manner: Manner,
}

impl Route {
    /// The route of a verb and a path such as `/rest/default/V1/orders/7`.
    pub(super) fn find(method: &Method, path: &str) -> Option<Self> {
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decode).collect();
        let at = parts.iter().position(|part| part == "V1")?;
        let before: Vec<&str> = parts[..at].iter().map(String::as_str).collect();
        let rest = before.iter().position(|part| *part == "rest")?;
        let manner = match &before[rest + 1..] {
            [] | [_] if before.last() != Some(&"async") => Manner::Now,
            [.., "async", "bulk"] => Manner::Later { many: true },
            [.., "async"] => Manner::Later { many: false },
            _ => return None,
        };
        if manner != Manner::Now && method == Method::GET {
            return None;
        }
        let path = Path(parts[at + 1..].to_vec());
        let row = ROUTES.iter().find(|(verb, pattern, ..)| method == *verb && path.is(pattern))?;
        Some(Self { row, path, manner })
    }

    pub(super) const fn resource(&self) -> &'static str {
        self.row.2
    }

    pub(super) fn is_open(&self) -> bool {
        self.resource() == OPEN
    }

    pub(super) fn run(&self, call: &mut Call<'_>) -> Result<Answer, Refusal> {
        match self.manner {
            Manner::Now => (self.row.3)(call, &self.path).map(Answer::from),
            Manner::Later { many } => {
                let body = call.body().clone();
                let bodies = match body {
                    Value::Array(bodies) if many => bodies,
                    one => vec![one],
                };
                let outcomes = if call.switches.bulk_consumer_runs {
                    bodies
                        .iter()
                        .map(|body| call.with_body(body, |call| (self.row.3)(call, &self.path)))
                        .collect()
                } else {
                    Vec::new()
                };
                let topic = topic::of(self.row.0, self.row.1);
                Ok(Answer { status: 202, body: call.shop.bulks.accept(topic, bodies, outcomes) })
            }
        }
    }
}

/// A customer is searched by `entity_id` and shown with `id`.
fn with_entity_id(mut row: Value) -> Value {
    row["entity_id"] = row["id"].clone();
    row
}

fn without_entity_ids(mut page: Value) -> Value {
    for row in page["items"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        row.remove("entity_id");
    }
    page
}
