//! Condition and update expressions, in the part of their grammar that is plain: comparisons of one attribute with one
//! value, `IN`, `attribute_exists`, `attribute_not_exists`, `AND`, `OR`, brackets; `SET`, `ADD`, `REMOVE`.
//!
//! Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Item;
use crate::refusal::Refusal;

/// Names and values of one request, and which of them were used.
pub(super) struct Expression<'a> {
    names: &'a Value,
    values: &'a Value,
    used: BTreeSet<String>,
}

impl<'a> Expression<'a> {
    pub(super) fn of(body: &'a Value) -> Self {
        let (names, values) = (&body["ExpressionAttributeNames"], &body["ExpressionAttributeValues"]);
        Self { names, values, used: BTreeSet::new() }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, text: &str, item: Option<&Item>) -> Result<bool, Refusal> {
        let tokens = tokens(text);
        let mut rest = tokens.as_slice();
        let held = self.any(&mut rest, item)?;
        if rest.is_empty() { Ok(held) } else { Err(unread("condition", rest)) }
    }

    /// Changes an item.
    pub(super) fn update(&mut self, text: &str, item: &mut Item) -> Result<(), Refusal> {
        let tokens = tokens(text);
        let mut rest = tokens.as_slice();
        while let Some((verb, after)) = rest.split_first() {
            rest = after;
            loop {
                let name = self.name(&mut rest)?;
                match verb.as_str() {
                    "SET" => {
                        expect(&mut rest, "=")?;
                        let value = self.value(&mut rest)?;
                        item.insert(name, value);
                    }
                    "ADD" => {
                        let by = number(&self.value(&mut rest)?)?;
                        let have = item.get(&name).map_or(Ok(0), number)?;
                        item.insert(name, json!({ "N": (have + by).to_string() }));
                    }
                    "REMOVE" => {
                        item.remove(&name);
                    }
                    _ => return Err(unread("update", rest)),
                }
                if rest.first().is_none_or(|token| token != ",") {
                    break;
                }
                rest = &rest[1..];
            }
        }
        Ok(())
    }

    /// DynamoDB refuses names and values that no expression uses.
    pub(super) fn check_all_used(&self) -> Result<(), Refusal> {
        for given in [self.names, self.values] {
            for name in given.as_object().into_iter().flatten().map(|(name, _)| name) {
                if !self.used.contains(name) {
                    return Err(Refusal::invalid(format!("{name} is unused in expressions")));
                }
            }
        }
        Ok(())
    }

    fn any(&mut self, rest: &mut &[String], item: Option<&Item>) -> Result<bool, Refusal> {
        let mut held = self.all(rest, item)?;
        while rest.first().is_some_and(|token| token == "OR") {
            *rest = &rest[1..];
            held |= self.all(rest, item)?;
        }
        Ok(held)
    }

    fn all(&mut self, rest: &mut &[String], item: Option<&Item>) -> Result<bool, Refusal> {
        let mut held = self.one(rest, item)?;
        while rest.first().is_some_and(|token| token == "AND") {
            *rest = &rest[1..];
            held &= self.one(rest, item)?;
        }
        Ok(held)
    }

    fn one(&mut self, rest: &mut &[String], item: Option<&Item>) -> Result<bool, Refusal> {
        match rest.first().map(String::as_str) {
            Some("(") => {
                *rest = &rest[1..];
                let held = self.any(rest, item)?;
                expect(rest, ")")?;
                Ok(held)
            }
            Some(function @ ("attribute_exists" | "attribute_not_exists")) => {
                *rest = &rest[1..];
                expect(rest, "(")?;
                let name = self.name(rest)?;
                expect(rest, ")")?;
                let there = item.is_some_and(|item| item.contains_key(&name));
                Ok(there == (function == "attribute_exists"))
            }
            _ => {
                let name = self.name(rest)?;
                let have = item.and_then(|item| item.get(&name));
                self.comparison(rest, have)
            }
        }
    }

    fn comparison(&mut self, rest: &mut &[String], have: Option<&Value>) -> Result<bool, Refusal> {
        let (operator, after) = rest.split_first().ok_or_else(|| unread("condition", &[]))?;
        *rest = after;
        match operator.as_str() {
            "=" => {
                let value = self.value(rest)?;
                Ok(have.is_some_and(|have| same(have, &value)))
            }
            "<" => {
                let value = self.value(rest)?;
                Ok(have.is_some_and(|have| order(have, &value) == Some(Ordering::Less)))
            }
            "IN" => {
                expect(rest, "(")?;
                let mut found = false;
                loop {
                    let value = self.value(rest)?;
                    found |= have.is_some_and(|have| same(have, &value));
                    if rest.first().is_none_or(|token| token != ",") {
                        break;
                    }
                    *rest = &rest[1..];
                }
                expect(rest, ")")?;
                Ok(found)
            }
            _ => Err(unread("condition", rest)),
        }
    }

    fn name(&mut self, rest: &mut &[String]) -> Result<String, Refusal> {
        let (token, after) = rest.split_first().ok_or_else(|| unread("expression", &[]))?;
        *rest = after;
        if !token.starts_with('#') {
            return Ok(token.clone());
        }
        self.used.insert(token.clone());
        let name = self.names[token.as_str()].as_str();
        name.map(str::to_owned).ok_or_else(|| Refusal::invalid(format!("{token} is not defined")))
    }

    fn value(&mut self, rest: &mut &[String]) -> Result<Value, Refusal> {
        let (token, after) = rest.split_first().ok_or_else(|| unread("expression", &[]))?;
        *rest = after;
        self.used.insert(token.clone());
        let value = self.values.get(token.as_str()).cloned();
        value.ok_or_else(|| Refusal::invalid(format!("{token} is not defined")))
    }
}

fn tokens(text: &str) -> Vec<String> {
    let spaced = ["(", ")", ",", "="]
        .iter()
        .fold(text.to_owned(), |text, mark| text.replace(mark, &format!(" {mark} ")));
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn expect(rest: &mut &[String], token: &str) -> Result<(), Refusal> {
    match rest.split_first() {
        Some((found, after)) if found == token => {
            *rest = after;
            Ok(())
        }
        _ => Err(unread(token, rest)),
    }
}

fn unread(what: &str, rest: &[String]) -> Refusal {
    Refusal::invalid(format!("Invalid expression: a {what} is wanted before `{}`", rest.join(" ")))
}

fn number(value: &Value) -> Result<i128, Refusal> {
    let number = value["N"].as_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Refusal::invalid(format!("{value} is no whole number")))
}

/// Numbers by value, all else as it is.
fn same(one: &Value, other: &Value) -> bool {
    one == other || order(one, other) == Some(Ordering::Equal)
}

/// Numbers and texts are ordered among themselves; other kinds are not.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (one["S"].as_str(), other["S"].as_str()) {
        return Some(one.as_bytes().cmp(other.as_bytes()));
    }
    match (number(one), number(other)) {
        (Ok(one), Ok(other)) => Some(one.cmp(&other)),
        _ => None,
    }
}
