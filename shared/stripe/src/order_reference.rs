//! Which orders a payment says it is for.
//!
//! Sources: `stripe/module-payments` (Stripe's own Magento module writes `Order #` and the description
//! `Order #<number> by <name>`), <https://docs.stripe.com/connectors/adobe-commerce>.

use std::collections::BTreeMap;

use canonical::{IncrementId, OrderId, OrderReference};

use crate::Settings;

/// Our own keys: shop id, number, and the name that merchants expect for the number.
pub(crate) const ORDER_ID_KEY: &str = "tb_order_id";
pub(crate) const ORDER_KEY: &str = "tb_order";
pub(crate) const MERCHANT_KEY: &str = "magentoorderid";
pub(crate) const PAIR_KEY: &str = "tb_pair";
pub(crate) const STORE_KEY: &str = "tb_store";
pub(crate) const KIND_KEY: &str = "tb_kind";
/// What Stripe's own Magento module writes.
const MODULE_KEY: &str = "Order #";

/// Orders of one payment that are listed at most: more than one parks the payment anyway.
const ORDERS_MAX: usize = 20;

/// An object that may name orders.
pub(crate) struct Source<'a> {
    pub(crate) metadata: Option<&'a BTreeMap<String, String>>,
    pub(crate) description: Option<&'a str>,
}

/// The orders, each once, best evidence first: our own keys, the module's, the configured ones; the description where
/// no key says anything, or where it names several orders (multishipping). Nothing where the payment is tagged as
/// another pair's. Tagged as ours, or under a key that only this pair is configured with, it is known to be of this pair.
pub(crate) fn of(settings: &Settings, sources: &[Source<'_>]) -> Vec<OrderReference> {
    let metadata: Vec<_> = sources.iter().filter_map(|source| source.metadata).collect();
    let is_foreign = |pair: &String| pair != settings.pair.as_str();
    if metadata.iter().any(|metadata| metadata.get(PAIR_KEY).is_some_and(is_foreign)) {
        return Vec::new();
    }
    let is_tagged = metadata.iter().any(|metadata| metadata.contains_key(PAIR_KEY));
    let mut found = Found { references: Vec::new(), is_tagged };
    for metadata in &metadata {
        found.own(metadata);
    }
    for key in keys(settings) {
        let of_pair = settings.order_keys.iter().any(|configured| configured == key);
        for text in metadata.iter().filter_map(|metadata| metadata.get(key)) {
            for number in text.split(',') {
                found.number(key, number, of_pair);
            }
        }
    }
    for numbers in sources.iter().filter_map(|source| source.description).map(described) {
        if found.references.is_empty() || numbers.len() > 1 {
            numbers.into_iter().for_each(|number| found.number("description", number, false));
        }
    }
    found.references
}

/// Metadata keys that hold an order number.
pub(crate) fn keys(settings: &Settings) -> impl Iterator<Item = &str> {
    [MERCHANT_KEY, MODULE_KEY].into_iter().chain(settings.order_keys.iter().map(String::as_str))
}

struct Found {
    references: Vec<OrderReference>,
    /// The payment is tagged as this pair's.
    is_tagged: bool,
}

impl Found {
    /// `tb_order` and `tb_order_id` of one object are one order.
    fn own(&mut self, metadata: &BTreeMap<String, String>) {
        let number = metadata.get(ORDER_KEY).and_then(|text| number(text));
        let number = number.or_else(|| metadata.get(MERCHANT_KEY).and_then(|text| number_of(text)));
        match metadata.get(ORDER_ID_KEY).and_then(|text| text.trim().parse::<OrderId>().ok()) {
            Some(id) => {
                let known = |other: &&mut OrderReference| {
                    other.id == Some(id) || (other.id.is_none() && other.number == number)
                };
                match self.references.iter_mut().find(known) {
                    Some(known) => known.id = Some(id),
                    None => self.references.push(OrderReference {
                        found_in: ORDER_ID_KEY.to_owned(),
                        number,
                        id: Some(id),
                        of_pair: self.is_tagged,
                    }),
                }
            }
            None => metadata.get(ORDER_KEY).into_iter().for_each(|text| self.number(ORDER_KEY, text, false)),
        }
    }

    fn number(&mut self, found_in: &str, text: &str, of_pair: bool) {
        let Some(number) = number(text) else { return };
        let of_pair = of_pair || self.is_tagged;
        if let Some(known) = self.references.iter_mut().find(|known| known.number.as_ref() == Some(&number)) {
            known.of_pair |= of_pair;
        } else if self.references.len() < ORDERS_MAX {
            let found_in = found_in.to_owned();
            self.references.push(OrderReference { found_in, number: Some(number), id: None, of_pair });
        }
    }
}

/// An order number: without the `#` and the blanks that people and modules put around it.
fn number(text: &str) -> Option<IncrementId> {
    text.trim().trim_start_matches('#').trim().parse().ok()
}

/// The only number of a text; `None` where it lists several.
fn number_of(text: &str) -> Option<IncrementId> {
    if text.contains(',') { None } else { number(text) }
}

/// The numbers that stand with a `#` between the word "order" and the name: `Order #1 by Ann Lee`,
/// `Recurring Order #1 by …`, `Orders #1, #2 by …`.
fn described(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let Some(start) = lower.find("order") else { return Vec::new() };
    let end = lower[start..].find(" by ").map_or(text.len(), |length| start + length);
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | '(' | '#');
    text[start..end]
        .split('#')
        .skip(1)
        .map(|after| after.split(is_end).next().unwrap_or_default().trim_end_matches('.'))
        .filter(|number| !number.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions() {
        for (text, numbers) in [
            ("Order #000000042 by Jane Doe", vec!["000000042"]),
            ("Recurring Order #42 by Jane #2", vec!["42"]),
            ("Orders #41, #42-1 and #43 by Jane", vec!["41", "42-1", "43"]),
            ("Subscription order (#DE-1.2).", vec!["DE-1.2"]),
            ("Order 42", vec![]),
            ("Invoice #42", vec![]),
            ("Order # by", vec![]),
            ("ÄÖ order #7", vec!["7"]),
            ("", vec![]),
        ] {
            assert_eq!(described(text), numbers, "{text}");
        }
    }
}
