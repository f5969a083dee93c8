//! What is on the wire, in the contract's words. Amounts are decimal text with exactly the currency's digits, dates are
//! RFC 3339 full dates and moments have the offset, both of the company's time zone.

pub(crate) mod credit_note;
pub(crate) mod customer;
pub(crate) mod invoice;
pub(crate) mod item;
pub(crate) mod journal;
mod money;
pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod tax;

pub(crate) use credit_note::CreditNote;
pub(crate) use customer::Customer;
pub(crate) use invoice::{Invoice, InvoiceKind};
pub(crate) use item::Item;
pub(crate) use journal::Journal;
pub(crate) use money::MoneyText;
pub(crate) use order::Order;
pub(crate) use payment::Payment;
