//! Which recordings follow each other on one shop.

use super::Sequence;
use super::begin::Begin::{Done, History, Order, Placed};

const INVOICED: &str = r#"{"capture": false}"#;

pub(super) const SEQUENCES: &[Sequence] = &[
    Sequence {
        switches: |_| {},
        begin: &[Order("order-simple-guest-pending")],
        names: &[
            "order-simple-guest-pending",
            "invoice-create",
            "invoices-by-order",
            "invoice-one",
            "transactions-by-order",
            "invoice-raw-save-transaction-id",
            "invoice-again-400",
            "order-simple-processing",
            "comment-status-processing-on-processing",
            "comment-status-payment_failed-on-processing",
            "comment-status-pending-on-processing",
            "comment-status-complete-on-processing",
            "comment-status-None-on-processing",
            "ship-partial",
            "ship-partial-again",
            "ship-rest",
            "ship-again-400",
            "shipments-by-order",
            "order-simple-complete",
            "refund-partial-item",
            "refund-adjustment-only",
            "creditmemos-by-order",
            "refund-too-much-400",
            "refund-rest",
            "refund-again-400",
            "order-simple-closed",
            "auth-bearer-switched-on",
        ],
    },
    Sequence {
        switches: |_| {},
        begin: &[Order("order-mixed-guest-pending")],
        names: &[
            "order-mixed-guest-pending",
            "invoice-partial-configurable",
            "invoice-partial-again",
            "invoice-too-many-zero-invoice",
            "invoice-foreign-item-400",
            "invoice-rest-mixed",
            "order-mixed-processing",
            "ship-mixed",
            "order-mixed-complete",
            "search-by-increment-id",
            "search-no-match",
        ],
    },
    Sequence {
        switches: |_| {},
        begin: &[Order("order-virtual-pending")],
        names: &["order-virtual-pending", "invoice-virtual", "order-virtual-complete", "cancel-complete"],
    },
    Sequence {
        switches: |_| {},
        begin: &[Placed { from: "order-simple-guest-pending", id: 4, first_row: 1 }],
        names: &[
            "hold",
            "hold-again-400",
            "invoice-on-hold-400",
            "unhold",
            "cancel",
            "cancel-again",
            "invoice-on-cancelled-400",
        ],
    },
    Sequence {
        switches: |_| {},
        begin: &[Order("order-pending-payment")],
        names: &["order-pending-payment", "invoice-on-pending-payment", "order-pending-payment-invoiced"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-pending-payment-invoiced"),
            Done {
                method: "POST",
                path: "orders/9/comments",
                body: r#"{"statusHistory": {"comment": "x", "status": "processing", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": 9}}"#,
            },
        ],
        names: &["order-raw-save-processing"],
    },
    Sequence {
        switches: |_| {},
        begin: &[Placed { from: "order-simple-guest-pending", id: 10, first_row: 1 }],
        names: &["ship-before-invoice"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Placed { from: "order-refund-variants", id: 11, first_row: 21 },
            Done { method: "POST", path: "order/11/invoice", body: INVOICED },
        ],
        names: &[
            "refund-shipping-only",
            "refund-adjustment-shipping-omitted",
            "refund-empty-items",
            "creditmemos-variants-by-order",
            "order-refund-variants",
        ],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            History { name: "configurable", id: 12, first_row: 23 },
            Done {
                method: "POST",
                path: "order/12/invoice",
                body: r#"{"items": [{"order_item_id": 23, "qty": 1}]}"#,
            },
        ],
        names: &["refund-configurable-parent", "refund-configurable-too-many"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Placed { from: "order-simple-guest-pending", id: 13, first_row: 1 },
            Done { method: "POST", path: "order/13/invoice", body: INVOICED },
        ],
        names: &["refund-full-unshipped"],
    },
    Sequence {
        switches: |switches| switches.mail_works = false,
        begin: &[
            Placed { from: "order-payment-failed", id: 15, first_row: 27 },
            Done {
                method: "POST",
                path: "orders/15/comments",
                body: r#"{"statusHistory": {"comment": "x", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": 15}}"#,
            },
        ],
        names: &["comment-payment-failed-notify", "order-payment-failed"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-eur-usd-base"),
            Done { method: "POST", path: "order/16/invoice", body: INVOICED },
        ],
        names: &["refund-adjustment-eur"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-jpy-usd-base"),
            Done { method: "POST", path: "order/17/invoice", body: INVOICED },
        ],
        names: &["refund-adjustment-jpy"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-discount-mixed"),
            Order("order-prices-include-tax"),
            Order("order-eur-usd-base"),
            Order("order-jpy-usd-base"),
            Order("order-customer-pending"),
        ],
        names: &[
            "order-discount-mixed",
            "order-prices-include-tax",
            "order-eur-usd-base",
            "order-jpy-usd-base",
            "order-customer-pending",
        ],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-discount-mixed"),
            Done { method: "POST", path: "order/18/invoice", body: INVOICED },
        ],
        names: &["refund-discounted-item"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-simple-guest-pending"),
            Done { method: "POST", path: "order/1/invoice", body: INVOICED },
        ],
        names: &["refund-by-invoice-offline"],
    },
    Sequence {
        switches: |_| {},
        begin: &[Placed { from: "order-simple-guest-pending", id: 21, first_row: 40 }],
        names: &["order-raw-create"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Placed { from: "order-raw-created-complete", id: 22, first_row: 42 },
            Done { method: "POST", path: "order/22/invoice", body: INVOICED },
            Done { method: "POST", path: "order/22/ship", body: "{}" },
        ],
        names: &["order-raw-created-complete"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-simple-guest-pending"),
            Placed { from: "order-simple-guest-pending", id: 3, first_row: 9 },
        ],
        names: &[
            "auth-none-401",
            "auth-bearer-unknown-401",
            "auth-bad-signature-401",
            "auth-nonce-reuse-401",
            "auth-future-timestamp",
            "order-not-found-404",
            "route-not-found-404",
            "path-wrong-type",
            "body-broken-json",
            "body-missing-parameter",
            "body-unknown-field",
            "body-wrong-type",
            "search-unknown-column",
            "search-without-criteria-400",
        ],
    },
    Sequence {
        switches: |switches| switches.bearer_allowed = false,
        begin: &[],
        names: &["auth-bearer-switched-off-401"],
    },
    Sequence {
        switches: |switches| {
            switches.denied =
                vec!["Magento_Customer::customer".to_owned(), "Magento_Sales::invoice".to_owned()];
        },
        begin: &[Order("order-simple-guest-pending")],
        names: &["acl-missing-customer-401", "acl-missing-invoice-401"],
    },
    Sequence {
        switches: |_| {},
        begin: &[
            Order("order-simple-guest-pending"),
            Order("order-mixed-guest-pending"),
            Order("order-virtual-pending"),
            Placed { from: "order-simple-guest-pending", id: 4, first_row: 20 },
        ],
        names: &["search-past-the-end"],
    },
    Sequence {
        switches: |_| {},
        begin: &[],
        names: &[
            "customer-create",
            "customer-create-anonymous",
            "customer-create-duplicate-400",
            "customer-create-bad-email-400",
            "customer-create-missing-400",
            "customer-put-no-addresses",
            "customer-put-empty-addresses",
            "customer-search",
        ],
    },
    Sequence {
        switches: |switches| switches.bulk_consumer_runs = false,
        begin: &[
            Done {
                method: "POST",
                path: "inventory/source-items",
                body: r#"{"sourceItems": [{"sku": "MUG", "source_code": "default", "quantity": 87, "status": 1}]}"#,
            },
            // Five mugs that are not shipped.
            Order("order-mixed-guest-pending"),
            Placed { from: "order-payment-failed", id: 15, first_row: 27 },
        ],
        names: &[
            "source-items-mug",
            "source-items-set",
            "source-items-unknown-sku",
            "source-items-unknown-source",
            "salable-quantity",
            "bulk-source-items-202",
            "bulk-status-open",
        ],
    },
    Sequence { switches: |_| {}, begin: &[], names: &["store-configs", "store-views", "store-websites"] },
];
