//! `erp.sales_invoice.read`: the invoice that the ERP itself has made of a sales order (`invoice_on: erp`). One call a page.

use canonical::{Money, NaturalKey};
use jiff::Timestamp;
use outbound::rest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Kind, Page, live};
use crate::wire::{Invoice, InvoiceKind};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.sales_invoice.read";
/// Invoices of a page, as many as the ERP gives.
const PAGE_ROWS: usize = 200;
/// Pages that are looked through: an ERP that has made more since the order was placed wants a narrower search.
const PAGES_MAX: usize = 20;

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
}

/// Looks for it.
///
/// # Errors
/// [`Error::NotInvoiced`] where the order is not billed, or not whole, yet; [`Error::TotalDiffers`] where more is billed than
/// the order comes to; [`Error::SearchTooWide`]; or as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let invoices = live(of_order(&client, &input).await?);
    let mut billed = Money::zero(input.total.currency());
    for total in invoices.iter().filter_map(|invoice| invoice.total) {
        billed = billed.checked_add(total.0).map_err(|source| Error::Unsound { source })?;
    }
    let ids: Vec<String> = invoices.into_iter().map(|invoice| invoice.id).collect();
    match ids.first() {
        Some(id) if billed == input.total => Ok(Output { id: id.clone(), ids }),
        Some(id) if billed.minor() > input.total.minor() => Err(Error::TotalDiffers {
            kind: Kind::Invoice,
            id: id.clone(),
            ours: input.total.to_string(),
            theirs: billed.to_string(),
        }),
        _ => Err(Error::NotInvoiced { order: input.order_key, billed: billed.to_string() }),
    }
}

async fn of_order(client: &Client, input: &Input) -> Result<Vec<Document>, Error> {
    let since = rest::encoded(&input.since.to_string()).unwrap_or_default();
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let query = format!("?updated_since={since}&limit={PAGE_ROWS}{cursor}");
        let page: Page =
            client.get("/invoices", &query, format!("find the invoice of {}", input.order_key)).await?;
        found.extend(page.data.into_iter().filter(|document| bills(document, &input.order_key)));
        match page.next_cursor.and_then(|next| rest::encoded(&next)) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
    Err(Error::SearchTooWide { order: input.order_key.clone(), rows: PAGES_MAX * PAGE_ROWS })
}

fn bills(document: &Document, order: &NaturalKey) -> bool {
    let content = document.content::<Invoice>();
    content.is_some_and(|invoice| invoice.kind == InvoiceKind::Invoice && invoice.order_key == *order)
}
