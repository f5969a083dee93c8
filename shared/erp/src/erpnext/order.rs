//! Sales orders: a draft first, submitted when its total is seen to be right.
//!
//! Prices, discounts and taxes are the shop's. ERPNext has one amount for each tax code and one discount for the whole order, so that
//! what comes off a row and what tax it has are kept as they were sent, in a field of our own; what a person can change (items,
//! quantities, prices, the total) is read from the order itself.

use canonical::{Currency, Money, NaturalKey};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::desk::Desk;
use super::number::Number;
use super::rows::{self, Charge};
use super::site::Site;
use super::{errors, keys};
use crate::Error;
use crate::document::{Document, Kind};
use crate::wire::{self, MoneyText};

const DOCTYPE: &str = keys::doctype(Kind::Order);
/// The role of what shipping earns.
const SHIPPING_INCOME: &str = "shipping_income";

#[derive(Serialize)]
struct New<'a> {
    customer: &'a str,
    company: &'a str,
    custom_tb_key: &'a NaturalKey,
    custom_tb_content: String,
    order_type: &'static str,
    po_no: &'a str,
    po_date: Date,
    transaction_date: Date,
    delivery_date: Date,
    currency: Currency,
    conversion_rate: Number,
    price_list_currency: Currency,
    plc_conversion_rate: Number,
    ignore_pricing_rule: u8,
    disable_rounded_total: u8,
    items: Vec<NewRow<'a>>,
    taxes: Vec<Charge>,
    apply_discount_on: &'static str,
    discount_amount: Number,
}

#[derive(Serialize)]
struct NewRow<'a> {
    item_code: &'a str,
    qty: Number,
    rate: Number,
    /// The same, or ERPNext works out a discount.
    price_list_rate: Number,
    delivery_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<&'a str>,
}

/// An order as it is read.
#[derive(Deserialize)]
pub(super) struct Theirs {
    pub(super) name: String,
    pub(super) docstatus: u8,
    pub(super) customer: String,
    #[serde(default)]
    po_no: Option<String>,
    pub(super) currency: Currency,
    pub(super) conversion_rate: Number,
    pub(super) grand_total: Number,
    #[serde(default)]
    pub(super) discount_amount: Number,
    pub(super) items: Vec<Row>,
    #[serde(default)]
    pub(super) taxes: Vec<Charge>,
    #[serde(default)]
    custom_tb_content: Option<String>,
}

/// A row of an order as it is read.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) item_code: String,
    #[serde(default)]
    pub(super) item_name: String,
    #[serde(default)]
    pub(super) uom: Option<String>,
    pub(super) qty: Number,
    pub(super) rate: Number,
}

/// Makes an order, unless its key has one.
pub(super) async fn put(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    order: &wire::Order,
) -> Result<(Document, bool), Error> {
    if let Some(there) = of_key(desk, key).await?.into_iter().next() {
        return Ok((there, false));
    }
    let action = format!("put {} {key}", Kind::Order);
    let not_listed = || Error::NotListed { kind: Kind::Order, key: key.clone() };
    let customer = keys::name(desk, Kind::Customer, &order.customer_key).await?;
    let customer = customer.ok_or_else(|| {
        let detail = format!("there is no customer {}", order.customer_key);
        errors::ours(action.clone(), "customer_unknown", detail, Some("/customer_key".to_owned()))
    })?;
    let made: Theirs = match desk.insert(DOCTYPE, &new(site, key, &customer, order)?, action.clone()).await {
        Err(error) if errors::is_taken(&error) => {
            // Another worker's came first.
            let there = of_key(desk, key).await?.into_iter().next();
            return there.map(|document| (document, false)).ok_or(error);
        }
        other => other?,
    };
    // Another worker's may have come first where the site has no index. ERPNext submits no second order of a customer's number, so
    // that ours goes while it is a draft.
    let first = keys::name(desk, Kind::Order, key).await?;
    if first.is_some_and(|first| first != made.name) {
        desk.delete(DOCTYPE, &made.name).await?;
        let there = of_key(desk, key).await?.into_iter().next();
        return there.map(|document| (document, false)).ok_or_else(not_listed);
    }
    let total = made.total();
    if total != Some(order.total.0) {
        desk.delete(DOCTYPE, &made.name).await?;
        let theirs = total.map_or_else(|| made.grand_total.0.to_string(), |total| total.to_string());
        let detail = format!("ERPNext makes {theirs} of what is {}; its draft was deleted", order.total.0);
        return Err(errors::ours(action, "total_mismatch", detail, Some("/total".to_owned())));
    }
    Ok((made.document(Some(order.customer_key.to_string())), true))
}

