//! Search criteria over top-level columns: which rows, in which order, which page.
//!
//! Source: `lib/internal/Magento/Framework/{Api/SearchCriteria,Data/Collection,Webapi/Validator}` of magento/magento2.

mod columns;
mod criteria;
mod filter;

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::magento::refusal::Refusal;
use crate::magento::settings::{PastTheEnd, Switches};

pub(super) use columns::{CUSTOMER, DOCUMENT, ORDER, ROW, SOURCE_ITEM, TRANSACTION};
use criteria::Criteria;

/// Rows of a page where nobody says otherwise and pages are limited.
const LIMITED_PAGE_SIZE: usize = 20;

/// How a kind of rows says that it has no such column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnknownColumn {
    /// An SQL error, which is masked.
    Masked,
    /// EAV knows its attributes.
    Named,
}

/// What can be searched.
pub(super) struct Searched<'a> {
    pub(super) rows: Vec<Value>,
    pub(super) columns: &'a [&'a str],
    pub(super) unknown: UnknownColumn,
}

impl Searched<'_> {
    /// The page that a query asks for.
    pub(super) fn page(self, query: &[(String, String)], switches: &Switches) -> Result<Value, Refusal> {
        if !query.iter().any(|(name, _)| name.starts_with("searchCriteria")) {
            return Err(Refusal::required("searchCriteria"));
        }
        let criteria = Criteria::read(query)?;
        self.check(&criteria)?;
        let size = size(&criteria, switches)?;
        let mut found: Vec<Value> = self.rows.into_iter().filter(|row| criteria.holds(row)).collect();
        for (field, is_ascending) in criteria.sort.iter().rev() {
            found.sort_by(|a, b| {
                let order = compare(&a[field], &b[field]);
                if *is_ascending { order } else { order.reverse() }
            });
        }
        let total = found.len();
        let items = page_of(found, size, criteria.page.unwrap_or(1), switches.past_the_end);
        Ok(json!({ "items": items, "search_criteria": criteria.echo(), "total_count": total }))
    }

    fn check(&self, criteria: &Criteria) -> Result<(), Refusal> {
        let Some(unknown) = criteria.fields().find(|field| !self.columns.contains(field)) else {
            return Ok(());
        };
        if self.unknown == UnknownColumn::Masked {
            return Err(Refusal::masked());
        }
        let text = "Invalid attribute name: %1";
        Err(Refusal::new(400, text).with(json!([unknown])))
    }
}

fn size(criteria: &Criteria, switches: &Switches) -> Result<Option<usize>, Refusal> {
    let Some(max) = switches.page_size_max else { return Ok(criteria.size) };
    let size = criteria.size.unwrap_or(LIMITED_PAGE_SIZE);
    if size > max {
        let text = "Maximum SearchCriteria pageSize is %max";
        return Err(Refusal::new(400, text).with(json!({ "max": max })));
    }
    Ok(Some(size))
}

fn page_of(found: Vec<Value>, size: Option<usize>, page: usize, past: PastTheEnd) -> Vec<Value> {
    let Some(size) = size.filter(|size| *size > 0) else { return found };
    let last = found.len().div_ceil(size).max(1);
    let page = match past {
        PastTheEnd::LastPage => page.clamp(1, last),
        PastTheEnd::Empty => page.max(1),
    };
    found.into_iter().skip(size.saturating_mul(page - 1)).take(size).collect()
}

/// As the database orders: numbers by size, texts without case, nothing first.
fn compare(a: &Value, b: &Value) -> Ordering {
    filter::compare(&filter::text(a).unwrap_or_default(), &filter::text(b).unwrap_or_default())
}
