//! What happened in a span of ledger days, for those who file it: Stripe's movements, who books them, the shop's documents, payouts as
//! they stand, and the mirror of the balance beside the balance. Reads only. Per 100 movements: one call of Stripe, three of the shop;
//! one for each payout; what the mirror costs, as in [`crate::day::audit`].

use std::collections::{BTreeMap, BTreeSet};

use books::payout::ShopKind;
use books::report::span::{Clearing, Moved as Row, Sold, SpanReport, sum};
use books::{Ledger, Role};
use canonical::{Category, IncrementId, OrderId, Payout, PayoutId};
use flow::stored::posting::holders;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use jiff::civil::Date;
use magento::order::documents::{Document, Documents, Head};
use stripe::balance_transaction::{Moved, Movement, page};

use crate::day::{balance_at, span};
use crate::shop::{Order, documents_of};
use crate::{Client, Error};

/// Rows of the table that are read at a time.
const LOOKUPS: usize = 8;
/// What a tax is called where the shop names none.
const UNNAMED_TAX: &str = "tax";

/// The report of the days from `from` through `through`, both of the company's time zone. Of days that are not over: so far.
///
/// # Errors
/// `from` is behind `through`; [`Error::Moving`]; or as the systems answer.
pub async fn of_days(client: &Client, from: Date, through: Date) -> Result<SpanReport, Error> {
    let (begins, _) = span(client, from, 1)?;
    let (_, ends) = span(client, through, 1)?;
    if ends <= begins {
        return Err(Error::NoDay { day: through });
    }
    let (mut moved, mut sold, mut last) = (Vec::new(), BTreeMap::new(), None);
    loop {
        let page = page::of_span(&client.stripe, begins, ends, last.as_ref()).await?;
        last = page.rows.last().map(|row| row.transaction.id.clone());
        let (orders, documents) = documents_of(client, &page.rows).await?;
        let heads: BTreeMap<OrderId, &Head> = documents.orders.iter().map(|head| (head.id, head)).collect();
        for row in page.rows {
            let order = row.moved.as_ref().and_then(Moved::charge).and_then(|charge| orders.get(charge));
            moved.push(known(client, row, order, &heads).await?);
        }
        sold.extend(documents_by_number(&documents, &heads));
        if !page.has_more {
            break;
        }
    }
    let payouts = payouts(client, &moved).await?;
    let sold: Vec<Sold> = sold.into_values().collect();
    let made_at = client.ports.clock.now();
    Ok(SpanReport {
        account: client.ledger.account.clone(),
        from,
        through,
        time_zone: client.ledger.zone.iana_name().unwrap_or("UTC").to_owned(),
        made_at,
        summed: sum(moved, &sold)?,
        payouts,
        clearing: clearing(client, through, ends.min(made_at)).await?,
    })
}

/// A movement with its names and who books it.
async fn known(
    client: &Client,
    row: Movement,
    order: Option<&Order>,
    heads: &BTreeMap<OrderId, &Head>,
) -> Result<Row, Error> {
    let Movement { transaction, moved } = row;
    let head = order.and_then(|order| heads.get(&order.id));
    let booked_by = holders(&client.ports, client.pair()?, &transaction.id).await?;
    let source = transaction.source.iter().map(|source| source.as_str().to_owned());
    // A refund's memo names the refund: its charge is what the invoice names.
    let of_charge = moved.iter().filter(|moved| matches!(moved, Moved::Charge(_)));
    let intents = of_charge.filter_map(Moved::intent).map(|intent| intent.as_str().to_owned());
    Ok(Row {
        day: client.ledger.date(transaction.created),
        order: head.map(|head| head.number.clone()).or_else(|| order.and_then(|order| order.number.clone())),
        store: head.and_then(|head| store(head)),
        names: source.chain(intents).collect(),
        paid: match &moved {
            Some(Moved::Charge(charge)) => Some(charge.captured),
            Some(Moved::Refund(refund)) => Some(refund.amount),
            Some(Moved::Dispute(_)) | None => None,
        },
        booked_by: booked_by.documents().cloned().collect(),
        transaction,
    })
}

fn store(head: &Head) -> Option<String> {
    head.store.map(|store| store.to_string())
}

/// The documents of a page's orders, by what tells one from another: a later page may have the same.
fn documents_by_number(
    documents: &Documents,
    heads: &BTreeMap<OrderId, &Head>,
) -> Vec<((ShopKind, IncrementId, String), Sold)> {
    let of_kind = |all: &[Document], kind: ShopKind| -> Vec<_> {
        let known = all.iter().filter_map(|document| Some((document, *heads.get(&document.order)?)));
        known.map(|(document, head)| sold(document, head, kind)).collect()
    };
    let both = of_kind(&documents.invoices, ShopKind::Invoice)
        .into_iter()
        .chain(of_kind(&documents.credit_memos, ShopKind::CreditMemo));
    both.map(|sold| ((sold.kind, sold.order.clone(), sold.number.clone()), sold)).collect()
}

fn sold(document: &Document, head: &Head, kind: ShopKind) -> Sold {
    let codes: Vec<&str> = head.tax_codes.iter().map(String::as_str).collect();
    Sold {
        number: document.number.clone(),
        order: head.number.clone(),
        store: store(head),
        kind,
        reference: document.reference.clone(),
        total: document.amount,
        tax: document.tax,
        shipping: document.shipping,
        tax_code: if codes.is_empty() { UNNAMED_TAX.to_owned() } else { codes.join(" + ") },
    }
}

/// The payouts among the movements, as they stand now, by arrival.
async fn payouts(client: &Client, moved: &[Row]) -> Result<Vec<Payout>, Error> {
    let is_payout = |row: &&Row| {
        matches!(row.transaction.reporting_category, Category::Payout | Category::PayoutReversal)
    };
    let ids: BTreeSet<PayoutId> = moved
        .iter()
        .filter(is_payout)
        .filter_map(|row| row.transaction.source.as_ref()?.as_str().parse().ok())
        .collect();
    let reads: Vec<_> = ids
        .into_iter()
        .map(|payout| {
            stripe::payout::read::run(client.stripe.clone(), stripe::payout::read::Input { payout })
        })
        .collect();
    let mut found: Vec<Payout> = futures::stream::iter(reads).buffered(LOOKUPS).try_collect().await?;
    found.sort_by(|one, other| (one.arrival_date, &one.id).cmp(&(other.arrival_date, &other.id)));
    Ok(found)
}

/// The mirror of the balance beside the balance.
async fn clearing(client: &Client, day: Date, at: Timestamp) -> Result<Vec<Clearing>, Error> {
    let ledger: &Ledger = &client.ledger;
    let mut all = Vec::new();
    for stripe in balance_at(client, at).await?.lines() {
        let currency = stripe.currency();
        let account = ledger.code(&Role::StripeClearing(currency)).ok();
        let books = match &account {
            Some(account) => erp::balance::read::run(&client.erp, account, currency, day).await?,
            // A currency that nothing was ever paid in has no account, and needs none.
            None if stripe.is_zero() => continue,
            None => canonical::Money::zero(currency),
        };
        all.push(Clearing::new(account, books, stripe)?);
    }
    Ok(all)
}
