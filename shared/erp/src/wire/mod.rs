//! What is on the wire, in the contract's words. Amounts are decimal text with exactly the currency's digits, dates are
//! RFC 3339 full dates and moments have the offset, both of the company's time zone.

mod customer;
mod invoice;
mod item;
mod money;
mod order;

pub(crate) use customer::Customer;
pub(crate) use invoice::{Invoice, InvoiceKind};
pub(crate) use item::Item;
pub(crate) use money::MoneyText;
pub(crate) use order::Order;
