//! `magento.credit_memo.put`: converges on one credit memo for a refund that the payment provider has made, whoever made it. It
//! books only; no money is sent.
//!
//! Undisturbed it makes six calls: the order, its memos, its invoices, the memo, and order and memos again; two where the memo is
//! there. Magento takes the same amount twice, and gives no memo back: so the memo carries the refund's id as a comment, and none is
//! made for more than what went back and is not credited yet.

use canonical::{CreditMemo, NaturalKey, OrderId, OrderState, Payment, Refund};
use environment::OrderOwner;
use flow::Class;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::creditable::{CENT, Creditable};
use super::ledger::Ledger;
use super::memo::{self, Memo};
use super::shape::Shape;
use super::{map, refuse, request};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "magento.credit_memo.put";

/// What went back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order that the charge paid.
    pub order: OrderId,
    /// The refund.
    pub refund: Refund,
    /// All refunds of the charge, whatever became of them.
    pub refunds: Vec<Refund>,
    /// The charge.
    pub payment: Payment,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Who made it.
    pub outcome: Outcome,
    /// The memo.
    pub memo: CreditMemo,
    /// Whether it says which rows went back. Where it does not, somebody has to say what the amount was for.
    pub itemised: bool,
    /// The order's state now.
    pub state: OrderState,
    /// The order's status now.
    pub status: String,
}

/// Who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// We did, now.
    Made,
    /// We had.
    AlreadyMade,
    /// The shop's staff or another module had: the refund is that memo's, or the memo names it.
    MadeByShop,
}

/// `tb:<account>:refund:<refund>`
///
/// # Errors
/// The refund makes no key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    client.key("refund", input.refund.refund.as_str())
}

/// Looks for the memo. One call, two where it is there.
///
/// # Errors
/// As Magento answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let marker = key(&client, &input)?;
    let memos = memo::of_order(&client, input.order).await?;
    if !memos.iter().any(|memo| memo.is_marked(marker.as_str()) || memo.is_of(&input.refund)) {
        return Ok(None);
    }
    let order = Creditable::read(&client, input.order).await?;
    let ledger = Ledger::new(&order, &memos, &input, &marker);
    let Some((outcome, memo)) = ledger.own()? else { return Ok(None) };
    // One that differs, and one that is too much, are for a person, and stay so.
    let is_sound = outcome == Outcome::MadeByShop || ledger.agrees(memo).and(ledger.mirrors()).is_ok();
    if is_sound { output(outcome, &order, memo).map(Some) } else { Ok(None) }
}

/// Converges.
///
/// # Errors
/// [`Error::NotYet`] where the order's invoice or room for the memo is not there yet, [`Error::OrderState`] and
/// [`Error::NotConverged`] where a person must look, or as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let marker = key(&client, &input)?;
    let order = Creditable::read(&client, input.order).await?;
    let memos = memo::of_order(&client, input.order).await?;
    if let Some(done) = done(&order, &memos, &input, &marker)? {
        return Ok(done);
    }
    if client.settings().order_owner == OrderOwner::StripeModule {
        return observed(&order, &memos, &input, &marker);
    }
    let shape = planned(&order, &memos, &input, &marker)?;
    refuse::payment(&client, &order, &input.payment).await?;
    match request::create(&client, order.id, &shape, &marker).await {
        Ok(_) => made(&client, &input, &marker, shape.expected(&order)).await,
        // Somebody was faster, or put it on hold: what is there now tells, in any language that the shop speaks.
        Err(error @ Error::Refused { status: 400, class: Class::Validation, .. }) => {
            let order = Creditable::read(&client, input.order).await?;
            let memos = memo::of_order(&client, input.order).await?;
            if let Some(done) = done(&order, &memos, &input, &marker)? {
                return Ok(done);
            }
            planned(&order, &memos, &input, &marker)?;
            Err(refuse::refused(&order, error))
        }
        Err(error) => Err(error),
    }
}

/// The memo, where it is there.
fn done(
    order: &Creditable,
    memos: &[Memo],
    input: &Input,
    marker: &NaturalKey,
) -> Result<Option<Output>, Error> {
    let ledger = Ledger::new(order, memos, input, marker);
    let Some((outcome, memo)) = ledger.own()? else { return Ok(None) };
    if outcome != Outcome::MadeByShop {
        ledger.agrees(memo)?;
    }
    output(outcome, order, memo).map(Some)
}

/// Stripe's own module credits: nothing is written.
fn observed(order: &Creditable, memos: &[Memo], input: &Input, marker: &NaturalKey) -> Result<Output, Error> {
    let ledger = Ledger::new(order, memos, input, marker);
    refuse::refund(order, &input.refund)?;
    if let Some(memo) = ledger.eliminated()? {
        return output(Outcome::MadeByShop, order, memo);
    }
    let problem = format!(
        "Stripe's module has made no credit memo for refund {} yet; if one is its own, write the comment {marker} on it, then \
         replay",
        input.refund.refund
    );
    Err(order.not_yet("left_to_module", problem))
}

/// What is asked for, where it may be.
fn planned(order: &Creditable, memos: &[Memo], input: &Input, marker: &NaturalKey) -> Result<Shape, Error> {
    refuse::refund(order, &input.refund)?;
    refuse::state(order, &input.refund, marker)?;
    let ledger = Ledger::new(order, memos, input, marker);
    ledger.has_room()?;
    refuse::unpaid(order, &input.refund)?;
    Shape::of(order, input.refund.amount, ledger.target()?, memos.is_empty())
}

/// Reads back what was made. Two calls.
async fn made(
    client: &Client,
    input: &Input,
    marker: &NaturalKey,
    expected: Decimal,
) -> Result<Output, Error> {
    let memos = memo::of_order(client, input.order).await?;
    let order = Creditable::read(client, input.order).await?;
    let ledger = Ledger::new(&order, &memos, input, marker);
    let Some((Outcome::AlreadyMade, memo)) = ledger.own()? else {
        let problem =
            format!("none of its credit memos shows the comment {marker}, though one was made; replay");
        return Err(order.wrong("credit_memo_not_found", problem));
    };
    ledger.agrees(memo)?;
    let slack = if memo.is_itemised() { order.slack(true) } else { CENT };
    if (memo.exact() - expected).abs() > slack {
        let problem = format!(
            "credit memo {} was to be of {expected} and is of {} {}; find out which module changes it, then replay",
            memo.increment_id,
            memo.exact(),
            order.currency
        );
        return Err(order.wrong("memo_total_differs", problem));
    }
    ledger.mirrors()?;
    output(Outcome::Made, &order, memo)
}

fn output(outcome: Outcome, order: &Creditable, memo: &Memo) -> Result<Output, Error> {
    let memo = map::credit_memo(order, memo)?;
    let itemised = !memo.lines.is_empty();
    Ok(Output { outcome, memo, itemised, state: order.state, status: order.status() })
}
