//! `$pad`, which JSONata lets make a text of any length.

use jsonata_core::value::JValue;
use serde_json::Value;

use super::{Failure, text};

/// Longest text that is made, in characters.
const WIDTH_MAX: usize = 20_000;

/// As JSONata's: to the right of the text, or to its left where the width is negative.
pub(super) fn pad(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let wrong = |message: &str| Failure::new("wrong_arguments", message);
    let (subject, width, with) = match arguments {
        [JValue::Undefined, ..] => return Ok(JValue::Undefined),
        [subject, width] => (text(subject, "text")?, width, " "),
        [subject, width, with] => (text(subject, "text")?, width, text(with, "third argument")?),
        _ => return Err(wrong("takes a text, a width, and what to fill up with")),
    };
    let width = width.as_f64().filter(|width| width.is_finite());
    let width = width.ok_or_else(|| wrong("its width is no number"))?;
    let is_left = width.is_sign_negative();
    let width: usize = format!("{:.0}", width.trunc().abs())
        .parse()
        .ok()
        .filter(|width| *width <= WIDTH_MAX)
        .ok_or_else(|| wrong(&format!("its width is more than {WIDTH_MAX}")))?;
    let missing = width.saturating_sub(subject.chars().count());
    let filling = if with.is_empty() { " " } else { with };
    let filling: String = filling.chars().cycle().take(missing).collect();
    let padded = if is_left { format!("{filling}{subject}") } else { format!("{subject}{filling}") };
    Ok(JValue::string(padded))
}
