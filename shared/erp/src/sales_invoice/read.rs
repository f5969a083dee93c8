//! `erp.sales_invoice.read`: the invoice that the ERP itself has made of a sales order (`invoice_on: erp`). One call a page.
//!
//! The ERP lists invoices by when they were changed, and by no order of theirs. So the newest are looked through first, then those
//! of longer ago: an order is asked for at least every quarter of an hour, and one that waits for days in a company that bills
//! thousands meanwhile is found in the hour in which it is billed.

use canonical::{Money, NaturalKey};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Kind, live};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.sales_invoice.read";
/// Hours back, one after the other; then all since the order was placed.
const SPANS_H: [i64; 2] = [1, 24];

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The sales order that is billed.
    pub order_key: NaturalKey,
    /// No invoice of it is older.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// What it comes to.
    pub total: Money,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The ERP's id; where it has made several, the lowest.
    pub id: String,
    /// All of them.
    pub ids: Vec<String>,
    /// What names that one in documents that refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<NaturalKey>,
}

/// Looks for it.
///
/// # Errors
/// [`Error::NotInvoiced`] where the order is not billed, or not whole, yet; [`Error::TotalDiffers`] where more is billed than
/// the order comes to; [`Error::SearchTooWide`]; or as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let now = client.port().now();
    let spans =
        SPANS_H.map(|hours| now.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(input.since));
    let mut looked = None;
    for from in spans.into_iter().chain([input.since]) {
        let from = from.max(input.since);
        match client.port().invoices_of(&input.order_key, from).await {
            Ok(invoices) => {
                let billed = Billed::of(&input, invoices)?;
                if billed.is_whole(&input) || from == input.since {
                    return billed.output(input);
                }
                looked = Some(billed);
            }
            // What is newer has been seen, and the rest is seen when it is changed.
            Err(error @ Error::SearchTooWide { .. }) => {
                return looked.map_or(Err(error), |billed| billed.output(input));
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::NotInvoiced {
        order: input.order_key,
        billed: Money::zero(input.total.currency()).to_string(),
    })
}

/// What stands of an order.
struct Billed {
    ids: Vec<String>,
    key: Option<NaturalKey>,
    sum: Money,
}

impl Billed {
    fn of(input: &Input, invoices: Vec<Document>) -> Result<Self, Error> {
        let invoices = live(invoices);
        let mut sum = Money::zero(input.total.currency());
        for total in invoices.iter().filter_map(|invoice| invoice.total) {
            sum = sum.checked_add(total.0).map_err(|source| Error::Unsound { source })?;
        }
        let key = invoices.first().and_then(Document::key);
        Ok(Self { ids: invoices.into_iter().map(|invoice| invoice.id).collect(), key, sum })
    }

    fn is_whole(&self, input: &Input) -> bool {
        !self.ids.is_empty() && self.sum.minor() >= input.total.minor()
    }

    fn output(self, input: Input) -> Result<Output, Error> {
        match self.ids.first() {
            Some(id) if self.sum == input.total => {
                Ok(Output { id: id.clone(), ids: self.ids, key: self.key })
            }
            Some(id) if self.sum.minor() > input.total.minor() => Err(Error::TotalDiffers {
                kind: Kind::Invoice,
                id: id.clone(),
                ours: input.total.to_string(),
                theirs: self.sum.to_string(),
            }),
            _ => Err(Error::NotInvoiced { order: input.order_key, billed: self.sum.to_string() }),
        }
    }
}
