//! Reading what came: exact money, quantities, dates. Each refusal names its field by JSON pointer.

use std::str::FromStr as _;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::currency::digits;
use crate::problem::Problem;

/// A number or a text as a decimal.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// A member that must be there.
pub(crate) fn member<'a>(content: &'a Value, name: &str, at: &str) -> Result<&'a Value, Problem> {
    let found = content.get(name).filter(|value| !value.is_null());
    found.ok_or_else(|| Problem::field(format!("{at}/{name}"), "required", format!("`{name}` is missing")))
}

/// A text that must be there and hold something.
pub(crate) fn text<'a>(content: &'a Value, name: &str, at: &str) -> Result<&'a str, Problem> {
    let found = member(content, name, at)?.as_str().filter(|text| !text.trim().is_empty());
    found.ok_or_else(|| {
        Problem::field(format!("{at}/{name}"), "text_required", format!("`{name}` is no text"))
    })
}

/// A list that must be there.
pub(crate) fn rows<'a>(content: &'a Value, name: &str, at: &str) -> Result<&'a Vec<Value>, Problem> {
    let found = member(content, name, at)?.as_array();
    found.ok_or_else(|| {
        Problem::field(format!("{at}/{name}"), "list_required", format!("`{name}` is no list"))
    })
}

/// A quantity above nothing.
pub(crate) fn quantity(content: &Value, at: &str) -> Result<Decimal, Problem> {
    let found = decimal(member(content, "qty", at)?).filter(|qty| *qty > Decimal::ZERO);
    found.ok_or_else(|| Problem::field(format!("{at}/qty"), "quantity_invalid", "a quantity is above 0"))
}

/// A currency that exists.
pub(crate) fn currency<'a>(content: &'a Value, at: &str) -> Result<&'a str, Problem> {
    let code = text(content, "currency", at)?;
    match digits(code) {
        Some(_) => Ok(code),
        None => {
            Err(Problem::field(format!("{at}/currency"), "currency_unknown", format!("there is no `{code}`")))
        }
    }
}

/// `{"amount":"12.34","currency":"USD"}` in the given currency, with exactly its digits.
pub(crate) fn money(content: &Value, name: &str, at: &str, currency: &str) -> Result<Decimal, Problem> {
    let value = member(content, name, at)?;
    let at = format!("{at}/{name}");
    let amount = value.get("amount").and_then(Value::as_str).ok_or_else(|| {
        let detail = "money is {\"amount\":\"12.34\",\"currency\":\"USD\"}, the amount a text";
        Problem::field(format!("{at}/amount"), "money_form", detail)
    })?;
    if value.get("currency").and_then(Value::as_str) != Some(currency) {
        let detail = format!("the document is in {currency}");
        return Err(Problem::field(format!("{at}/currency"), "currency_mismatch", detail));
    }
    exact(amount, currency, &format!("{at}/amount"))
}

/// A decimal text with exactly the currency's digits.
pub(crate) fn exact(amount: &str, currency: &str, at: &str) -> Result<Decimal, Problem> {
    let wanted = digits(currency).unwrap_or(2);
    let fraction = amount.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let plain = amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let number = Decimal::from_str(amount).ok().filter(|_| plain);
    match number {
        Some(number) if fraction == wanted as usize => Ok(number),
        _ => {
            let detail = format!("`{amount}`: {currency} has exactly {wanted} digits after the point");
            Err(Problem::field(at, "money_digits", detail))
        }
    }
}

/// An amount as money.
pub(crate) fn as_money(amount: Decimal, currency: &str) -> Value {
    let digits = digits(currency).unwrap_or(2);
    let mut amount = round(amount, currency);
    amount.rescale(digits);
    json!({"amount": amount.to_string(), "currency": currency})
}

/// Rounded to the currency's digits, half away from zero.
pub(crate) fn round(amount: Decimal, currency: &str) -> Decimal {
    amount.round_dp_with_strategy(digits(currency).unwrap_or(2), RoundingStrategy::MidpointAwayFromZero)
}

/// A day.
pub(crate) fn date(content: &Value, name: &str, at: &str) -> Result<Date, Problem> {
    let found = text(content, name, at)?;
    found
        .parse()
        .map_err(|_| Problem::field(format!("{at}/{name}"), "date_invalid", format!("`{found}` is no day")))
}

/// A moment with its offset: a bare day is none.
pub(crate) fn moment(content: &Value, name: &str, at: &str) -> Result<(), Problem> {
    let found = text(content, name, at)?;
    let parsed: Result<Timestamp, _> = found.parse();
    parsed.map(drop).map_err(|_| {
        Problem::field(format!("{at}/{name}"), "time_invalid", format!("`{found}` is no RFC 3339 time"))
    })
}

/// Taxes of a row: their sum.
pub(crate) fn taxes(content: &Value, at: &str, currency: &str) -> Result<Decimal, Problem> {
    let mut sum = Decimal::ZERO;
    for (index, tax) in rows(content, "tax", at)?.iter().enumerate() {
        let at = format!("{at}/tax/{index}");
        text(tax, "code", &at)?;
        sum += money(tax, "amount", &at, currency)?;
    }
    Ok(sum)
}
