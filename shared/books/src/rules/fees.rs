//! What Stripe costs: inside another movement, or billed as a movement of its own.
//!
//! Source: <https://docs.stripe.com/api/balance_transactions/object> (`fee_details`).

use canonical::{BalanceTransaction, Category, FeeDetail, FeeKind, Money, TransactionType};

use crate::draft::Draft;
use crate::{Error, FeeAccount, Role};

/// The fee of a movement: its costs and its tax against clearing; the other way round where a fee comes back.
pub(super) fn inside(draft: &mut Draft<'_>, transaction: &BalanceTransaction) -> Result<(), Error> {
    let fee = transaction.fee;
    if fee.is_zero() {
        return Ok(());
    }
    let base = draft.base(fee)?;
    draft.parts(&parts(transaction)?, fee, base)?;
    draft.line_at(&Role::StripeClearing(fee.currency()), fee.negated()?, base.negated()?)
}

/// The fee by account. What the details do not explain is the movement's own kind of cost: the sum is the fee, whatever they say.
pub(crate) fn parts(transaction: &BalanceTransaction) -> Result<Vec<(Role, Money)>, Error> {
    let mut rest = transaction.fee;
    let mut parts: Vec<(Role, Money)> = Vec::new();
    for FeeDetail { kind, amount } in &transaction.fee_details {
        let role = match kind {
            FeeKind::Tax => Role::FeesInputTax,
            FeeKind::WithheldTax => Role::WithheldTax,
            FeeKind::PassthroughFee => Role::StripeFees(FeeAccount::Passthrough),
            FeeKind::ApplicationFee => Role::StripeFees(FeeAccount::Application),
            FeeKind::StripeFee | FeeKind::Other(_) => continue,
        };
        if amount.currency() == rest.currency() {
            rest = rest.checked_sub(*amount)?;
            parts.push((role, *amount));
        }
    }
    parts.insert(0, (Role::StripeFees(cost_of(&transaction.reporting_category)), rest));
    Ok(parts)
}

/// What a fee inside a movement is, by what the movement is.
const fn cost_of(category: &Category) -> FeeAccount {
    match category {
        Category::Charge
        | Category::ChargeFailure
        | Category::PartialCaptureReversal
        | Category::Refund
        | Category::RefundFailure => FeeAccount::Processing,
        Category::Dispute | Category::DisputeReversal => FeeAccount::Dispute,
        Category::Payout | Category::PayoutReversal => FeeAccount::InstantPayout,
        _ => FeeAccount::Other,
    }
}

/// The account of something that Stripe bills. Its description is all that tells one product from another.
pub(crate) fn billed(transaction: &BalanceTransaction) -> Role {
    match (&transaction.reporting_category, &transaction.kind) {
        (Category::Tax, _) | (_, TransactionType::TaxFee) => Role::FeesInputTax,
        (Category::NetworkCost, _) => Role::StripeFees(FeeAccount::Passthrough),
        (_, TransactionType::ApplicationFee | TransactionType::ApplicationFeeRefund) => {
            Role::StripeFees(FeeAccount::Application)
        }
        _ => Role::StripeFees(product(transaction.description.as_deref().unwrap_or_default())),
    }
}

fn product(description: &str) -> FeeAccount {
    const PRODUCTS: [(&str, FeeAccount); 8] = [
        ("radar", FeeAccount::Radar),
        ("billing", FeeAccount::Billing),
        ("tax", FeeAccount::Tax),
        ("dispute", FeeAccount::Dispute),
        ("chargeback", FeeAccount::Dispute),
        ("instant", FeeAccount::InstantPayout),
        ("interchange", FeeAccount::Passthrough),
        ("connect", FeeAccount::Application),
    ];
    let words = description.split(|c: char| !c.is_alphanumeric());
    let known = |word: &str| PRODUCTS.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
    words.into_iter().find_map(known).map_or(FeeAccount::Other, |(_, account)| account)
}
