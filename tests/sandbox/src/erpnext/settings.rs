//! What the site is set to.

use serde::Serialize;

/// `api_key:api_secret` of the integration's user.
pub const ERPNEXT_TOKEN: &str = "erpnext-sandbox-key:erpnext-sandbox-secret";
/// The one company.
pub const ERPNEXT_COMPANY: &str = "Tillbridge Company";

/// Settings of the ERPNext double.
#[derive(Clone, Debug)]
pub struct ErpnextSettings {
    /// Pairs of key and secret that are let in.
    pub tokens: Vec<String>,
    /// The company's currency.
    pub company_currency: String,
    /// Accounts Settings, "accounts frozen till": no entry on or before that day.
    pub frozen_until: String,
    /// Whether the custom fields are there: `custom_tb_key` on every doctype, `custom_tb_content` on sales orders and journal entries.
    pub custom_fields: bool,
    /// Whether `custom_tb_key` is unique, which is an index of the database.
    pub unique_key: bool,
    /// The chart of accounts.
    pub accounts: Vec<ErpnextAccount>,
}

/// An account.
#[derive(Clone, Debug, Serialize)]
pub struct ErpnextAccount {
    /// Its name, with the company's abbreviation.
    pub name: String,
    /// `Receivable`, `Bank`, `Tax`, or nothing.
    pub account_type: String,
    /// `Asset`, `Liability`, `Income`, `Expense`.
    pub root_type: String,
    /// The currency that it is kept in.
    pub account_currency: String,
    /// Whether it only sums up others: 0 or 1.
    pub is_group: u8,
    /// Whose it is.
    pub company: String,
}

impl Default for ErpnextSettings {
    fn default() -> Self {
        let account = |name: &str, account_type: &str, root_type: &str, currency: &str| ErpnextAccount {
            name: format!("{name} - TC"),
            account_type: account_type.to_owned(),
            root_type: root_type.to_owned(),
            account_currency: currency.to_owned(),
            is_group: u8::from(name == "Current Assets"),
            company: ERPNEXT_COMPANY.to_owned(),
        };
        let mut accounts = vec![
            account("Current Assets", "", "Asset", "USD"),
            account("Debtors", "Receivable", "Asset", "USD"),
            account("Sales", "Income Account", "Income", "USD"),
            account("Shipping", "Income Account", "Income", "USD"),
            account("Sales Returns", "Income Account", "Income", "USD"),
            account("Sales Tax", "Tax", "Liability", "USD"),
            account("Stripe Fees", "Expense Account", "Expense", "USD"),
            account("Exchange Gain/Loss", "Expense Account", "Expense", "USD"),
        ];
        for currency in ["EUR", "JPY", "KWD"] {
            accounts.push(account(&format!("Debtors {currency}"), "Receivable", "Asset", currency));
        }
        for currency in ["USD", "EUR", "JPY", "KWD"] {
            accounts.push(account(&format!("Stripe Clearing {currency}"), "Bank", "Asset", currency));
        }
        Self {
            tokens: vec![ERPNEXT_TOKEN.to_owned()],
            company_currency: "USD".to_owned(),
            frozen_until: "2019-12-31".to_owned(),
            custom_fields: true,
            unique_key: true,
            accounts,
        }
    }
}
