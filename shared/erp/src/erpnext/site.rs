//! What the connector knows of its company in ERPNext.

use canonical::{AccountCode, Currency};

use crate::settings::RECEIVABLE;
use crate::{Error, Settings};

/// The role of what taxes are owed.
const TAX_PAYABLE: &str = "tax_payable";

/// A company, and what its documents are filed under.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) company: String,
    pub(super) defaults: environment::Erpnext,
    pub(super) settings: Settings,
}

impl Site {
    pub(super) fn new(erp: &environment::Erp) -> Result<Self, Error> {
        let company = erp.company.clone().unwrap_or_default();
        Ok(Self { company, defaults: erp.erpnext.clone(), settings: Settings::of(erp)? })
    }

    /// The account of a role.
    pub(super) fn account(&self, role: &'static str) -> Result<&AccountCode, Error> {
        self.settings.account(role)
    }

    /// The account of a tax code: its own, or the one of all.
    pub(super) fn tax_account(&self, code: &str) -> Result<&AccountCode, Error> {
        let own = self.settings.accounts.get(&format!("{TAX_PAYABLE}.{code}"));
        own.map_or_else(|| self.account(TAX_PAYABLE), Ok)
    }

    /// What customers owe in a currency. An account of ERPNext is kept in one, so that each may have its own
    /// (`receivable.EUR`).
    pub(super) fn receivable(&self, currency: Currency) -> Result<&AccountCode, Error> {
        let own = self.settings.accounts.get(&format!("{RECEIVABLE}.{}", currency.code()));
        own.map_or_else(|| self.account(RECEIVABLE), Ok)
    }

    /// The account of ERPNext that keeps what we mean by an account, in a currency.
    pub(super) fn theirs<'a>(&'a self, ours: &'a AccountCode, currency: Currency) -> &'a AccountCode {
        let is_receivable = self.settings.accounts.get(RECEIVABLE) == Some(ours);
        if is_receivable { self.receivable(currency).unwrap_or(ours) } else { ours }
    }

    /// The account that we mean by one of theirs.
    pub(super) fn ours<'a>(&'a self, theirs: &'a AccountCode) -> &'a AccountCode {
        let is_receivable = |(role, code): (&String, &AccountCode)| {
            code == theirs && role.split('.').next() == Some(RECEIVABLE)
        };
        let found = self.settings.accounts.iter().any(is_receivable);
        self.settings.accounts.get(RECEIVABLE).filter(|_| found).unwrap_or(theirs)
    }

    /// The cost centre of rows; ERPNext takes one on any account.
    pub(super) fn cost_center(&self) -> Option<&str> {
        self.settings.cost_center.as_deref()
    }
}
