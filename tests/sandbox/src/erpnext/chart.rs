//! The chart of accounts.

use super::refusal::Refusal;
use super::settings::{ErpnextAccount, ErpnextSettings};

/// An account that entries are made on. `row`: where it was named.
pub(super) fn account<'a>(
    settings: &'a ErpnextSettings,
    name: &str,
    row: &str,
) -> Result<&'a ErpnextAccount, Refusal> {
    let found = settings.accounts.iter().find(|account| account.name == name);
    let found = found.ok_or_else(|| Refusal::link(format!("{row}Account: {name}")))?;
    if found.is_group == 1 {
        let message =
            format!("Account {name} is a group account and group accounts cannot be used in transactions");
        return Err(Refusal::validation(message));
    }
    Ok(found)
}

impl ErpnextAccount {
    /// Whether its lines have a customer.
    pub(super) fn is_receivable(&self) -> bool {
        self.account_type == "Receivable"
    }

    /// Whether its lines have a cost centre.
    pub(super) fn is_of_profit_and_loss(&self) -> bool {
        matches!(self.root_type.as_str(), "Income" | "Expense")
    }
}
