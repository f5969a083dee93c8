//! The ERP connector through its public surface.

#[cfg(test)]
mod books;
#[cfg(test)]
mod converge;
#[cfg(test)]
mod credit_note;
#[cfg(test)]
mod document;
#[cfg(test)]
mod erp_invoices;
#[cfg(test)]
mod health;
#[cfg(test)]
mod items;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod posted;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod sales_invoice;
#[cfg(test)]
mod sales_order;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod token;
#[cfg(test)]
mod world;
