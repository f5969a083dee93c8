//! Credit memos on the wire.
//!
//! Source: `Sales/Api/Data/CreditmemoInterface.php`, `Sales/Model/Order/Creditmemo.php` of magento/magento2.

use canonical::{Currency, Money, OrderId, Refund, RefundId};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::super::map::bare_id;
use super::super::marker;
use super::super::wire::Found;
use crate::amount::{Amount, Whole, text, value};
use crate::{Client, Error, Query};

/// What is asked for.
const FIELDS: &str = "items[entity_id,increment_id,state,transaction_id,grand_total,subtotal,shipping_amount,\
shipping_tax_amount,tax_amount,discount_amount,discount_tax_compensation_amount,adjustment_positive,adjustment_negative,\
comments[comment],items[order_item_id,qty,row_total,tax_amount,discount_amount,discount_tax_compensation_amount]],\
total_count";
/// Rows of a page: Magento's own default, which no shop's limit of `pageSize` is below.
const PAGE_ROWS: u32 = 20;
/// Pages that are read of one order's credit memos.
const PAGES_MAX: usize = 10;
/// `Sales/Model/Order/Creditmemo::STATE_CANCELED`.
const STATE_CANCELED: u64 = 3;

/// A credit memo, in the order's currency.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Memo {
    pub(super) entity_id: Whole,
    #[serde(default, deserialize_with = "text")]
    pub(super) increment_id: String,
    state: Option<Whole>,
    transaction_id: Option<String>,
    pub(super) grand_total: Option<Amount>,
    pub(super) subtotal: Option<Amount>,
    pub(super) shipping_amount: Option<Amount>,
    pub(super) shipping_tax_amount: Option<Amount>,
    pub(super) tax_amount: Option<Amount>,
    /// Below nothing.
    pub(super) discount_amount: Option<Amount>,
    pub(super) discount_tax_compensation_amount: Option<Amount>,
    adjustment_positive: Option<Amount>,
    adjustment_negative: Option<Amount>,
    comments: Option<Vec<Comment>>,
    pub(super) items: Option<Vec<MemoItem>>,
}

/// A row of a credit memo.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MemoItem {
    #[serde(default)]
    pub(super) order_item_id: Whole,
    pub(super) qty: Option<Amount>,
    pub(super) row_total: Option<Amount>,
    pub(super) tax_amount: Option<Amount>,
    /// Above nothing.
    pub(super) discount_amount: Option<Amount>,
    pub(super) discount_tax_compensation_amount: Option<Amount>,
}

#[derive(Clone, Debug, Deserialize)]
struct Comment {
    comment: Option<String>,
}

impl Memo {
    /// Whether it counts. One that is open does: what it is about is on its way.
    fn stands(&self) -> bool {
        self.state.is_none_or(|state| state.0 != STATE_CANCELED)
    }

    /// What goes back with it, as exact as Magento keeps it.
    pub(super) fn exact(&self) -> Decimal {
        value(self.grand_total)
    }

    /// What goes back with it.
    pub(super) fn total(&self, currency: Currency) -> Result<Money, Error> {
        Money::rounded(self.exact(), currency).map_err(|error| self.unusable(&error.to_string()))
    }

    /// Whether it says which rows went back.
    pub(super) fn is_itemised(&self) -> bool {
        self.items.iter().flatten().any(|item| value(item.qty) > Decimal::ZERO)
    }

    /// What goes back besides rows and shipping, less what is kept.
    pub(super) fn adjustment(&self) -> Decimal {
        value(self.adjustment_positive) - value(self.adjustment_negative)
    }

    /// Whether it carries a marker. Staff may have written it, among other words.
    pub(super) fn is_marked(&self, text: &str) -> bool {
        marker::words(self.texts()).any(|word| word == text)
    }

    /// Whether it is the refund's: it says so, or the refund does.
    pub(super) fn is_of(&self, refund: &Refund) -> bool {
        refund.credit_memo == Some(self.entity_id.0) || self.names(refund.refund.as_str())
    }

    /// Whether it names a refund by the gateway's id or by a marker, of whichever account.
    pub(super) fn names(&self, refund: &str) -> bool {
        self.transaction().as_deref() == Some(refund) || self.marked().any(|marked| marked == refund)
    }

    /// Whether it names any refund.
    pub(super) fn names_one(&self) -> bool {
        self.marked().next().is_some() || self.transaction().is_some_and(|id| id.parse::<RefundId>().is_ok())
    }

    /// The gateway's id on it.
    fn transaction(&self) -> Option<String> {
        self.transaction_id.as_deref().map(|id| bare_id(id.trim()))
    }

    /// The refunds of the markers in it: `tb:<account>:refund:<refund>`.
    fn marked(&self) -> impl Iterator<Item = &str> {
        marker::ids(self.texts(), "refund")
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().flatten().filter_map(|entry| entry.comment.as_deref())
    }

    /// A credit memo that cannot be read.
    pub(super) fn unusable(&self, problem: &str) -> Error {
        Error::OrderUnusable {
            order: format!("of credit memo {:.64}", self.increment_id),
            code: "malformed_credit_memo",
            problem: canonical::redact(problem, PROBLEM_MAX),
        }
    }
}

/// Characters of a problem that are kept.
const PROBLEM_MAX: usize = 300;

/// The order's credit memos that count, oldest first. One call, where it has no more than a page of them. Later pages are
/// asked for by the last id: page numbers past the end repeat the last page on some versions (issue 26986 of
/// magento/magento2).
pub(super) async fn of_order(client: &Client, order: OrderId) -> Result<Vec<Memo>, Error> {
    let mut memos: Vec<Memo> = Vec::new();
    for _ in 0..PAGES_MAX {
        let mut query = Query::new().filter("order_id", "eq", &order.to_string());
        if let Some(last) = memos.last() {
            query = query.filter("entity_id", "gt", &last.entity_id.0.to_string());
        }
        let query = query.sorted("entity_id").page(PAGE_ROWS).with("fields", FIELDS);
        let action = format!("list the credit memos of order {order}");
        let found: Found<Memo> = client.get(&action, "/V1/creditmemos", &query).await?;
        let rows = found.items.unwrap_or_default();
        let is_last = u32::try_from(rows.len()).unwrap_or(u32::MAX) < PAGE_ROWS;
        memos.extend(rows);
        if is_last {
            memos.retain(Memo::stands);
            return Ok(memos);
        }
    }
    Err(Error::NotConverged {
        order: order.to_string(),
        code: "too_many_credit_memos",
        problem: format!("it has {} credit memos or more; settle it by hand", memos.len()),
    })
}
