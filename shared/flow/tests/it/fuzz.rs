//! Expressions and documents of any text: read or refused, never a panic, and never for long.

use std::time::{Duration, Instant};

use flow::document::{self, Source};
use flow::expression::{Expression, Place, Scope};
use proptest::prelude::*;
use serde_json::json;

/// Twice an evaluation's own limit: machines that run tests are busy.
const EVALUATION: Duration = Duration::from_millis(2 * flow::expression::EVALUATION_MS_MAX);
/// Reading computes nothing: this is for a machine that is busy.
const READING: Duration = Duration::from_secs(10);

const WORDS: [&str; 44] = [
    "$event",
    "$order",
    ".",
    "lines",
    "net",
    "minor",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ":",
    ",",
    ";",
    ":=",
    "$x",
    "function",
    "($x)",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "=",
    "!=",
    "<",
    "in",
    "and",
    "or",
    "?",
    "0",
    "1e308",
    "'a'",
    "\"b\"",
    "/a+/",
    "$map",
    "$sum",
    "$add",
    "$allocate",
    "$lookup",
    "**",
    "^(",
];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

fn scope() -> Scope {
    let mut scope =
        Scope::new(json!({"id": "evt_1", "paid": true}), json!({"tables": {"codes": {"a": "A"}}}));
    let lines = vec![json!({"net": {"minor": "1000", "currency": "EUR"}}); 50];
    scope.set(&"order".parse().unwrap(), json!({"id": 42, "lines": lines}));
    scope
}

/// Whether the text is read and evaluated, or refused, in time.
fn try_out(text: &str) {
    let place = Place { file: "f/flow.yaml".into(), line: 1, step: None };
    let begin = Instant::now();
    let parsed = Expression::parse(text, place);
    assert!(begin.elapsed() < READING, "{text:?} was read for {:?}", begin.elapsed());
    if let Ok(expression) = parsed {
        let begin = Instant::now();
        let _value = expression.evaluate(&scope());
        assert!(begin.elapsed() < EVALUATION, "{text:?} took {:?}", begin.elapsed());
    }
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..20).prop_map(|words| words.join(" "))
}

fn load(yaml: &str) {
    let source = Source { folder: "f".to_owned(), yaml: yaml.to_owned(), mappings: [].into() };
    let begin = Instant::now();
    let _plan = document::load(&source, &[]);
    assert!(begin.elapsed() < READING, "{yaml:?} was read for {:?}", begin.elapsed());
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_expression_is_refused_or_ends_in_time(text in prop_oneof![soup(), "\\PC{0,60}", "[$a-c.\\[\\](){}:,*%^'\"0-9 ]{0,40}"]) {
        try_out(&text);
    }

    #[test]
    fn any_text_is_no_document(yaml in prop_oneof!["\\PC{0,200}", "([ -]{0,4}[a-z&*|>!]{0,6}:? ?[a-z0-9{}\\[\\]\"']{0,6}\n){0,20}"]) {
        load(&yaml);
    }
}

/// A text of 64 KiB may nest 60,000 deep: that is an error and no overflow of the stack, which would end the process.
#[test]
fn deep_nesting_is_refused() {
    for depth in [100, 1_000, 10_000, 60_000] {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("-", ""),
            ("{'a':", "}"),
            ("$f(", ")"),
            ("1+", ""),
            ("a.", ""),
            ("a[", "]"),
        ] {
            let open = open.repeat(depth.min(60_000 / open.len()));
            let close = close.repeat(depth.min(60_000 / close.len().max(1)));
            let middle = "1";
            try_out(&format!("{open}{middle}{close}"));
        }
    }
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        load(&format!("steps: {}1{}", open.repeat(50_000), close.repeat(50_000)));
        load(&format!("steps:\n  {}", open.repeat(50_000)));
    }
    // Each line ten times the one before: ten lines are ten thousand million nodes.
    let bomb: String =
        (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","))).collect();
    load(&format!("a0: &a0 [x]\n{bomb}"));
}

#[test]
fn what_would_never_end_is_ended() {
    for text in [
        "($f := function($x) { $f($x) }; $f(1))",
        "($f := function($x) { $f($x) + $f($x) }; $f(1))",
        "($f := function($n) { $n = 0 ? 0 : $f($n - 1) + $f($n - 1) }; $f(60))",
        "$map([1..20000], function($a) { $map([1..20000], function($b) { $a * $b }) })",
        "[1..100000000]",
        "$pad('', 2000000000)",
        "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)",
        "$replace('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', /(a|a)*b/, 'x')",
        "$order.**.**.**.**.**.**",
    ] {
        try_out(text);
    }
}
