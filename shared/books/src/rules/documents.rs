//! The ERP's own documents as lines: it books them by itself; these are for journals that are exported and for sums that are checked.

use canonical::{IncrementId, Journal, JournalHead, Money, NaturalKey};
use jiff::civil::Date;

use crate::draft::{Draft, Origin};
use crate::{Error, Ledger, Receivable, Role};

/// An invoice or a credit note; no amount has a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesDocument {
    /// The ERP's key of it.
    pub key: NaturalKey,
    /// Its day.
    pub date: Date,
    /// The shop's order.
    pub order: IncrementId,
    /// The customer's key.
    pub party: NaturalKey,
    /// What the customer owes by it, in the order's currency and the company's.
    pub total: Receivable,
    /// Goods, without tax.
    pub goods: Money,
    /// Shipping, without tax.
    pub shipping: Money,
    /// Taxes, by the ERP's code.
    pub taxes: Vec<(String, Money)>,
}

/// An invoice: the customer owes goods, shipping and tax.
///
/// # Errors
/// Parts that do not make the total; an account that is missing.
pub fn invoice(ledger: &Ledger, document: &SalesDocument) -> Result<Journal, Error> {
    let Receivable { amount, base } = document.total;
    let roles = [(Role::Sales, document.goods), (Role::ShippingIncome, document.shipping)];
    let mut draft = draft(ledger, document);
    draft.line_at(&Role::Receivable, amount, base)?;
    draft.parts(&parts(document, roles, Money::negated)?, amount.negated()?, base.negated()?)?;
    journal(document, draft, "invoice")
}

/// A credit note: the customer owes less.
///
/// # Errors
/// Parts that do not make the total; an account that is missing.
pub fn credit_note(ledger: &Ledger, document: &SalesDocument) -> Result<Journal, Error> {
    let Receivable { amount, base } = document.total;
    let returned = document.goods.checked_add(document.shipping)?;
    let mut draft = draft(ledger, document);
    draft.parts(&parts(document, [(Role::SalesReturns, returned)], Ok)?, amount, base)?;
    draft.line_at(&Role::Receivable, amount.negated()?, base.negated()?)?;
    journal(document, draft, "credit note")
}

fn draft<'a>(ledger: &'a Ledger, document: &'a SalesDocument) -> Draft<'a> {
    let origin = Origin { order: Some(&document.order), party: Some(&document.party), ..Origin::default() };
    Draft::new(ledger, document.date, origin)
}

/// The parts with their sign, which have to make the total.
fn parts<const N: usize>(
    document: &SalesDocument,
    roles: [(Role, Money); N],
    sign: fn(Money) -> Result<Money, canonical::Error>,
) -> Result<Vec<(Role, Money)>, Error> {
    let taxes = document.taxes.iter().map(|(code, amount)| (Role::TaxPayable(code.clone()), *amount));
    let all: Vec<(Role, Money)> = roles.into_iter().chain(taxes).collect();
    let total = document.total.amount;
    let sum = Money::sum(total.currency(), all.iter().map(|(_, amount)| *amount))?;
    if sum != total {
        let document = format!("the document {}", document.key);
        return Err(canonical::Error::DoesNotAddUp { document, parts: sum, total }.into());
    }
    all.into_iter().map(|(role, amount)| Ok((role, sign(amount)?))).collect()
}

fn journal(document: &SalesDocument, draft: Draft<'_>, what: &str) -> Result<Journal, Error> {
    let head = JournalHead {
        key: document.key.clone(),
        date: document.date,
        memo: format!("{what} of order {}", document.order),
        reverses: None,
        true_date: None,
    };
    Ok(Journal::new(head, draft.settled()?.into_journal_lines())?)
}
