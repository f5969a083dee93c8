//! Money in expressions: exact, and never a number.

use canonical::{Currency, Money};
use jsonata_core::value::JValue;
use serde_json::Value;

use super::{Failure, count, kind, text};
use crate::expression::convert::integer;

const MALFORMED: &str = "malformed_money";

/// `$money("1234", "EUR")` → `{"minor": "1234", "currency": "EUR"}`. Minor units are text, or a whole number.
pub(super) fn money(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [minor, currency] = count::<2>(arguments)?;
    let minor = match minor {
        JValue::Number(number) => integer(*number),
        JValue::String(text) => text.parse().ok(),
        _ => None,
    };
    let minor = minor.ok_or_else(|| Failure::new(MALFORMED, "its minor units are no whole number"))?;
    Ok(write(Money::new(minor, self::currency(currency)?)))
}

/// `$minor("12.5", "EUR")` → `"1250"`: decimal text that must fit the currency's digits.
pub(super) fn minor(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [amount, currency] = count::<2>(arguments)?;
    let money = Money::parse(text(amount, "amount")?, self::currency(currency)?).map_err(refused)?;
    Ok(JValue::string(money.minor().to_string()))
}

/// `$decimal({"minor": "1250", "currency": "EUR"})` → `"12.50"`, with exactly the currency's digits.
pub(super) fn decimal(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [money] = count::<1>(arguments)?;
    Ok(JValue::string(read(money)?.to_decimal().to_string()))
}

/// `$add(a, b, …)`: the sum of amounts and lists of amounts, all of one currency. What is absent adds nothing; a sum
/// of nothing has no currency and is refused, so begin with `$money(0, currency)` where a list may be empty.
pub(super) fn add(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let mut sum: Option<Money> = None;
    for argument in arguments {
        let single = std::slice::from_ref(argument);
        for amount in argument.as_array().map_or(single, Vec::as_slice) {
            if !amount.is_undefined() {
                let amount = read(amount)?;
                sum = Some(sum.map_or(Ok(amount), |sum| sum.checked_add(amount)).map_err(refused)?);
            }
        }
    }
    let nothing =
        || Failure::new(MALFORMED, "a sum of nothing has no currency; begin with `$money(0, currency)`");
    Ok(write(sum.ok_or_else(nothing)?))
}

/// `$negate(a)`: the same amount with the other sign.
pub(super) fn negate(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [money] = count::<1>(arguments)?;
    Ok(write(read(money)?.negated().map_err(refused)?))
}

/// `$allocate(total, weights)`: parts that add up to the total exactly, by largest remainder. Weights are numbers,
/// decimal text, or amounts of one currency.
pub(super) fn allocate(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [total, weights] = count::<2>(arguments)?;
    let single = std::slice::from_ref(weights);
    let weights = weights.as_array().map_or(single, Vec::as_slice);
    let weights = weights
        .iter()
        .map(|weight| match weight {
            JValue::Number(number) => canonical::money::decimal(&number.to_string()).map_err(refused),
            JValue::String(text) => canonical::money::decimal(text).map_err(refused),
            other => Ok(read(other)?.to_decimal()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let parts = canonical::allocate(read(total)?, &weights).map_err(refused)?;
    Ok(JValue::array(parts.into_iter().map(write).collect()))
}

fn read(value: &JValue) -> Result<Money, Failure> {
    let no_money = || Failure::new(MALFORMED, format!("{} is no `{{minor, currency}}`", kind(value)));
    let object = value.as_object().ok_or_else(no_money)?;
    let (Some(minor), Some(code)) = (object.get("minor"), object.get("currency")) else {
        return Err(no_money());
    };
    let minor = minor.as_str().and_then(|minor| minor.parse().ok()).ok_or_else(no_money)?;
    Ok(Money::new(minor, currency(code)?))
}

fn write(money: Money) -> JValue {
    let members = [
        ("minor".to_owned(), JValue::string(money.minor().to_string())),
        ("currency".to_owned(), JValue::string(money.currency().code())),
    ];
    JValue::object(members.into_iter().collect())
}

fn currency(value: &JValue) -> Result<Currency, Failure> {
    text(value, "currency")?.parse().map_err(refused)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn refused(error: canonical::Error) -> Failure {
    Failure::new(MALFORMED, error.to_string())
}
