//! PHP's binary fractions: with `serialize_precision` 17, 29.95 is printed as 29.949999999999999.

/// Digits that PHP prints then.
const DIGITS: usize = 17;

/// Adds the noise to every fraction of a JSON text.
pub(super) fn add(json: &str) -> String {
    let mut noisy = String::with_capacity(json.len() * 2);
    let mut rest = json;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        noisy.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = if rest.starts_with('"') { string_end(rest) } else { number_end(rest) };
        let token = &rest[..end];
        match token.parse::<f64>() {
            Ok(number) if token.contains('.') => noisy.push_str(&printed(token, number)),
            _ => noisy.push_str(token),
        }
        rest = &rest[end..];
    }
    noisy.push_str(rest);
    noisy
}

fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

fn number_end(text: &str) -> usize {
    text.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(text.len())
}

fn printed(token: &str, number: f64) -> String {
    let whole = token.trim_start_matches('-').split('.').next().unwrap_or_default();
    // A leading nought is no significant digit.
    let whole = if whole == "0" { 0 } else { whole.len() };
    let text = format!("{number:.*}", DIGITS.saturating_sub(whole));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_fractions_outside_of_texts_are_noisy() {
        let plain = r#"{"a":29.95,"b":"29.95 \" 1.1","c":12.5,"d":7,"e":-0.1}"#;
        let noisy = r#"{"a":29.949999999999999,"b":"29.95 \" 1.1","c":12.5,"d":7,"e":-0.10000000000000001}"#;
        assert_eq!(super::add(plain), noisy);
    }
}
