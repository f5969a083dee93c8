//! A stage and its pairs.

use std::collections::BTreeMap;

use canonical::{PairId, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, Pair, mistakes};

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
    /// The `livemode` of what belongs here.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
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
                mistakes::of(pair, parsed.mode).into_iter().map(|mistake| format!("pairs.{id}.{mistake}")),
            );
        }
        mistakes.extend(parsed.books_mistakes());
        mistakes.extend(parsed.meeting_keys());
        if mistakes.is_empty() {
            Ok(parsed)
        } else {
            Err(Error::Invalid { stage: stage.to_owned(), mistakes })
        }
    }

    /// Whether another pair's shop takes its payments with this pair's Stripe account: then every event reaches both, and
    /// a number alone does not tell whose order it is.
    #[must_use]
    pub fn shares_account(&self, pair: &PairId) -> bool {
        let own = self.pairs.get(pair);
        let mut others = self.pairs.iter().filter(|(id, _)| *id != pair).map(|(_, other)| other);
        own.is_some_and(|own| others.any(|other| own.is_another_shop_of_the_account(other)))
    }

    /// Accounts whose books nobody keeps, or several: each once.
    fn books_mistakes(&self) -> Vec<String> {
        let mut keepers: BTreeMap<&StripeAccount, Vec<&str>> = BTreeMap::new();
        for (id, pair) in &self.pairs {
            keepers.entry(&pair.stripe.account).or_default().extend(pair.books.then_some(id.as_str()));
        }
        keepers
            .into_iter()
            .filter(|(_, pairs)| pairs.len() != 1)
            .map(|(account, pairs)| {
                let who = match pairs.as_slice() {
                    [] => format!("none of {account} says"),
                    pairs => format!("{} of {account} say", pairs.join(", ")),
                };
                format!("pairs: {who} `books: true`; exactly one must, and keeps the account's books")
            })
            .collect()
    }

    /// Keys of documents are made of the Stripe account and the shop's own ids. Two shops behind one account must not
    /// write into one ERP or warehouse: customer 7 of the one would become customer 7 of the other.
    fn meeting_keys(&self) -> Vec<String> {
        let pairs: Vec<_> = self.pairs.iter().collect();
        let mut mistakes = Vec::new();
        for (at, (one, a)) in pairs.iter().enumerate() {
            for (other, b) in &pairs[at + 1..] {
                let alike = a.is_another_shop_of_the_account(b);
                let shared =
                    [("ERP", a.erp.base_url == b.erp.base_url), ("WMS", a.wms.base_url == b.wms.base_url)];
                for (system, _) in shared.iter().filter(|(_, is_shared)| alike && *is_shared) {
                    mistakes.push(format!(
                        "pairs: `{one}` and `{other}` are two shops with one Stripe account and one {system}, where their \
                         keys would meet; give one of them a Stripe account or an {system} of its own"
                    ));
                }
            }
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = include_str!("../../../infra/environments/local.yaml");

    /// The local stage with a second pair, changed by `change`.
    fn two_pairs(change: impl Fn(String) -> String) -> Result<Stage, Error> {
        let (head, main) = LOCAL.split_once("  main:\n").unwrap();
        let other = change(main.replace("books: true", "books: false"));
        Stage::parse("local", &format!("{head}  main:\n{main}  other:\n{other}"))
    }

    #[test]
    fn two_shops_behind_one_account_have_books_of_their_own() {
        let shop = |text: String| text.replace("4580/magento", "4580/other-shop");
        let error = two_pairs(shop).unwrap_err().to_string();
        assert!(
            error.contains("one ERP") && error.contains("one WMS") && error.contains("`other`"),
            "{error}"
        );
        let apart =
            |text: String| shop(text).replace("4580/erp", "4580/erp2").replace("4580/wms", "4580/wms2");
        let stage = two_pairs(apart).unwrap();
        assert!(stage.pairs.keys().all(|pair| stage.shares_account(pair)));
        let stores = two_pairs(|text| text);
        let stage = stores.expect("two stores of one shop have ids that do not meet");
        assert!(stage.pairs.keys().all(|pair| !stage.shares_account(pair)), "nor numbers");
    }
}
