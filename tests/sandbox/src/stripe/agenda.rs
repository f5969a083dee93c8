//! What will happen by itself: each thing at its own second, in the order of the clock, whenever somebody looks next.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::books::{Books, now};
use super::moves::{self, Move};
use crate::Clock;

/// Something that is to happen.
#[derive(Debug)]
pub(crate) enum Due {
    /// A row of the balance becomes available.
    Available(String),
    /// A move, as the admin API takes it.
    Move(Box<Move>),
}

/// What is to happen, by second and then in the order in which it was planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    due: BTreeMap<(i64, u64), Due>,
    planned: u64,
}

impl Agenda {
    /// Plans something.
    pub(crate) fn add(&mut self, at: i64, due: Due) {
        self.planned += 1;
        self.due.insert((at, self.planned), due);
    }

    /// Plans a move some seconds from now.
    pub(crate) fn add_move(&mut self, in_seconds: i64, later: Move) {
        self.add(now() + in_seconds, Due::Move(Box::new(later)));
    }

    fn next(&mut self, until: i64) -> Option<(i64, Due)> {
        let (key, _) = self.due.first_key_value().filter(|((at, _), _)| *at <= until)?;
        let key = *key;
        self.due.remove(&key).map(|due| (key.0, due))
    }
}

impl Books {
    /// Lets happen what is due, each at its own time: rows and events carry that, not the time of the look.
    pub(crate) fn catch_up(&mut self) {
        let until = now();
        while let Some((at, due)) = self.agenda.next(until) {
            let then = Timestamp::from_second(at).unwrap_or_default();
            Clock::new(move || then).holds(|| self.happens(due));
        }
    }

    fn happens(&mut self, due: Due) {
        match due {
            Due::Available(id) => {
                let Some(mut row) = self.raw(&id).filter(|row| row["status"] == "pending").cloned() else {
                    return;
                };
                row["status"] = "available".into();
                self.put(&row);
            }
            Due::Move(later) => {
                // A payout that has failed is not paid any more: what no longer fits is left out, and can be looked up.
                if let Err(refusal) = moves::play(self, &later) {
                    self.left_out.push(format!("{later:?}: {}", refusal.message));
                }
            }
        }
    }
}
