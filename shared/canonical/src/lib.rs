//! The models that every system is translated through: money, ids, orders, payments, customers, documents.
//!
//! A connector reads its vendor's shapes and answers with these; a flow document sees nothing else. The crate
//! parses and computes: no I/O, no async, no clock. It must not know Stripe's API, Magento's API, the flow
//! engine or AWS. Money is [`Money`] (integer minor units and a currency), never a float, and every id is a
//! type that can only be had by parsing.

pub mod allocate;
pub mod currency;
pub mod error;
pub mod fulfilment;
pub mod id;
pub mod money;
pub mod order;
pub mod party;
pub mod payment;
pub mod quantity;
pub mod redact;
pub mod sales_order;
pub mod stripe_amount;
pub mod totals;

pub use allocate::{allocate, apportion};
pub use currency::Currency;
pub use error::Error;
pub use fulfilment::{Fulfilment, FulfilmentLine};
pub use id::{
    ChargeId, CustomerId, EventId, IncrementId, NaturalKey, OrderId, PairId, PaymentIntentId, Sku,
    StripeAccount,
};
pub use money::Money;
pub use order::{Order, OrderLine, OrderState, ShippingCharge, Tax};
pub use party::{Address, Customer};
pub use payment::{ChargeStatus, OrderReference, Payment};
pub use quantity::{Quantity, Rate};
pub use redact::redact;
pub use sales_order::{PaymentDetails, SalesInvoice, SalesInvoiceLine, SalesOrder, SalesOrderLine};
pub use totals::Totals;
