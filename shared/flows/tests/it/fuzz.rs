//! Documents that are nearly the shipped ones: loaded or refused with a line that says why, never a panic, and never for long.

use std::time::{Duration, Instant};

use flow::document::{self, Source};
use proptest::prelude::*;

use crate::systems;

/// Loading computes nothing: this is for a machine that is busy.
const LOADING: Duration = Duration::from_secs(20);

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    DropLine(prop::sample::Index),
    RepeatLine(prop::sample::Index),
    SwapLines(prop::sample::Index, prop::sample::Index),
    Indent(prop::sample::Index, usize),
    Insert(prop::sample::Index, String),
    Remove(prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let text = prop_oneof![
        Just("{% ".to_owned()),
        Just(" %}".to_owned()),
        Just("$nobody".to_owned()),
        Just("\"".to_owned()),
        Just(": ".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        "\\PC{0,6}",
    ];
    prop_oneof![
        at().prop_map(Change::DropLine),
        at().prop_map(Change::RepeatLine),
        (at(), at()).prop_map(|(one, other)| Change::SwapLines(one, other)),
        (at(), 0_usize..8).prop_map(|(line, blanks)| Change::Indent(line, blanks)),
        (at(), text).prop_map(|(place, text)| Change::Insert(place, text)),
        (at(), 1_usize..30).prop_map(|(place, count)| Change::Remove(place, count)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let characters: Vec<char> = text.chars().collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    match change {
        Change::DropLine(line) => {
            lines.remove(line.index(lines.len()));
        }
        Change::RepeatLine(line) => {
            let line = line.index(lines.len());
            lines.insert(line, lines[line].clone());
        }
        Change::SwapLines(one, other) => {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
        Change::Indent(line, blanks) => {
            let line = line.index(lines.len());
            lines[line] = format!("{}{}", " ".repeat(*blanks), lines[line].trim_start());
        }
        Change::Insert(place, text) => {
            let (before, after) = characters.split_at(place.index(characters.len()));
            return before.iter().chain(&text.chars().collect::<Vec<_>>()).chain(after).collect();
        }
        Change::Remove(place, count) => {
            let place = place.index(characters.len());
            let end = (place + count).min(characters.len());
            return characters[..place].iter().chain(&characters[end..]).collect();
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_document_is_loaded_or_refused_with_a_reason(
        flow in prop::sample::select(flows::all()),
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..5),
    ) {
        let mut source: Source = flow;
        let names: Vec<String> = source.mappings.keys().cloned().collect();
        // The document itself half of the time.
        match file.index(2 * names.len().max(1)).checked_sub(names.len()).is_none() && !names.is_empty() {
            true => {
                let name = &names[file.index(names.len())];
                let text = changes.iter().fold(source.mappings[name].clone(), |text, change| changed(&text, change));
                source.mappings.insert(name.clone(), text);
            }
            false => source.yaml = changes.iter().fold(source.yaml.clone(), |text, change| changed(&text, change)),
        }
        let begin = Instant::now();
        let loaded = document::load(&source, &systems::specs());
        prop_assert!(begin.elapsed() < LOADING, "{:?}", begin.elapsed());
        if let Err(mistakes) = loaded {
            prop_assert!(!mistakes.to_string().is_empty());
        }
    }
}
