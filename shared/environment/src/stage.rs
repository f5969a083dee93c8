//! A stage and its pairs.

use std::collections::BTreeMap;

use canonical::PairId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, Pair};

/// A stage: `local`, `sandbox`, `staging` or `production`, with a stack of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name; the file is called so.
    pub stage: String,
    /// Whether real money moves. Events of the other mode are skipped.
    pub mode: Mode,
    /// The pairs; the first of a shop is called `main`.
    pub pairs: BTreeMap<PairId, Pair>,
}

/// Whether real money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Test mode and sandboxes: `livemode: false`.
    Test,
    /// Real money: `livemode: true`.
    Live,
}

impl Mode {
    /// Whether an event or object with this `livemode` belongs here.
    #[must_use]
    pub const fn accepts(self, livemode: bool) -> bool {
        matches!((self, livemode), (Self::Test, false) | (Self::Live, true))
    }
}

impl Stage {
    /// Reads the text of `infra/environments/<stage>.yaml`.
    ///
    /// # Errors
    /// YAML or fields of another form (with the line), or values that do not fit each other (all of them).
    pub fn parse(stage: &str, yaml: &str) -> Result<Self, Error> {
        let parsed: Self = serde_saphyr::from_str(yaml)
            .map_err(|error| Error::Malformed { stage: stage.to_owned(), message: error.to_string() })?;
        let mut mistakes = Vec::new();
        if parsed.stage != stage {
            mistakes.push(format!("stage: is `{}`, but the file is for `{stage}`", parsed.stage));
        }
        if parsed.pairs.is_empty() {
            mistakes.push("pairs: none; add one called `main`".to_owned());
        }
        for (id, pair) in &parsed.pairs {
            mistakes.extend(
                pair.mistakes(parsed.mode).into_iter().map(|mistake| format!("pairs.{id}.{mistake}")),
            );
        }
        let books: Vec<_> =
            parsed.pairs.values().filter(|pair| pair.books).map(|pair| &pair.stripe.account).collect();
        for pair in parsed.pairs.values() {
            let count = books.iter().filter(|account| **account == &pair.stripe.account).count();
            if count != 1 {
                mistakes.push(format!(
                    "pairs: {count} pairs of {} say `books: true`; exactly one must",
                    pair.stripe.account
                ));
            }
        }
        mistakes.dedup();
        if mistakes.is_empty() {
            Ok(parsed)
        } else {
            Err(Error::Invalid { stage: stage.to_owned(), mistakes })
        }
    }
}
