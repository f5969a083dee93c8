//! What can go wrong on demand: by header `X-Sandbox-Fault` for one request, or planned by the admin API.

mod answer;
mod fault;
mod plan;

pub(crate) use answer::{html_page, refusal};
pub use fault::{Fault, UnknownFault};
pub(crate) use plan::Faults;
pub use plan::Planned;
