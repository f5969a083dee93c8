//! An order's invoices. The ERP lists invoices by when they were changed, and by no order of theirs.

use canonical::NaturalKey;
use jiff::Timestamp;
use outbound::rest;

use super::{Generic, Page};
use crate::Error;
use crate::document::Document;
use crate::wire::{Invoice, InvoiceKind};

/// Invoices of a page, as many as the ERP gives.
const PAGE_ROWS: usize = 200;
/// Pages that are looked through of one span of time.
const PAGES_MAX: usize = 20;

/// The order's invoices that were changed since then. One call a page.
pub(super) async fn of(port: &Generic, order: &NaturalKey, since: Timestamp) -> Result<Vec<Document>, Error> {
    let since = rest::encoded(&since.to_string()).unwrap_or_default();
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let query = format!("?updated_since={since}&limit={PAGE_ROWS}{cursor}");
        let page: Page<Document> =
            port.get("/invoices", &query, format!("find the invoice of {order}")).await?;
        found.extend(page.data.into_iter().filter(|document| bills(document, order)));
        match page.next_cursor.and_then(|next| rest::encoded(&next)) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(found),
        }
    }
    Err(Error::SearchTooWide { order: order.clone(), rows: PAGES_MAX * PAGE_ROWS })
}

fn bills(document: &Document, order: &NaturalKey) -> bool {
    let content = document.content::<Invoice>();
    content.is_some_and(|invoice| invoice.kind == InvoiceKind::Invoice && invoice.order_key == *order)
}
