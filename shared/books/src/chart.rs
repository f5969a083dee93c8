//! The merchant's accounts, by what they are for.

use std::collections::BTreeMap;

use canonical::{AccountCode, Currency};
use serde::{Deserialize, Serialize};

use crate::{Error, Role};

/// Which account a role has. As JSON: `{"receivable": "1100", "stripe_clearing.USD": "1200", …}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chart {
    accounts: BTreeMap<Role, AccountCode>,
}

impl Chart {
    /// A chart of these accounts.
    pub fn new(accounts: impl IntoIterator<Item = (Role, AccountCode)>) -> Self {
        Self { accounts: accounts.into_iter().collect() }
    }

    /// The account of a role.
    ///
    /// # Errors
    /// There is none.
    pub fn account(&self, role: &Role) -> Result<&AccountCode, Error> {
        self.accounts.get(role).ok_or_else(|| Error::AccountMissing { role: role.clone() })
    }

    /// All roles without an account, for a pair that is settled in these currencies and owes tax by these codes: what has to be
    /// known before any event is taken.
    #[must_use]
    pub fn missing(&self, currencies: &[Currency], tax_codes: &[String]) -> Vec<Role> {
        Role::all(currencies, tax_codes).filter(|role| !self.accounts.contains_key(role)).collect()
    }

    /// What there is, by role.
    pub fn accounts(&self) -> impl Iterator<Item = (&Role, &AccountCode)> {
        self.accounts.iter()
    }
}