fn new<'a>(
    site: &'a Site,
    key: &'a NaturalKey,
    customer: &'a str,
    order: &'a wire::Order,
) -> Result<New<'a>, Error> {
    let unsound = |source| Error::Unsound { source };
    let day = day(&order.ordered_at);
    let rate = rate(site, order.currency, order.exchange_rate)?;
    let row = |line: &'a wire::order::Line| NewRow {
        item_code: line.sku.as_str(),
        qty: Number(line.qty.get()),
        rate: Number::of(line.unit_price.0),
        price_list_rate: Number::of(line.unit_price.0),
        delivery_date: day,
        warehouse: site.defaults.warehouse.as_deref(),
    };
    let of_rows = order.lines.iter().flat_map(|line| &line.tax);
    let mut taxes = rows::taxes(site, order.currency, of_rows.chain(&order.shipping.tax))?;
    if !order.shipping.amount.0.is_zero() {
        taxes.push(Charge::of(site, site.account(SHIPPING_INCOME)?, "Shipping", order.shipping.amount.0));
    }
    let discounts = order.lines.iter().map(|line| line.discount.0).chain([order.discount.0]);
    let discount = Money::sum(order.currency, discounts).map_err(unsound)?;
    Ok(New {
        customer,
        company: &site.company,
        custom_tb_key: key,
        custom_tb_content: serde_json::to_string(order).unwrap_or_default(),
        order_type: "Sales",
        po_no: order.number.as_str(),
        po_date: day,
        transaction_date: day,
        delivery_date: day,
        currency: order.currency,
        conversion_rate: rate,
        price_list_currency: order.currency,
        plc_conversion_rate: rate,
        ignore_pricing_rule: 1,
        disable_rounded_total: 1,
        items: order.lines.iter().map(row).collect(),
        taxes,
        apply_discount_on: "Net Total",
        discount_amount: Number::of(discount),
    })
}

/// The day of a moment that is written with the company's offset.
fn day(moment: &str) -> Date {
    moment.get(..10).and_then(|day| day.parse().ok()).unwrap_or_default()
}

/// Company currency per unit of a document's.
pub(super) fn rate(site: &Site, currency: Currency, given: Option<canonical::Rate>) -> Result<Number, Error> {
    let company = site.settings.currency;
    match given {
        _ if currency == company => Ok(Number(1.into())),
        Some(rate) => Ok(Number::of_rate(rate)),
        None => Err(Error::RateMissing { currency, company }),
    }
}

/// Every order of a key, cancelled ones too.
pub(super) async fn of_key(desk: &Desk, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    let mut found = Vec::new();
    for name in keys::names(desk, Kind::Order, key).await? {
        let order: Theirs = desk.read(DOCTYPE, &name).await?;
        let customer = keys::key_of(desk, Kind::Customer, &order.customer).await?;
        found.push(order.document(customer));
    }
    // One that was taken back stands behind one that was not.
    found.sort_by_key(Document::is_cancelled);
    Ok(found)
}

/// Submits an order; one that is submitted stays so.
pub(super) async fn confirm(desk: &Desk, name: &str) -> Result<Document, Error> {
    let order: Theirs = desk.change(DOCTYPE, name, &json!({"docstatus": 1})).await?;
    Ok(order.document(None))
}

/// Takes an order back: a draft is deleted, a submitted one cancelled.
pub(super) async fn cancel(desk: &Desk, name: &str) -> Result<Document, Error> {
    let order: Theirs = desk.read(DOCTYPE, name).await?;
    match order.docstatus {
        0 => desk.delete(DOCTYPE, name).await?,
        1 => {
            let of = json!({"doctype": DOCTYPE, "name": name});
            let _: Value =
                desk.call("frappe.client.cancel", &of, format!("cancel {} {name}", Kind::Order)).await?;
        }
        _ => {}
    }
    Ok(Theirs { docstatus: 2, ..order }.document(None))
}

impl Theirs {
    pub(super) fn total(&self) -> Option<Money> {
        self.grand_total.money(self.currency)
    }

    /// In the words of the generic contract; without content where it is not ours.
    fn document(self, customer_key: Option<String>) -> Document {
        let state = match self.docstatus {
            0 => "draft",
            1 => "confirmed",
            _ => "cancelled",
        };
        let (total, content) = (self.total().map(MoneyText), self.content(customer_key).unwrap_or_default());
        Document { id: self.name, state: state.to_owned(), total, content }
    }

    fn content(&self, customer_key: Option<String>) -> Option<Map<String, Value>> {
        let mut content: Map<String, Value> =
            serde_json::from_str(self.custom_tb_content.as_deref()?).ok()?;
        content.insert("customer_key".to_owned(), json!(customer_key?));
        content.insert("number".to_owned(), json!(self.po_no));
        content.insert("currency".to_owned(), json!(self.currency));
        let lines = content.get_mut("lines")?.as_array_mut()?;
        // Rows that were added or taken out are no longer those that were sent.
        lines.truncate(self.items.len());
        for (line, row) in lines.iter_mut().zip(&self.items) {
            line["sku"] = json!(row.item_code);
            line["qty"] = json!(row.qty.0.normalize().to_string());
            line["unit_price"] = json!(MoneyText(row.rate.money(self.currency)?));
        }
        Some(content)
    }
}
