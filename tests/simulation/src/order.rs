//! The orders of a history, and what must become of each kind.

use std::collections::BTreeSet;

use canonical::EventId;
use flow::FlowName;
use sandbox::Seeded;

/// What becomes of an order that nobody but us has touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Invoiced, booked, and shipped where there is something to ship.
    Whole {
        /// Whether there is.
        is_shipped: bool,
    },
    /// A person must look, for this reason.
    Parked(&'static str),
}

const SHIPPED: Expected = Expected::Whole { is_shipped: true };
const NOT_SHIPPED: Expected = Expected::Whole { is_shipped: false };

/// Kinds of `sandbox::Seed`, how often each is drawn, and what becomes of it.
const KINDS: [(&str, u64, Expected); 24] = [
    ("simple", 12, SHIPPED),
    ("configurable", 4, SHIPPED),
    ("bundle", 4, SHIPPED),
    ("fixed_bundle", 3, SHIPPED),
    ("virtual", 5, NOT_SHIPPED),
    ("guest", 4, SHIPPED),
    ("mixed", 3, SHIPPED),
    ("twelve_lines", 2, SHIPPED),
    ("jpy", 4, SHIPPED),
    ("eur", 4, SHIPPED),
    ("kwd", 3, SHIPPED),
    ("pending_payment", 3, SHIPPED),
    ("discount", 3, SHIPPED),
    ("tax_included", 3, SHIPPED),
    ("tax_included_discount", 3, SHIPPED),
    ("magentoorderid", 3, SHIPPED),
    ("description_only", 3, SHIPPED),
    ("holded", 2, Expected::Parked("order_on_hold")),
    ("canceled", 1, Expected::Parked("order_canceled")),
    ("no_lines", 1, Expected::Parked("order_without_lines")),
    ("unknown_currency", 1, Expected::Parked("unknown_currency")),
    ("amount_mismatch", 1, Expected::Parked("amount_mismatch")),
    ("refused_sku", 1, Expected::Parked("sku_refused")),
    ("unrelated", 1, Expected::Parked("unrelated_charge")),
];

/// One order and its payment.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) seeded: Seeded,
    pub(crate) expected: Expected,
    /// The shop's id; none while the shop has not stored it.
    pub(crate) id: Option<u64>,
    /// What people did to it in the shop.
    pub(crate) touched: BTreeSet<&'static str>,
    /// Whether it was stopped.
    pub(crate) stopped: bool,
    /// Whether money of it was paid back, or tried to be.
    pub(crate) paid_back: bool,
    /// The executions that it must have: ingest has taken the event, or the sweep must find it.
    pub(crate) owed: BTreeSet<(FlowName, EventId)>,
}

/// A kind by its share.
pub(crate) fn kind(draw: u64) -> (&'static str, Expected) {
    let all: u64 = KINDS.iter().map(|(_, share, _)| share).sum();
    let mut left = draw % all;
    for (name, share, expected) in KINDS {
        if left < share {
            return (name, expected);
        }
        left -= share;
    }
    ("simple", SHIPPED)
}

impl Order {
    pub(crate) fn new(seeded: Seeded, expected: Expected) -> Self {
        let id = seeded.entity_id;
        let (touched, owed) = (BTreeSet::new(), BTreeSet::new());
        Self { seeded, expected, id, touched, stopped: false, paid_back: false, owed }
    }
}
