//! What is on the wire, in the contract's words. Amounts are decimal text with exactly the currency's digits, dates are
//! RFC 3339 full dates and moments have the offset, both of the company's time zone.

mod credit_note;
mod customer;
mod invoice;
mod item;
mod journal;
mod money;
mod order;
mod payment;
mod tax;

pub(crate) use credit_note::CreditNote;
pub(crate) use customer::Customer;
pub(crate) use invoice::{Invoice, InvoiceKind};
pub(crate) use item::Item;
pub(crate) use journal::Journal;
pub(crate) use money::MoneyText;
pub(crate) use order::Order;
pub(crate) use payment::Payment;
