//! Expressions: what they can read, what they compute, and how they fail.

use flow::Class;
use flow::expression::{Expression, ExpressionError, Place, Scope};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

fn place() -> Place {
    Place { file: "f/flow.yaml".into(), line: 7, step: Some("total".parse().unwrap()) }
}

fn scope() -> Scope {
    let mut scope = Scope::new(
        json!({"id": "evt_1", "big": 9_007_199_254_740_993_u64, "paid": true}),
        json!({"stripe": {"account": "acct_1"}, "tables": {"codes": {"a": "A"}}}),
    );
    scope.set(
        &"order".parse().unwrap(),
        json!({
            "id": 42,
            "total": {"minor": "1250", "currency": "EUR"},
            "lines": [{"net": {"minor": "1000", "currency": "EUR"}}, {"net": {"minor": "250", "currency": "EUR"}}],
            "one": [{"x": 1}],
        }),
    );
    scope
}

fn parse(text: &str) -> Expression {
    Expression::parse(text, place()).unwrap_or_else(|flaws| panic!("{flaws:?}"))
}

fn value(text: &str) -> Value {
    parse(text).evaluate(&scope()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> ExpressionError {
    parse(text).evaluate(&scope()).map(|value| panic!("{text} is {value}")).unwrap_err()
}

#[test]
fn values() {
    let eur = |minor: &str| json!({"minor": minor, "currency": "EUR"});
    for (text, expected) in [
        ("$event.id", json!("evt_1")),
        ("$order.id", json!(42)),
        ("$order.id / 4", json!(10.5)),
        ("$event.big", json!(9_007_199_254_740_993_u64)),
        ("{'id': $event.big}", json!({"id": "9007199254740993"})),
        ("$order.lines.%.id", json!([42, 42])),
        ("$order.lines[$order.id = 42].net.minor", json!(["1000", "250"])),
        ("$count($keys($order)) & $order.id", json!("442")),
        ("$order.nothing", Value::Null),
        ("$not_run.output", Value::Null),
        ("{'a': $order.nothing, 'b': 1}", json!({"b": 1})),
        ("$order.total = {'currency': 'EUR', 'minor': '1250'}", json!(true)),
        ("$pad('ab', 4)", json!("ab  ")),
        ("$pad('ab', -5, '#-')", json!("#-#ab")),
        ("$pad('äb', 1)", json!("äb")),
        ("$pad($order.nothing, 4)", Value::Null),
        ("$money('5', 'jpy')", json!({"minor": "5", "currency": "JPY"})),
        ("$money(-5, 'EUR')", eur("-5")),
        ("$minor('12.5', 'EUR')", json!("1250")),
        ("$minor('1.234', 'KWD')", json!("1234")),
        ("$decimal($order.total)", json!("12.50")),
        ("$add($order.lines.net)", eur("1250")),
        ("$add($money(0, 'EUR'), $order.none.net, $order.total, $order.lines.net)", eur("2500")),
        ("$negate($order.total)", eur("-1250")),
        ("$allocate($money(100, 'EUR'), [1, 1, 1])", json!([eur("34"), eur("33"), eur("33")])),
        ("$allocate($money(100, 'EUR'), ['0.5', '1.5'])", json!([eur("25"), eur("75")])),
        ("$allocate($order.total, $order.lines.net)", json!([eur("1000"), eur("250")])),
        ("$lookup('codes', 'a')", json!("A")),
        ("$lookup($order.total, 'currency')", json!("EUR")),
        ("$exists($lookup($order.total, 'x'))", json!(false)),
        ("$key('sales_order', $order.id)", json!("tb:acct_1:sales_order:42")),
        ("$date('2026-03-01T23:30:00Z', 'Europe/Berlin')", json!("2026-03-02")),
        ("$date('2026-03-01T23:30:00Z', 'America/New_York')", json!("2026-03-01")),
        ("$map(['a'], function($k) { $lookup('codes', $k) })", json!("A")),
        ("['a'].$lookup('codes', $)", json!("A")),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn failures() {
    for (text, code) in [
        ("$order.total + 1", "expression_failed"),
        ("$sum($order.lines.net)", "expression_failed"),
        ("$add($order.total, $money(1, 'USD'))", "malformed_money"),
        ("$add()", "malformed_money"),
        ("$add($order.none)", "malformed_money"),
        ("$money('1.5', 'EUR')", "malformed_money"),
        ("$money(1.5, 'EUR')", "malformed_money"),
        ("$money(1, 'XYZ')", "malformed_money"),
        ("$minor('1.234', 'EUR')", "malformed_money"),
        ("$money('1')", "wrong_arguments"),
        ("$allocate($order.total, [])", "malformed_money"),
        ("$lookup('codes', 'z')", "unmapped_value"),
        ("$lookup('none', 'a')", "unknown_table"),
        ("$lookup('codes', $order.none)", "wrong_arguments"),
        ("$key('order', $order.none)", "malformed_key"),
        ("$key('order', 'a b')", "malformed_key"),
        ("$key('order', 1.5)", "malformed_key"),
        ("$date('yesterday', 'Europe/Berlin')", "malformed_date"),
        ("$date('2026-03-01T23:30:00Z', 'Berlin')", "malformed_date"),
        ("$uppercase", "expression_failed"),
        ("1 / 0", "expression_failed"),
        ("($f := function($n) { 1 + $f($n + 1) }; $f(0))", "expression_failed"),
        ("[1..1000000]", "expression_failed"),
        ("$error('a reason')", "expression_failed"),
    ] {
        let error = error(text);
        assert_eq!(error.code, code, "{text}: {error}");
        assert!(error.to_string().starts_with("f/flow.yaml line 7, step `total`: "), "{error}");
        let fault = flow::Fault::from(error);
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, code));
    }
}

#[test]
fn a_message_shows_no_personal_data() {
    let error = error("$number('jane@example.com 4242424242424242')");
    assert!(!error.to_string().contains("jane@") && !error.to_string().contains("4242424242"), "{error}");
}

#[test]
fn a_condition_is_true_or_false_and_nothing_else() {
    let holds = |text: &str| parse(text).holds(&scope()).map_err(|error| error.code);
    assert_eq!(holds("$event.paid"), Ok(true));
    assert_eq!(holds("$event.paid = false"), Ok(false));
    for text in ["$event.unpaid", "$order", "$order.id", "'true'", "null"] {
        assert_eq!(holds(text), Err("not_a_condition"), "{text}");
    }
}

#[test]
fn a_single_value_is_a_list_of_one() {
    let items = |text: &str| parse(text).items(&scope()).unwrap().len();
    assert_eq!(
        (items("$order.lines"), items("$order.one"), items("$order.total"), items("$order.none")),
        (2, 1, 1, 0)
    );
}

#[test]
fn names_are_those_that_are_not_bound() {
    let names = |text: &str| parse(text).names().variables.iter().cloned().collect::<Vec<_>>();
    for (text, expected) in [
        ("$a.b[$c = 1].{'x': $d}", &["a", "c", "d"][..]),
        ("function($x) { $x + $y }", &["y"]),
        ("($x := $y; $x)", &["y"]),
        ("$x ~> $map(function($v, $i) { $v & $i & $w })", &["w", "x"]),
        ("$a@$l#$i[$l.x = $b].{'k': $l & $i}", &["a", "b"]),
        ("$a^(>$b, <x){ 'g': $c }", &["a", "b", "c"]),
        ("$a ~> |lines|{'x': $b}, ['y']|", &["a", "b"]),
        ("$f := function($n) { $n < 1 ? 1 : $f($n - 1) }", &[]),
        ("$a ? $b : $c ?: $d ?? $e", &["a", "b", "c", "d", "e"]),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn an_expression_can_be_shared_by_threads() {
    let shared = parse("$add($order.lines.net)");
    let values: Vec<Value> = std::thread::scope(|threads| {
        let handles: Vec<_> = (0..4).map(|_| threads.spawn(|| shared.evaluate(&scope()).unwrap())).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    assert!(values.iter().all(|value| *value == json!({"minor": "1250", "currency": "EUR"})));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_has_flaws(text in "[$a-z0-9(){}\\[\\].,:;=&|@#%'\" ]{0,40}") {
        if let Err(flaws) = Expression::parse(&text, place()) {
            prop_assert!(!flaws.is_empty());
        }
    }

    #[test]
    fn money_survives(minor: i64) {
        let text = format!("$money('{minor}', 'EUR')");
        prop_assert_eq!(value(&text), json!({"minor": minor.to_string(), "currency": "EUR"}));
    }

    #[test]
    fn decimal_and_minor_are_inverse(minor: i64) {
        let text = format!("$minor($decimal($money('{minor}', 'KWD')), 'KWD')");
        prop_assert_eq!(value(&text), json!(minor.to_string()));
    }
}
