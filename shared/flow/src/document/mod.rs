//! Flow documents: YAML and mapping files, read into a [`crate::plan::Plan`] or into all their mistakes at once.

mod arguments;
mod load;
mod mistake;
pub mod model;
mod nearest;
mod node;
mod output;
mod routes;
mod rule;
mod source;
mod step;
mod value;

pub use load::load;
pub use mistake::{Mistake, Mistakes};
pub use model::schema;
pub(crate) use nearest::nearest;
pub use routes::triggers;
pub use source::{DocumentHash, FLOW_FILE, Source};
