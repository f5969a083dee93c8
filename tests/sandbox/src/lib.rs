//! Doubles of the four systems that tillbridge connects (Stripe, Magento, an ERP, a WMS), and of ERPNext as another ERP, served
//! over HTTP as their contracts say: state kept, their validation, their error bodies, their signatures, and faults on demand.
//!
//! It is for tests and demos only, and it is a judge: it must not know tillbridge. It uses none of our crates, so
//! that a mistake in a connector cannot repeat itself here.
#![recursion_limit = "512"]

mod admin;
mod clock;
mod door;
mod erp;
mod erpnext;
mod faults;
mod magento;
mod page;
mod problem;
mod reply;
mod requests;
mod sandbox;
mod seed;
mod serve;
mod settings;
mod shelf;
mod sign;
mod stripe;
mod system;
mod wms;

pub use clock::Clock;
pub use erp::LedgerLine;
pub use erpnext::{ERPNEXT_COMPANY, ERPNEXT_TOKEN, ErpnextAccount, ErpnextSettings};
pub use faults::{Fault, Planned, UnknownFault};
pub use magento::{IdForm, MagentoSettings, PastTheEnd, Switches};
pub use requests::Seen;
pub use sandbox::Sandbox;
pub use seed::{NoSuchKind, Seed, Seeded};
pub use serve::{Dropped, serve};
pub use settings::{
    Account, AccountKind, ERP_TOKEN, ErpSettings, Key, MAGENTO_PATH, MAGENTO_VERIFICATION_TOKEN, PORT,
    STRIPE_ACCOUNT, STRIPE_KEY, STRIPE_SIGNING_SECRET, Settings, StripeSettings, WMS_SIGNING_SECRET,
    WMS_TOKEN, WmsSettings,
};
pub use sign::{BadSecret, sign_magento, sign_stripe, sign_webhook};
pub use system::System;

/// Plays a file of recorded histories against a Magento double of its own.
///
/// # Errors
/// What differed, step by step; a file that cannot be read.
pub fn play_magento_scenarios(file: &std::path::Path) -> anyhow::Result<()> {
    let report = magento::scenario::run_file(file)?;
    println!("{report}");
    anyhow::ensure!(report.failed.is_empty(), "{} steps went otherwise than recorded", report.failed.len());
    // A file of nothing would pass whatever the double does.
    anyhow::ensure!(report.passed > 0, "{} holds no steps", file.display());
    Ok(())
}
