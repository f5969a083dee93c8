//! Names of accounts that hledger and Beancount take: the merchant's code under what the account is.

use std::collections::{BTreeMap, BTreeSet};

use canonical::{AccountCode, Journal};

use crate::{AccountType, Chart};

/// A legal name for each account that occurs: `Assets:1200`, `Expenses:Stripe-Fees-TC`. Two codes never get one name.
///
/// Beancount takes letters, digits and dashes, a part begins with a capital letter or a digit
/// (<https://beancount.github.io/docs/beancount_language_syntax.html#accounts>); hledger takes those too.
pub(super) struct Names(BTreeMap<AccountCode, String>);

impl Names {
    /// Names for the chart's accounts and for those that only the journals have, which are taken for assets.
    pub(super) fn new(chart: &Chart, journals: &[Journal]) -> Self {
        let mut types: BTreeMap<&AccountCode, AccountType> = BTreeMap::new();
        for (role, code) in chart.accounts() {
            types.entry(code).or_insert(role.account_type());
        }
        for line in journals.iter().flat_map(Journal::lines) {
            types.entry(&line.account).or_insert(AccountType::Assets);
        }
        let mut taken = BTreeSet::new();
        let names =
            types.into_iter().map(|(code, kind)| (code.clone(), free(&legal(kind, code), &mut taken)));
        Self(names.collect())
    }

    /// The name of an account; every account of the journals has one.
    pub(super) fn get(&self, code: &AccountCode) -> &str {
        self.0.get(code).map_or("Assets:Unnamed", String::as_str)
    }

    /// All names, sorted.
    pub(super) fn all(&self) -> impl Iterator<Item = (&AccountCode, &str)> {
        self.0.iter().map(|(code, name)| (code, name.as_str()))
    }
}

fn legal(kind: AccountType, code: &AccountCode) -> String {
    let root = match kind {
        AccountType::Assets => "Assets",
        AccountType::Liabilities => "Liabilities",
        AccountType::Income => "Income",
        AccountType::Expenses => "Expenses",
    };
    let dashed: String =
        code.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    let mut name = words.join("-");
    if name.is_empty() {
        "X".clone_into(&mut name);
    }
    let first = name.remove(0).to_ascii_uppercase();
    format!("{root}:{first}{name}")
}

/// The name, or the next that nobody has.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let with = |n: usize| if n == 1 { name.to_owned() } else { format!("{name}-{n}") };
    let free = (1..).map(with).find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}
