//! Columns that can be searched; others are an error.
//!
//! Source: `Sales/etc/db_schema.xml`, `Customer/etc` and `InventoryApi` of magento/magento2.

/// Orders: the table's columns that are of any use to a search.
pub(in crate::magento::http) const ORDER: &[&str] = &[
    "adjustment_negative",
    "adjustment_positive",
    "base_currency_code",
    "base_grand_total",
    "base_total_due",
    "base_total_paid",
    "base_total_refunded",
    "billing_address_id",
    "coupon_code",
    "created_at",
    "customer_email",
    "customer_firstname",
    "customer_group_id",
    "customer_id",
    "customer_is_guest",
    "customer_lastname",
    "customer_taxvat",
    "discount_amount",
    "email_sent",
    "entity_id",
    "ext_customer_id",
    "ext_order_id",
    "grand_total",
    "increment_id",
    "is_virtual",
    "order_currency_code",
    "original_increment_id",
    "quote_id",
    "relation_child_id",
    "relation_parent_id",
    "remote_ip",
    "shipping_amount",
    "shipping_description",
    "state",
    "status",
    "store_id",
    "subtotal",
    "tax_amount",
    "total_canceled",
    "total_due",
    "total_invoiced",
    "total_item_count",
    "total_paid",
    "total_qty_ordered",
    "total_refunded",
    "updated_at",
    "weight",
];

/// Invoices, shipments and credit memos, together.
pub(in crate::magento::http) const DOCUMENT: &[&str] = &[
    "base_currency_code",
    "base_grand_total",
    "billing_address_id",
    "created_at",
    "customer_id",
    "email_sent",
    "entity_id",
    "grand_total",
    "increment_id",
    "invoice_id",
    "order_currency_code",
    "order_id",
    "shipping_address_id",
    "shipping_amount",
    "state",
    "store_id",
    "subtotal",
    "tax_amount",
    "total_qty",
    "transaction_id",
    "updated_at",
];

/// Rows of orders.
pub(in crate::magento::http) const ROW: &[&str] = &[
    "created_at",
    "is_virtual",
    "item_id",
    "name",
    "order_id",
    "parent_item_id",
    "price",
    "product_id",
    "product_type",
    "qty_canceled",
    "qty_invoiced",
    "qty_ordered",
    "qty_refunded",
    "qty_shipped",
    "quote_item_id",
    "row_total",
    "sku",
    "store_id",
    "updated_at",
];

/// Payment transactions.
pub(in crate::magento::http) const TRANSACTION: &[&str] = &[
    "created_at",
    "is_closed",
    "order_id",
    "parent_id",
    "parent_txn_id",
    "payment_id",
    "transaction_id",
    "txn_id",
    "txn_type",
];

/// Customers: attributes.
pub(in crate::magento::http) const CUSTOMER: &[&str] = &[
    "created_at",
    "created_in",
    "email",
    "entity_id",
    "firstname",
    "group_id",
    "lastname",
    "middlename",
    "store_id",
    "taxvat",
    "updated_at",
    "website_id",
];

/// Stock in sources.
pub(in crate::magento::http) const SOURCE_ITEM: &[&str] =
    &["quantity", "sku", "source_code", "source_item_id", "status"];
