//! What the sandbox starts with. The credentials are fixed and public: nothing real hangs on them.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::{Clock, ErpnextSettings, MagentoSettings};

/// The port of the local stack (`infra/environments/local.yaml`).
pub const PORT: u16 = 4580;
/// Stripe's API key.
pub const STRIPE_KEY: &str = "rk_test_sandbox_all_rights";
/// Stripe's account.
pub const STRIPE_ACCOUNT: &str = "acct_1TillbridgeLocal";
/// What Stripe's webhooks are signed with.
pub const STRIPE_SIGNING_SECRET: &str = "whsec_sandbox_stripe_signing_secret";
/// The ERP's bearer token.
pub const ERP_TOKEN: &str = "erp-sandbox-token";
/// The WMS's bearer token.
pub const WMS_TOKEN: &str = "wms-sandbox-token";
/// What the WMS's webhooks are signed with: `whsec_` and base64, as Standard Webhooks have it.
pub const WMS_SIGNING_SECRET: &str = "whsec_c2FuZGJveC13bXMtc2lnbmluZy1zZWNyZXQtMDAx";
/// What the shop's webhooks are signed with.
pub const MAGENTO_VERIFICATION_TOKEN: &str = "magento-sandbox-verification-token";
/// Where Magento hangs.
pub const MAGENTO_PATH: &str = "/magento";

/// All settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What time it is: the system's, or a simulation's.
    pub clock: Clock,
    /// Where clients find the server, without a path: Magento's signatures are over it.
    pub public_url: String,
    /// Payments.
    pub stripe: StripeSettings,
    /// The shop.
    pub magento: MagentoSettings,
    /// The books.
    pub erp: ErpSettings,
    /// The warehouse.
    pub wms: WmsSettings,
    /// The books in ERPNext.
    pub erpnext: ErpnextSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            public_url: format!("http://127.0.0.1:{PORT}"),
            stripe: StripeSettings::default(),
            magento: MagentoSettings::default(),
            erp: ErpSettings::default(),
            wms: WmsSettings::default(),
            erpnext: ErpnextSettings::default(),
        }
    }
}

/// Settings of the Stripe double.
#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// The account that everything belongs to.
    pub account: String,
    /// Keys that are let in.
    pub keys: Vec<Key>,
    /// What webhooks are signed with.
    pub signing_secret: String,
    /// The version that events are rendered in.
    pub api_version: String,
    /// The currency that money settles in, where a payment does not say.
    pub settlement_currency: String,
}

impl Default for StripeSettings {
    fn default() -> Self {
        Self {
            account: STRIPE_ACCOUNT.to_owned(),
            keys: vec![Key { secret: STRIPE_KEY.to_owned(), denied: Vec::new() }],
            signing_secret: STRIPE_SIGNING_SECRET.to_owned(),
            api_version: "2026-10-28.endive".to_owned(),
            settlement_currency: "usd".to_owned(),
        }
    }
}

/// An API key.
#[derive(Clone, Debug)]
pub struct Key {
    /// `sk_test_…` or `rk_test_…`.
    pub secret: String,
    /// Rights that it lacks, as Stripe names them: `rak_charge_read`, `rak_payment_intent_write`.
    pub denied: Vec<String>,
}

/// Settings of the ERP double.
#[derive(Clone, Debug)]
pub struct ErpSettings {
    /// Tokens that are let in.
    pub tokens: Vec<String>,
    /// The company's currency.
    pub company_currency: String,
    /// First day that is open for posting, `YYYY-MM-DD`.
    pub open_from: String,
    /// Article numbers that the ERP refuses.
    pub refused_skus: Vec<String>,
    /// The chart of accounts.
    pub accounts: Vec<Account>,
    /// What a new stock item has on hand.
    pub stock_on_hand: Decimal,
}

impl Default for ErpSettings {
    fn default() -> Self {
        let account =
            |code: &str, name: &str, kind| Account { code: code.to_owned(), name: name.to_owned(), kind };
        Self {
            tokens: vec![ERP_TOKEN.to_owned()],
            company_currency: "USD".to_owned(),
            open_from: "2020-01-01".to_owned(),
            refused_skus: vec!["REFUSED-BY-ERP".to_owned()],
            accounts: vec![
                account("1050", "Stripe clearing", AccountKind::Asset),
                account("1060", "Cash in transit", AccountKind::Asset),
                account("1100", "Bank", AccountKind::Asset),
                account("1200", "Receivable", AccountKind::Receivable),
                account("1300", "Disputes receivable", AccountKind::Asset),
                account("1400", "Reserves held", AccountKind::Asset),
                account("1500", "Input tax", AccountKind::Asset),
                account("1510", "Tax withheld", AccountKind::Asset),
                account("1600", "Intercompany", AccountKind::Asset),
                account("1900", "Suspense", AccountKind::Asset),
                account("2200", "Tax payable", AccountKind::Liability),
                account("2300", "Customer deposits", AccountKind::Liability),
                account("2400", "Loans", AccountKind::Liability),
                account("4000", "Sales", AccountKind::Income),
                account("4100", "Shipping income", AccountKind::Income),
                account("4200", "Platform income", AccountKind::Income),
                account("4900", "Sales returns", AccountKind::Income),
                account("6300", "Payment fees", AccountKind::Expense),
                account("6310", "Dispute fees", AccountKind::Expense),
                account("6320", "Instant payout fees", AccountKind::Expense),
                account("6330", "Fees of other Stripe products", AccountKind::Expense),
                account("6350", "Chargeback loss", AccountKind::Expense),
                account("6390", "Other Stripe fees", AccountKind::Expense),
                account("6400", "Donations", AccountKind::Expense),
                account("6900", "Exchange differences", AccountKind::Expense),
            ],
            stock_on_hand: Decimal::from(100),
        }
    }
}

/// An account of the ERP.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Its number.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: AccountKind,
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// What the company has.
    Asset,
    /// What customers owe: a line needs its party.
    Receivable,
    /// What the company owes.
    Liability,
    /// What it earns: a line needs its cost centre.
    Income,
    /// What it spends: a line needs its cost centre.
    Expense,
}

/// Settings of the WMS double.
#[derive(Clone, Debug)]
pub struct WmsSettings {
    /// Tokens that are let in.
    pub tokens: Vec<String>,
    /// What webhooks are signed with.
    pub signing_secret: String,
    /// Article numbers that the warehouse does not carry.
    pub refused_skus: Vec<String>,
}

impl Default for WmsSettings {
    fn default() -> Self {
        Self {
            tokens: vec![WMS_TOKEN.to_owned()],
            signing_secret: WMS_SIGNING_SECRET.to_owned(),
            refused_skus: vec!["REFUSED-BY-WMS".to_owned()],
        }
    }
}
