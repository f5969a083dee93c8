//! What an accountant files of a span of ledger days: what was sold, as the shop's documents say it, and what Stripe moved, each figure
//! with the movements and documents that it is made of. No currency is ever added to another.

mod rows;
mod sums;

use std::collections::BTreeSet;

use canonical::{
    AccountCode, BalanceTransaction, BalanceTransactionId, IncrementId, Money, NaturalKey, Payout,
    StripeAccount,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

pub use self::sums::sum;
use crate::payout::ShopKind;
use crate::{Error, Role};

/// A movement of the balance and what is known of it.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The movement.
    pub transaction: BalanceTransaction,
    /// Its ledger day.
    pub day: Date,
    /// The order, where there is one.
    pub order: Option<IncrementId>,
    /// The shop's store view of the order.
    pub store: Option<String>,
    /// What the shop's documents of it may name: the refund, the charge, the intent.
    pub names: Vec<String>,
    /// What the customer paid or got back, in the currency of the order and without a sign.
    pub paid: Option<Money>,
    /// Keys of the documents that book it, each once.
    pub booked_by: BTreeSet<NaturalKey>,
}

/// An invoice or a credit memo of the shop.
#[derive(Clone, Debug)]
pub struct Sold {
    /// Its number.
    pub number: String,
    /// The order.
    pub order: IncrementId,
    /// The shop's store view of the order.
    pub store: Option<String>,
    /// Which of the two.
    pub kind: ShopKind,
    /// The payment or refund that it names.
    pub reference: Option<String>,
    /// What it comes to.
    pub total: Money,
    /// The tax in it.
    pub tax: Money,
    /// The shipping in it, without tax.
    pub shipping: Money,
    /// The code of its tax; of several all, with ` + ` between: a document says their sum alone.
    pub tax_code: String,
}

/// What a figure is of. The first five are of the shop's documents, in the currency of the order; the others are of Stripe's
/// movements, in that of the settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Goods that were invoiced, without tax.
    Sales,
    /// Shipping that was invoiced, without tax.
    Shipping,
    /// Tax that was invoiced, by code.
    Tax,
    /// What credit memos take back of these.
    CreditMemos,
    /// Payments of customers.
    Payments,
    /// What went back to customers.
    Refunds,
    /// What Stripe costs, by account.
    Fees,
    /// Withdrawn by disputes, and come back.
    Disputes,
    /// Whatever else moved.
    Other,
    /// The sum of the five above it: what the balance gained before payouts.
    Net,
    /// Left for the bank, or come back.
    Payouts,
}

impl Section {
    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sales => "Sales, net of tax",
            Self::Shipping => "Shipping, net of tax",
            Self::Tax => "Tax",
            Self::CreditMemos => "Credit memos",
            Self::Payments => "Payments",
            Self::Refunds => "Refunds",
            Self::Fees => "Fees",
            Self::Disputes => "Disputes",
            Self::Other => "Other movements",
            Self::Net => "Net, before payouts",
            Self::Payouts => "Payouts",
        }
    }
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is of.
    pub section: Section,
    /// The tax code, the account of a fee, the category.
    pub name: String,
    /// The store view; none where the movement is no order's.
    pub store: Option<String>,
    /// The sum of its parts.
    pub amount: Money,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The ledger day.
    pub day: Date,
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// The order.
    pub order: Option<IncrementId>,
    /// The shop's document, where the amount is one's.
    pub document: Option<String>,
    /// How much.
    pub amount: Money,
}

/// What is open of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenKind {
    /// Money came or went, and the shop has no document of it.
    NotBooked,
    /// The shop's documents come to another amount than was paid.
    Differs,
    /// An invoice or memo names no payment, and no movement of the span is of its amount.
    NotPaid,
}

impl OpenKind {
    /// What it is, and what to do.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::NotBooked => {
                "moved at Stripe, and the shop has no document of it: make it there, or say whose money it is"
            }
            Self::Differs => {
                "the shop's documents come to another amount than was paid: correct the one that is wrong"
            }
            Self::NotPaid => {
                "the shop's document names no payment, and none of this span is of its amount: look for how it was paid"
            }
        }
    }
}

/// An open receivable, or money without a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What.
    pub kind: OpenKind,
    /// Whose.
    pub order: Option<IncrementId>,
    /// The movement.
    pub transaction: Option<BalanceTransactionId>,
    /// The shop's documents.
    pub documents: Vec<String>,
    /// How much; of [`OpenKind::Differs`], documents less payment.
    pub amount: Money,
}

/// A movement with all its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The movement.
    pub transaction: BalanceTransaction,
    /// Its ledger day.
    pub day: Date,
    /// The order.
    pub order: Option<IncrementId>,
    /// The shop's store view.
    pub store: Option<String>,
    /// The shop's documents of it.
    pub documents: Vec<String>,
    /// Keys of the documents that book it.
    pub booked_by: BTreeSet<NaturalKey>,
}

/// The mirror of the balance and the balance, at the end of the span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clearing {
    /// The account; none where the chart has none for the currency.
    pub account: Option<AccountCode>,
    /// What it has.
    pub books: Money,
    /// What Stripe had.
    pub stripe: Money,
    /// The first less the second.
    pub difference: Money,
}

/// What the sums come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summed {
    /// By section, name, store and currency.
    pub figures: Vec<Figure>,
    /// What is open.
    pub open: Vec<Open>,
    /// The movements, the oldest first.
    pub movements: Vec<Line>,
}

/// A report of some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpanReport {
    /// The Stripe account.
    pub account: StripeAccount,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub through: Date,
    /// The company's time zone, which says when a day begins.
    pub time_zone: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Sums and movements.
    #[serde(flatten)]
    pub summed: Summed,
    /// The payouts that left or came back, as they stand now.
    pub payouts: Vec<Payout>,
    /// By currency.
    pub clearing: Vec<Clearing>,
}

impl Clearing {
    /// Both, compared.
    ///
    /// # Errors
    /// Two currencies; out of range.
    pub fn new(account: Option<AccountCode>, books: Money, stripe: Money) -> Result<Self, Error> {
        Ok(Self { account, books, stripe, difference: books.checked_sub(stripe)? })
    }

    /// The role of the account.
    #[must_use]
    pub fn role(&self) -> Role {
        Role::StripeClearing(self.stripe.currency())
    }
}

impl SpanReport {
    /// Whether something is open, or the mirror is not the balance.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        !self.summed.open.is_empty() || self.clearing.iter().any(|one| !one.difference.is_zero())
    }
}
