//! An order on the wire: what is asked for, and as it comes. Absent and null are normal everywhere.

use serde::Deserialize;

use crate::amount::{Amount, Whole, text};

/// What is asked for: without it an order comes twice as large (its items are repeated inside the shipping assignment).
pub(super) const FIELDS: &str = "entity_id,increment_id,state,status,store_id,created_at,order_currency_code,\
base_currency_code,base_to_order_rate,customer_id,customer_email,customer_firstname,customer_lastname,customer_taxvat,\
grand_total,total_paid,total_due,total_refunded,shipping_amount,shipping_tax_amount,\
shipping_discount_amount,shipping_discount_tax_compensation_amount,subtotal,relation_child_id,\
items[item_id,parent_item_id,product_type,sku,name,qty_ordered,qty_shipped,qty_refunded,qty_canceled,\
price,row_total,tax_amount,tax_percent,\
discount_amount,discount_tax_compensation_amount,is_virtual],\
billing_address[firstname,lastname,company,street,city,region,region_code,postcode,country_id,telephone,vat_id],\
payment[method,last_trans_id],\
extension_attributes[shipping_assignments[shipping[method,address[firstname,lastname,company,street,city,region,\
region_code,postcode,country_id,telephone]]],item_applied_taxes[type,item_id,applied_taxes[code,title,percent,amount]]]";

/// An order.
#[derive(Debug, Deserialize)]
pub(super) struct WireOrder {
    pub(super) entity_id: Whole,
    #[serde(default, deserialize_with = "text")]
    pub(super) increment_id: String,
    pub(super) state: Option<String>,
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) store_id: Whole,
    pub(super) created_at: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) order_currency_code: String,
    pub(super) base_currency_code: Option<String>,
    pub(super) base_to_order_rate: Option<Amount>,
    pub(super) customer_id: Option<Whole>,
    pub(super) customer_email: Option<String>,
    pub(super) customer_firstname: Option<String>,
    pub(super) customer_lastname: Option<String>,
    pub(super) customer_taxvat: Option<String>,
    pub(super) grand_total: Option<Amount>,
    pub(super) total_paid: Option<Amount>,
    pub(super) total_due: Option<Amount>,
    pub(super) total_refunded: Option<Amount>,
    pub(super) total_canceled: Option<Amount>,
    pub(super) base_total_paid: Option<Amount>,
    pub(super) base_total_refunded: Option<Amount>,
    pub(super) subtotal: Option<Amount>,
    pub(super) tax_amount: Option<Amount>,
    pub(super) discount_amount: Option<Amount>,
    pub(super) discount_tax_compensation_amount: Option<Amount>,
    pub(super) shipping_amount: Option<Amount>,
    pub(super) shipping_tax_amount: Option<Amount>,
    pub(super) shipping_discount_amount: Option<Amount>,
    pub(super) shipping_discount_tax_compensation_amount: Option<Amount>,
    pub(super) relation_child_id: Option<Whole>,
    pub(super) status_histories: Option<Vec<WireEntry>>,
    #[serde(default)]
    pub(super) items: Option<Vec<WireItem>>,
    pub(super) billing_address: Option<WireAddress>,
    pub(super) payment: Option<WirePayment>,
    #[serde(default)]
    pub(super) extension_attributes: Option<WireExtension>,
}

/// An entry of the history.
#[derive(Debug, Deserialize)]
pub(super) struct WireEntry {
    #[serde(default)]
    pub(super) entity_id: Whole,
    pub(super) comment: Option<String>,
    pub(super) is_customer_notified: Option<Whole>,
    pub(super) is_visible_on_front: Option<Whole>,
}

/// A row.
#[derive(Debug, Deserialize)]
pub(super) struct WireItem {
    pub(super) item_id: Whole,
    pub(super) parent_item_id: Option<Whole>,
    #[serde(default)]
    pub(super) product_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) sku: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) qty_ordered: Option<Amount>,
    pub(super) qty_invoiced: Option<Amount>,
    pub(super) qty_shipped: Option<Amount>,
    pub(super) qty_refunded: Option<Amount>,
    pub(super) qty_canceled: Option<Amount>,
    pub(super) price: Option<Amount>,
    pub(super) row_total: Option<Amount>,
    pub(super) tax_amount: Option<Amount>,
    pub(super) tax_percent: Option<Amount>,
    pub(super) discount_amount: Option<Amount>,
    pub(super) discount_tax_compensation_amount: Option<Amount>,
    pub(super) is_virtual: Option<Whole>,
}

/// An address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireAddress {
    pub(super) firstname: Option<String>,
    pub(super) lastname: Option<String>,
    pub(super) company: Option<String>,
    #[serde(default)]
    pub(super) street: Option<Vec<Option<String>>>,
    pub(super) city: Option<String>,
    pub(super) region: Option<String>,
    pub(super) region_code: Option<String>,
    pub(super) postcode: Option<String>,
    pub(super) country_id: Option<String>,
    pub(super) telephone: Option<String>,
    pub(super) vat_id: Option<String>,
}

/// How it was paid.
#[derive(Debug, Deserialize)]
pub(super) struct WirePayment {
    pub(super) method: Option<String>,
    pub(super) last_trans_id: Option<String>,
}

/// What modules add.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WireExtension {
    #[serde(default)]
    pub(super) shipping_assignments: Option<Vec<WireAssignment>>,
    #[serde(default)]
    pub(super) item_applied_taxes: Option<Vec<WireItemTaxes>>,
}

/// Where and how it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct WireAssignment {
    pub(super) shipping: Option<WireShipping>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireShipping {
    pub(super) method: Option<String>,
    pub(super) address: Option<WireAddress>,
}

/// Taxes of a row, or of shipping.
#[derive(Debug, Deserialize)]
pub(super) struct WireItemTaxes {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) item_id: Option<Whole>,
    #[serde(default)]
    pub(super) applied_taxes: Option<Vec<WireTax>>,
}

/// One tax.
#[derive(Debug, Deserialize)]
pub(super) struct WireTax {
    pub(super) code: Option<String>,
    pub(super) title: Option<String>,
    pub(super) percent: Option<Amount>,
    pub(super) amount: Option<Amount>,
}

/// A page of a search. Without a match `items` is `[]`, null or absent.
#[derive(Debug, Deserialize)]
pub(super) struct Found<T> {
    #[serde(default = "Option::default")]
    pub(super) items: Option<Vec<T>>,
}
