//! A fulfilment on the wire.

use canonical::redact::mask_cards;
use canonical::{Address, Fulfilment, IncrementId, NaturalKey, Quantity, Sku};
use outbound::Method;
use serde::{Deserialize, Serialize};

use crate::client::segment;
use crate::{Client, Error};

/// Fulfilments of one key that are looked at: more than two have never been seen.
const OF_ONE_KEY_MAX: usize = 20;

/// What is asked for. Shoppers type card numbers into names and streets; those are masked.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    order_number: &'a IncrementId,
    ship_to: Address,
    lines: Vec<Line>,
    service: &'a str,
    hold: bool,
    notes: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Line {
    line_id: String,
    sku: Sku,
    qty: Quantity,
}

/// What the warehouse holds.
#[derive(Debug, Deserialize)]
pub(super) struct Held {
    pub(super) id: String,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Page {
    data: Vec<Held>,
}

impl<'a> From<&'a Fulfilment> for Body<'a> {
    fn from(fulfilment: &'a Fulfilment) -> Self {
        Self {
            order_number: &fulfilment.order_number,
            ship_to: fulfilment.ship_to.masked(),
            lines: lines(fulfilment),
            service: &fulfilment.service,
            hold: fulfilment.hold,
            notes: mask_cards(&fulfilment.notes),
        }
    }
}

fn lines(fulfilment: &Fulfilment) -> Vec<Line> {
    let lines = fulfilment.lines.iter();
    lines
        .map(|line| Line { line_id: line.line_id.clone(), sku: line.sku.clone(), qty: line.quantity })
        .collect()
}

impl Held {
    /// Whether it asks for the same goods.
    pub(super) fn is_for(&self, fulfilment: &Fulfilment) -> bool {
        let (mut theirs, mut ours) = (self.lines.clone(), lines(fulfilment));
        theirs.sort();
        ours.sort();
        theirs == ours
    }

    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self.state.as_str(), "cancelled" | "canceled")
    }

    /// Whether it has left the warehouse.
    pub(super) fn is_shipped(&self) -> bool {
        self.state == "shipped"
    }
}

/// Every fulfilment of a key that is not cancelled, in the warehouse's order. One call.
pub(super) async fn of_key(client: &Client, key: &NaturalKey) -> Result<Vec<Held>, Error> {
    let path = format!("/fulfilments?key={}&limit={OF_ONE_KEY_MAX}", segment(key.as_str())?);
    let (page, _): (Page, bool) =
        client.send(Method::Get, path, format!("find fulfilment {key}"), None::<&()>).await?;
    Ok(page.data.into_iter().filter(|held| !held.is_cancelled()).collect())
}
