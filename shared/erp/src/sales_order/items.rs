//! An order with the items that the ERP lacks.
//!
//! The item master is the ERP's: an accountant counts an item in kilograms or books it on another account, and a `PUT`
//! overwrites what it finds. So no item is written but one that the ERP itself says it does not know, by refusing the order
//! with `sku_unknown` at `/lines/<n>/sku`. What is made once is not made again, so an order of any length gets on with every
//! try, however short.

use std::collections::BTreeSet;

use canonical::{SalesOrder, SalesOrderLine};
use futures::future::join_all;
use outbound::{Field, Problem};

use crate::document::Document;
use crate::port::Put;
use crate::wire::{Item, Order};
use crate::{Client, Error};

/// The code of a line whose item the ERP does not have.
const UNKNOWN: &str = "sku_unknown";
/// Items that are made side by side.
const AT_ONCE_MAX: usize = 4;
/// Characters of SKUs that an error names.
const SKUS_CHARS_MAX: usize = 300;

/// Puts the order, and makes the items that keep it from being taken; gives it and whether it is new.
pub(super) async fn put_with(client: &Client, order: &SalesOrder) -> Result<(Document, bool), Error> {
    let body = Order::of(order, &client.settings().time_zone);
    let mut made = BTreeSet::new();
    loop {
        let refused = match client.port().put(&order.key, Put::Order(&body)).await {
            Err(Error::Refused { problem }) => problem,
            other => return other,
        };
        // It may name a few at a time. One that was made and is named again is refused for a reason that we cannot mend.
        let unknown = refused.fields.iter().filter(|field| field.code == UNKNOWN);
        let unknown: Vec<&SalesOrderLine> = unknown
            .filter_map(|field| line(order, field))
            .filter(|line| made.insert(line.sku.clone()))
            .collect();
        if unknown.is_empty() {
            return Err(Error::Refused { problem: Box::new(naming_skus(order, *refused)) });
        }
        make(client, &unknown).await?;
    }
}

/// Makes items, a few at a time: the first that fails ends it.
async fn make(client: &Client, lines: &[&SalesOrderLine]) -> Result<(), Error> {
    for some in lines.chunks(AT_ONCE_MAX) {
        let puts = some.iter().map(async |line| {
            let item = Item::of(line, client.settings().income_account());
            client.port().put_item(&line.sku, &item).await
        });
        // All are awaited, so that none is left half sent.
        join_all(puts).await.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}

/// The line that a refusal points to.
fn line<'a>(order: &'a SalesOrder, field: &Field) -> Option<&'a SalesOrderLine> {
    let place = field.path.strip_prefix("/lines/")?.strip_suffix("/sku")?;
    order.lines.get(place.parse::<usize>().ok()?)
}

/// Says which SKUs are refused: a person knows them, and no line's place.
fn naming_skus(order: &SalesOrder, mut problem: Problem) -> Problem {
    let skus: BTreeSet<&str> =
        problem.fields.iter().filter_map(|field| line(order, field)).map(|line| line.sku.as_str()).collect();
    if !skus.is_empty() {
        let skus = skus.into_iter().collect::<Vec<_>>().join(", ");
        problem.facts.insert("skus".to_owned(), canonical::redact(&skus, SKUS_CHARS_MAX));
    }
    problem
}
