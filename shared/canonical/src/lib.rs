//! The models that every system is translated through: money, ids, orders, payments, customers, documents.
//!
//! A connector reads its vendor's shapes and answers with these; a flow document sees nothing else. The crate
//! parses and computes: no I/O, no async, no clock. It must not know Stripe's API, Magento's API, the flow
//! engine or AWS. Money is [`Money`] (integer minor units and a currency), never a float, and every id is a
//! type that can only be had by parsing.

pub mod account;
pub mod allocate;
pub mod balance_transaction;
mod convert;
pub mod credit_memo;
pub mod credit_note;
pub mod currency;
pub mod dispute;
pub mod error;
pub mod fulfilment;
pub mod id;
pub mod journal;
pub mod money;
mod open_enum;
pub mod order;
pub mod party;
pub mod payment;
pub mod payout;
pub mod quantity;
pub mod redact;
pub mod refund;
pub mod sales_order;
pub mod stripe_amount;
pub mod totals;
pub mod transaction_kind;

pub use account::AccountCode;
pub use allocate::{allocate, apportion};
pub use balance_transaction::{BalanceTransaction, BalanceTransactionRow, FeeDetail, SourceId, SourceKind};
pub use credit_memo::{CreditMemo, CreditMemoLine};
pub use credit_note::{Allocation, CreditNote, CreditNoteLine, Direction, PaymentEntry};
pub use currency::Currency;
pub use dispute::{Dispute, DisputeStatus};
pub use error::Error;
pub use fulfilment::{Fulfilment, FulfilmentLine};
pub use id::{
    BalanceTransactionId, ChargeId, CustomerId, DisputeId, EventId, IncrementId, NaturalKey, OrderId, PairId,
    PaymentIntentId, PaymentMethodId, PayoutId, RefundId, Sku, StripeAccount,
};
pub use journal::{Journal, JournalHead, JournalLine};
pub use money::Money;
pub use order::{Order, OrderLine, OrderState, ShippingCharge, Tax};
pub use party::{Address, Customer};
pub use payment::{ChargeStatus, OrderReference, Payment};
pub use payout::{Payout, PayoutMethod, PayoutStatus, ReconciliationStatus};
pub use quantity::{Quantity, Rate};
pub use redact::redact;
pub use refund::{Refund, RefundStatus};
pub use sales_order::{PaymentDetails, SalesInvoice, SalesInvoiceLine, SalesOrder, SalesOrderLine};
pub use totals::Totals;
pub use transaction_kind::{BalanceType, Category, FeeKind, TransactionType};
