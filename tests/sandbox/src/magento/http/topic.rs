//! The queue topics of routes that are called for later.
//!
//! Source: `WebapiAsync/Code/Generator/Config/RemoteServiceReader/Communication.php` of magento/magento2 (`async.`, the
//! service's interface and method, the verb), the services of `{Sales,Customer}/etc/webapi.xml` there and of
//! `InventoryApi/etc/webapi.xml` of magento/inventory.

/// Path, service.
const SERVICES: &[(&str, &str)] = &[
    ("creditmemo/:", "magento.sales.api.creditmemomanagementinterface.cancel"),
    ("creditmemo/:/comments", "magento.sales.api.creditmemocommentrepositoryinterface.save"),
    ("customers", "magento.customer.api.accountmanagementinterface.createaccount"),
    ("customers/:", "magento.customer.api.customerrepositoryinterface.save"),
    ("inventory/source-items", "magento.inventoryapi.api.sourceitemssaveinterface.execute"),
    ("inventory/source-items-delete", "magento.inventoryapi.api.sourceitemsdeleteinterface.execute"),
    ("invoice/:/refund", "magento.sales.api.refundinvoiceinterface.execute"),
    ("invoices", "magento.sales.api.invoicerepositoryinterface.save"),
    ("invoices/comments", "magento.sales.api.invoicecommentrepositoryinterface.save"),
    ("order/:/invoice", "magento.sales.api.invoiceorderinterface.execute"),
    ("order/:/refund", "magento.sales.api.refundorderinterface.execute"),
    ("order/:/ship", "magento.sales.api.shiporderinterface.execute"),
    ("orders", "magento.sales.api.orderrepositoryinterface.save"),
    ("orders/:/cancel", "magento.sales.api.ordermanagementinterface.cancel"),
    ("orders/:/comments", "magento.sales.api.ordermanagementinterface.addcomment"),
    ("orders/:/emails", "magento.sales.api.ordermanagementinterface.notify"),
    ("orders/:/hold", "magento.sales.api.ordermanagementinterface.hold"),
    ("orders/:/unhold", "magento.sales.api.ordermanagementinterface.unhold"),
    ("orders/create", "magento.sales.api.orderrepositoryinterface.save"),
    ("shipment/:/comments", "magento.sales.api.shipmentcommentrepositoryinterface.save"),
    ("shipment/track", "magento.sales.api.shipmenttrackrepositoryinterface.save"),
    ("shipment/track/:", "magento.sales.api.shipmenttrackrepositoryinterface.deletebyid"),
];

/// The topic of a route.
pub(super) fn of(verb: &str, pattern: &str) -> String {
    let service =
        SERVICES.iter().find(|(known, _)| *known == pattern).map_or(pattern, |(_, service)| service);
    format!("async.{service}.{}", verb.to_lowercase())
}
