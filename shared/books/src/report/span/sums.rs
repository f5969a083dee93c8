//! The sums of a span: each movement once, each document once.

use std::collections::{BTreeMap, BTreeSet};

use canonical::{Category, Currency, Money};

use super::{Figure, Line, Moved, Open, OpenKind, Part, Section, Sold, Summed};
use crate::Error;
use crate::payout::ShopKind;
use crate::rules::fees;

/// Sums up.
///
/// # Errors
/// A sum is out of range.
pub fn sum(mut moved: Vec<Moved>, sold: &[Sold]) -> Result<Summed, Error> {
    moved.retain(|row| row.transaction.is_of_payments());
    moved.sort_by_cached_key(|row| (row.transaction.created, row.transaction.id.clone()));
    let mut sums = Sums::default();
    let mut used = BTreeSet::new();
    let mut movements = Vec::with_capacity(moved.len());
    for row in moved {
        let documents = documents_of(&row, sold, &mut used);
        sums.movement(&row, &documents)?;
        movements.push(Line {
            documents: documents.iter().map(|document| document.number.clone()).collect(),
            transaction: row.transaction,
            day: row.day,
            order: row.order,
            store: row.store,
            booked_by: row.booked_by,
        });
    }
    let is_unpaid = |(at, document): &(usize, &Sold)| document.reference.is_none() && !used.contains(at);
    for (_, document) in sold.iter().enumerate().filter(is_unpaid) {
        sums.open.push(Open {
            kind: OpenKind::NotPaid,
            order: Some(document.order.clone()),
            transaction: None,
            documents: vec![document.number.clone()],
            amount: document.total,
        });
    }
    Ok(Summed { figures: sums.figures.into_values().collect(), open: sums.open, movements })
}

/// The documents that name the movement; else the one of its order, kind and amount that names none. Each is taken once.
fn documents_of<'a>(row: &Moved, sold: &'a [Sold], used: &mut BTreeSet<usize>) -> Vec<&'a Sold> {
    let kind = match row.transaction.reporting_category {
        Category::Charge => ShopKind::Invoice,
        Category::Refund => ShopKind::CreditMemo,
        _ => return Vec::new(),
    };
    let free = |at: &usize, document: &Sold| document.kind == kind && !used.contains(at);
    let names = |document: &Sold| document.reference.as_ref().is_some_and(|name| row.names.contains(name));
    let mut found: Vec<(usize, &Sold)> =
        sold.iter().enumerate().filter(|(at, document)| free(at, document) && names(document)).collect();
    if found.is_empty() {
        let is_its = |document: &Sold| {
            document.reference.is_none()
                && Some(&document.order) == row.order.as_ref()
                && Some(document.total) == row.paid
        };
        found.extend(sold.iter().enumerate().find(|(at, document)| free(at, document) && is_its(document)));
    }
    used.extend(found.iter().map(|(at, _)| *at));
    found.into_iter().map(|(_, document)| document).collect()
}

/// Sums by section, name, store and currency.
#[derive(Default)]
struct Sums {
    figures: BTreeMap<(Section, String, Option<String>, Currency), Figure>,
    open: Vec<Open>,
}

impl Sums {
    fn movement(&mut self, row: &Moved, documents: &[&Sold]) -> Result<(), Error> {
        let transaction = &row.transaction;
        let category = &transaction.reporting_category;
        let (section, name) = match category {
            Category::Charge => (Section::Payments, category.as_str().to_owned()),
            Category::ChargeFailure
            | Category::PartialCaptureReversal
            | Category::Refund
            | Category::RefundFailure => (Section::Refunds, category.as_str().to_owned()),
            Category::Dispute | Category::DisputeReversal => {
                (Section::Disputes, category.as_str().to_owned())
            }
            Category::Fee | Category::NetworkCost | Category::Tax => {
                (Section::Fees, fees::billed(transaction).to_string())
            }
            Category::Payout | Category::PayoutReversal => (Section::Payouts, category.as_str().to_owned()),
            _ => (Section::Other, category.as_str().to_owned()),
        };
        self.add(section, name, row, None, transaction.amount)?;
        if !transaction.fee.is_zero() {
            for (role, amount) in fees::parts(transaction)? {
                self.add(Section::Fees, role.to_string(), row, None, amount.negated()?)?;
            }
        }
        let net = if section == Section::Payouts { transaction.fee.negated()? } else { transaction.net };
        self.add(Section::Net, "net".to_owned(), row, None, net)?;
        for document in documents {
            self.document(row, document)?;
        }
        self.compare(row, documents)
    }

    /// What a document says of its amount.
    fn document(&mut self, row: &Moved, document: &Sold) -> Result<(), Error> {
        let goods = document.total.checked_sub(document.tax)?.checked_sub(document.shipping)?;
        let tax = format!("tax {}", document.tax_code);
        let parts = match document.kind {
            ShopKind::Invoice => [
                (Section::Sales, "sales".to_owned(), goods),
                (Section::Shipping, "shipping".to_owned(), document.shipping),
                (Section::Tax, document.tax_code.clone(), document.tax),
            ],
            ShopKind::CreditMemo => [
                (Section::CreditMemos, "sales".to_owned(), goods.negated()?),
                (Section::CreditMemos, "shipping".to_owned(), document.shipping.negated()?),
                (Section::CreditMemos, tax, document.tax.negated()?),
            ],
        };
        for (section, name, amount) in parts {
            self.add(section, name, row, Some(&document.number), amount)?;
        }
        Ok(())
    }

    /// What the documents lack of the payment.
    fn compare(&mut self, row: &Moved, documents: &[&Sold]) -> Result<(), Error> {
        let category = &row.transaction.reporting_category;
        if !matches!(category, Category::Charge | Category::Refund) {
            return Ok(());
        }
        let (kind, amount) = match (documents, row.paid) {
            ([], paid) => (OpenKind::NotBooked, paid.unwrap_or(row.transaction.amount)),
            (documents, Some(paid)) => {
                let totals = canonical::Totals::of(documents.iter().map(|document| document.total))?;
                (OpenKind::Differs, totals.get(paid.currency()).checked_sub(paid)?)
            }
            (_, None) => return Ok(()),
        };
        if !amount.is_zero() {
            self.open.push(Open {
                kind,
                order: row.order.clone(),
                transaction: Some(row.transaction.id.clone()),
                documents: documents.iter().map(|document| document.number.clone()).collect(),
                amount,
            });
        }
        Ok(())
    }

    fn add(
        &mut self,
        section: Section,
        name: String,
        row: &Moved,
        document: Option<&str>,
        amount: Money,
    ) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        let key = (section, name.clone(), row.store.clone(), amount.currency());
        let none = Money::zero(amount.currency());
        let new = Figure { section, name, store: row.store.clone(), amount: none, parts: Vec::new() };
        let figure = self.figures.entry(key).or_insert(new);
        figure.amount = figure.amount.checked_add(amount)?;
        figure.parts.push(Part {
            day: row.day,
            transaction: row.transaction.id.clone(),
            order: row.order.clone(),
            document: document.map(str::to_owned),
            amount,
        });
        Ok(())
    }
}
