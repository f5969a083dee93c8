//! Movements that concern no order: reserves, top-ups, transfers, loans, donations, and what nobody has mapped.

use canonical::BalanceTransaction;

use crate::draft::Draft;
use crate::{Error, Role};

/// Clearing by the amount, the other account by its opposite; both signs occur in most categories.
pub(super) fn against(
    draft: &mut Draft<'_>,
    transaction: &BalanceTransaction,
    role: &Role,
) -> Result<(), Error> {
    draft.pair(&Role::StripeClearing(transaction.currency()), role, transaction.amount)
}

/// The account of a category that is new but of a family that is known: Stripe names them by prefix. Corporate cards
/// (`issuing_…`) are none that we keep.
pub(super) fn family(word: &str) -> Option<Role> {
    [
        ("transfer", Role::Intercompany),
        ("platform_earning", Role::PlatformIncome),
        ("advance", Role::Loans),
        ("financing_", Role::Loans),
        ("climate_", Role::Donations),
    ]
    .into_iter()
    .find_map(|(prefix, role)| word.starts_with(prefix).then_some(role))
}
