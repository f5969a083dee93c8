//! What an order's history tells of an attempt. The staff's note has the key in it. The customer's message has none, and is often
//! word for word that of the attempt before: it is found by where it stands.
//!
//! A note says by a digest which message goes with it, and the message is written after its note. So it is there where it
//! stands behind the note and before the next note with the same message; or, told late, where there are as many
//! messages as notes.

use canonical::NaturalKey;
use sha2::{Digest, Sha256};

use crate::order::wire::WireEntry;

/// Bytes of a digest that tell one message from another.
const DIGEST_BYTES: usize = 4;

/// One attempt, as the history tells of it.
pub(super) struct Attempt<'a> {
    /// The key with its brackets, so that that of `ch_4` is not found in that of `ch_42`.
    pub(super) marker: String,
    pub(super) message: Option<&'a str>,
    /// How a note names the message that goes with it.
    tag: Option<String>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(key: &NaturalKey, message: Option<&'a str>) -> Self {
        let tag = message.map(|message| {
            let digest = Sha256::digest(spaced(message).as_bytes());
            format!("[message {}]", hex::encode(&digest[..DIGEST_BYTES]))
        });
        Self { marker: format!("[{key}]"), message, tag }
    }

    /// The staff's note.
    pub(super) fn note(&self, text: &str) -> String {
        match &self.tag {
            Some(tag) => format!("{text} {tag} {}", self.marker),
            None => format!("{text} {}", self.marker),
        }
    }
}

/// The history of an order.
pub(super) struct History {
    /// The oldest first.
    entries: Vec<Entry>,
}

struct Entry {
    text: String,
    /// Whether the customer sees it.
    is_visible: bool,
    is_notified: bool,
}

impl History {
    pub(super) fn of(entries: Option<Vec<WireEntry>>) -> Self {
        let mut entries = entries.unwrap_or_default();
        entries.sort_by_key(|entry| entry.entity_id.0);
        let entry = |entry: WireEntry| Entry {
            text: entry.comment.unwrap_or_default(),
            is_visible: entry.is_visible_on_front.is_some_and(|is| is.0 != 0),
            is_notified: entry.is_customer_notified.is_some_and(|is| is.0 != 0),
        };
        Self { entries: entries.into_iter().map(entry).collect() }
    }

    /// Whether the staff is told.
    pub(super) fn is_noted(&self, attempt: &Attempt<'_>) -> bool {
        self.note(attempt).is_some()
    }

    fn note(&self, attempt: &Attempt<'_>) -> Option<usize> {
        self.entries.iter().position(|entry| !entry.is_visible && entry.text.contains(&attempt.marker))
    }

    /// Whether the customer is told, and if so, whether by mail.
    pub(super) fn told(&self, attempt: &Attempt<'_>) -> Option<bool> {
        let (message, tag) = (spaced(attempt.message?), attempt.tag.as_ref()?);
        let own = self.note(attempt)?;
        let is_note =
            |(at, entry): &(usize, &Entry)| *at == own || !entry.is_visible && entry.text.contains(tag);
        let notes: Vec<usize> = self.entries.iter().enumerate().filter(is_note).map(|(at, _)| at).collect();
        let first = notes.first().copied().unwrap_or(own);
        let messages: Vec<(usize, &Entry)> = self
            .entries
            .iter()
            .enumerate()
            .skip(first)
            .filter(|(_, entry)| entry.is_visible && spaced(&entry.text) == message)
            .collect();
        let next = notes.iter().copied().find(|note| *note > own).unwrap_or(usize::MAX);
        let behind = messages.iter().find(|(at, _)| (own..next).contains(at));
        let late = messages.last().filter(|_| messages.len() >= notes.len());
        behind.or(late).map(|(_, entry)| entry.is_notified)
    }
}

/// A text as it is compared: columns and forms change blanks and ends of lines.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Whole;

    const AGAIN: &str = "The payment did not go through.\nTry again.";
    const OTHER: &str = "Pay otherwise.";

    fn attempt(charge: &str, message: &'static str) -> Attempt<'static> {
        Attempt::new(&format!("tb:acct_1:attempt:{charge}").parse().unwrap(), Some(message))
    }

    /// A history of notes and messages, written in this order, and told newest first.
    fn history(entries: &[(&str, &str)]) -> History {
        let wire = entries.iter().zip(1..).map(|((kind, text), id)| {
            let (comment, is_visible) = match *kind {
                "said" => ((*text).to_owned(), 1),
                charge => (attempt(charge, if *text == "other" { OTHER } else { AGAIN }).note("No"), 0),
            };
            WireEntry {
                entity_id: Whole(id),
                comment: Some(comment),
                is_customer_notified: Some(Whole(is_visible)),
                is_visible_on_front: Some(Whole(is_visible)),
            }
        });
        History::of(Some(wire.collect::<Vec<_>>().into_iter().rev().collect()))
    }

    #[test]
    fn a_message_is_that_of_the_note_before_it() {
        let said = ("said", "The payment did not go through. Try again. ");
        let (one, two) = (("ch_1", "again"), ("ch_2", "again"));
        for (entries, told) in [
            (vec![], [false, false]),
            (vec![one], [false, false]),
            (vec![one, said], [true, false]),
            (vec![said, one], [false, false]),
            (vec![one, said, two], [true, false]),
            (vec![one, said, two, said], [true, true]),
            (vec![one, two, said], [false, true]),
            // The first was told late.
            (vec![one, two, said, said], [true, true]),
            (vec![one, ("ch_2", "other"), said], [true, false]),
            (vec![one, ("ch_2", "other"), ("said", OTHER)], [false, true]),
            (vec![("ch_12", "again"), said, one], [false, false]),
        ] {
            let history = history(&entries);
            // Each is asked for with the message that its note names.
            let second = if entries.contains(&("ch_2", "other")) { OTHER } else { AGAIN };
            let found = [("ch_1", AGAIN), ("ch_2", second)]
                .map(|(charge, message)| history.told(&attempt(charge, message)).is_some());
            assert_eq!(found, told, "{entries:?}");
        }
    }

    #[test]
    fn what_the_staff_may_read_is_no_message_and_what_the_customer_may_read_no_note() {
        let own = attempt("ch_1", AGAIN);
        let entry = |text: &str, visible: u64| WireEntry {
            entity_id: Whole(1),
            comment: Some(text.to_owned()),
            is_customer_notified: None,
            is_visible_on_front: Some(Whole(visible)),
        };
        assert!(!History::of(Some(vec![entry(&own.note("No"), 1)])).is_noted(&own));
        let note = WireEntry { entity_id: Whole(0), ..entry(&own.note("No"), 0) };
        let history = History::of(Some(vec![note, entry(AGAIN, 0)]));
        assert_eq!((history.is_noted(&own), history.told(&own)), (true, None));
        assert!(!History::of(None).is_noted(&own));
    }
}
