//! What a movement is matched with: Stripe's source, the shop's document, the ERP's.

use std::collections::BTreeSet;
use std::fmt;

use canonical::{BalanceTransactionId, Category, IncrementId, Money, SourceId, StripeAccount};
use serde::{Deserialize, Serialize};

use super::documents::{Documents, Named, ShopKind};
use crate::{Entry, Error, keys};

/// A movement of a payout and what came of matching it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// What moved it.
    pub source: Option<SourceId>,
    /// What it is to an accountant.
    pub category: Category,
    /// Its order.
    pub order: Option<IncrementId>,
    /// Gross.
    pub amount: Money,
    /// What it cost.
    pub fee: Money,
    /// What is left.
    pub net: Money,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Outcome {
    /// All three agree; or the two that there are, where a movement of an order has no document of its own.
    Matched,
    /// A document says another amount.
    AmountDiffers {
        /// Whose.
        side: Side,
        /// Theirs less Stripe's.
        difference: Money,
    },
    /// A document says another currency.
    CurrencyDiffers {
        /// Whose.
        side: Side,
    },
    /// The shop has no document.
    MissingInMagento,
    /// The ERP has none.
    MissingInErp,
    /// It concerns no order: a fee, an adjustment, a reserve.
    NotAnOrder,
    /// A payment of no order of ours: another shop's on the same account.
    Foreign,
}

/// Whose document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The shop's.
    Magento,
    /// The ERP's.
    Erp,
}

impl Outcome {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::AmountDiffers { .. } => "amount_differs",
            Self::CurrencyDiffers { .. } => "currency_differs",
            Self::MissingInMagento => "missing_in_magento",
            Self::MissingInErp => "missing_in_erp",
            Self::NotAnOrder => "not_an_order",
            Self::Foreign => "foreign",
        }
    }

    /// Whether a person has to see it. It closes by itself when the document appears and the movement is matched again.
    #[must_use]
    pub const fn is_exception(self) -> bool {
        !matches!(self, Self::Matched | Self::NotAnOrder)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AmountDiffers { difference, .. } => write!(f, "amount_differs ({difference})"),
            other => f.write_str(other.as_str()),
        }
    }
}

/// Matches movements, each by itself. `used` has the documents that were taken by order and amount, and takes more.
///
/// # Errors
/// Sums out of range.
pub fn matched(
    account: &StripeAccount,
    entries: &[Entry],
    documents: &Documents,
    used: &mut BTreeSet<String>,
) -> Result<Vec<Item>, Error> {
    let item = |entry: &Entry| {
        let transaction = &entry.transaction;
        Ok(Item {
            transaction: transaction.id.clone(),
            source: transaction.source.clone(),
            category: transaction.reporting_category.clone(),
            order: entry.context.order.clone(),
            amount: transaction.amount,
            fee: transaction.fee,
            net: transaction.net,
            outcome: outcome(account, entry, documents, used)?,
        })
    };
    entries.iter().map(item).collect()
}

/// Matches one movement. `used` has the documents that were taken by order and amount: two equal refunds of an order need two memos.
fn outcome(
    account: &StripeAccount,
    entry: &Entry,
    documents: &Documents,
    used: &mut BTreeSet<String>,
) -> Result<Outcome, Error> {
    let kind = match entry.transaction.reporting_category {
        Category::Charge => Some(ShopKind::Invoice),
        Category::Refund => Some(ShopKind::CreditMemo),
        Category::ChargeFailure
        | Category::PartialCaptureReversal
        | Category::RefundFailure
        | Category::Dispute
        | Category::DisputeReversal => None,
        _ => return Ok(Outcome::NotAnOrder),
    };
    let (Some(order), Some(kind)) = (&entry.context.order, kind) else {
        let is_ours = entry.context.order.is_some();
        return Ok(if is_ours { Outcome::Matched } else { Outcome::Foreign });
    };
    let Some(receivable) = entry.context.receivable else {
        return Ok(Outcome::MissingInErp);
    };
    let shop_amount = entry.context.captured.unwrap_or(receivable.amount);
    let found = match named(entry, kind, documents) {
        Some(Named::Sum(found)) => found,
        Some(Named::NoSum) => return Ok(Outcome::CurrencyDiffers { side: Side::Magento }),
        None => {
            let free = documents.unnamed(order, kind, shop_amount);
            let Some(number) = free.iter().find(|number| !used.contains(*number)) else {
                return Ok(Outcome::MissingInMagento);
            };
            used.insert(number.clone());
            shop_amount
        }
    };
    if let Some(differs) = compare(Side::Magento, found, shop_amount)? {
        return Ok(differs);
    }
    let Some(key) = keys::document(account, &entry.transaction) else { return Ok(Outcome::MissingInErp) };
    // A payment is of all that was authorised, a sale is of what the shop sold.
    let paid = documents.erp(&key).map(|found| (found, receivable.amount));
    let Some((found, ours)) = paid.or_else(|| Some((documents.sale(&key)?, shop_amount))) else {
        return Ok(Outcome::MissingInErp);
    };
    Ok(compare(Side::Erp, found, ours)?.unwrap_or(Outcome::Matched))
}

/// By the payment's or refund's own id, then by the intent's; a refund is never found by its payment.
fn named(entry: &Entry, kind: ShopKind, documents: &Documents) -> Option<Named> {
    let by_source = entry.transaction.source.as_ref().and_then(|id| documents.named(kind, id.as_str()));
    let intent = entry.context.intent.as_ref().filter(|_| kind == ShopKind::Invoice);
    by_source.or_else(|| documents.named(kind, intent?.as_str()))
}

fn compare(side: Side, theirs: Money, ours: Money) -> Result<Option<Outcome>, Error> {
    if theirs.currency() != ours.currency() {
        return Ok(Some(Outcome::CurrencyDiffers { side }));
    }
    let difference = theirs.checked_sub(ours)?;
    Ok((!difference.is_zero()).then_some(Outcome::AmountDiffers { side, difference }))
}
