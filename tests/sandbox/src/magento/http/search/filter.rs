//! One filter.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::Value;

/// A column, and what is asked of it.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) field: String,
    pub(super) value: String,
    pub(super) condition: Condition,
}

/// The operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Eq,
    Neq,
    Gt,
    Gteq,
    Lt,
    Lteq,
    Like,
    Nlike,
    In,
    Nin,
    Finset,
    Nfinset,
    Null,
    Notnull,
}

impl Condition {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            "gt" => Self::Gt,
            "gteq" | "from" | "moreq" => Self::Gteq,
            "lt" => Self::Lt,
            "lteq" | "to" => Self::Lteq,
            "like" => Self::Like,
            "nlike" => Self::Nlike,
            "in" => Self::In,
            "nin" => Self::Nin,
            "finset" => Self::Finset,
            "nfinset" => Self::Nfinset,
            "null" => Self::Null,
            "notnull" => Self::Notnull,
            _ => return None,
        })
    }
}

impl Filter {
    pub(super) fn matches(&self, row: &Value) -> bool {
        let have = text(&row[&self.field]);
        let Some(have) = have else { return self.condition == Condition::Null };
        let wanted = self.value.as_str();
        let order = compare(&have, wanted);
        let is_any = |list: &str| list.split(',').any(|one| compare(&have, one.trim()).is_eq());
        match self.condition {
            Condition::Eq => order.is_eq(),
            Condition::Neq => order.is_ne(),
            Condition::Gt => order.is_gt(),
            Condition::Gteq => order.is_ge(),
            Condition::Lt => order.is_lt(),
            Condition::Lteq => order.is_le(),
            Condition::Like => like(&have.to_lowercase(), &wanted.to_lowercase()),
            Condition::Nlike => !like(&have.to_lowercase(), &wanted.to_lowercase()),
            Condition::In => is_any(wanted),
            Condition::Nin => !is_any(wanted),
            Condition::Finset => have.split(',').any(|one| one == wanted),
            Condition::Nfinset => have.split(',').all(|one| one != wanted),
            Condition::Null => false,
            Condition::Notnull => true,
        }
    }
}

/// A column's value as text; nothing where it is null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Numbers by size, texts without case.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    // `000000007` is a text, though it looks like a number.
    let number = |text: &str| text.parse::<Decimal>().ok().filter(|_| !is_padded(text));
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    }
}

fn is_padded(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && !text.starts_with("0.")
}

/// `%` is any text, `_` any character.
fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let after = rest.as_str();
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], after))
        }
        Some(wanted) => {
            let mut have = text.chars();
            have.next().is_some_and(|have| wanted == '_' || have == wanted)
                && like(have.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operators_do_what_they_say() {
        let row = json!({ "number": "000000041", "total": 12.5, "mail": "Ada@Example.com", "rules": "1,4" });
        for (field, condition, value, holds) in [
            ("number", "eq", "000000041", true),
            ("number", "eq", "41", false),
            ("total", "gt", "9", true),
            ("total", "lteq", "12.5", true),
            ("mail", "eq", "ada@example.com", true),
            ("mail", "like", "ada@%.COM", true),
            ("mail", "like", "ad_@%", true),
            ("mail", "nlike", "%example%", false),
            ("number", "in", "7, 000000041", true),
            ("number", "nin", "7,8", true),
            ("rules", "finset", "4", true),
            ("rules", "nfinset", "2", true),
            ("none", "null", "", true),
            ("none", "neq", "x", false),
            ("mail", "notnull", "", true),
        ] {
            let condition = Condition::named(condition).unwrap();
            let filter = Filter { field: field.to_owned(), value: value.to_owned(), condition };
            assert_eq!(filter.matches(&row), holds, "{field} {condition:?} {value}");
        }
        assert_eq!(Condition::named("about"), None);
    }
}
