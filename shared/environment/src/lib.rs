//! What a stage's `infra/environments/<stage>.yaml` says: pairs, base URLs, accounts, limits, tables, who owns what.
//!
//! Parsed once, at start; every mistake of a file is named at once, with its path in the file. It must not hold a
//! secret (those are in Secrets Manager, read through [`Secrets`]) and must not read files, variables or the network.

mod erpnext;
mod error;
mod mistakes;
mod pair;
mod payment_failed;
mod secret;
mod stage;
mod vault;

pub use erpnext::Erpnext;
pub use error::Error;
pub use pair::{
    Erp, ErpSystem, InvoiceOn, Magento, MagentoAuth, OrderOwner, Pair, RefundsStartIn, SETTLE_PARTIAL_S,
    SETTLE_S, Stripe, UnrelatedCharges, Wms,
};
pub use payment_failed::{PaymentFailed, Reattempt};
pub use secret::{SecretKind, SecretName};
pub use stage::{Mode, Stage};
pub use vault::{Secret, SecretError, Secrets, Unreadable};
