//! Masks what must not be shown: card numbers, secrets and mail addresses in text that comes from outside.

/// The text as it may appear in a log, an error or on a screen: card-number-shaped digits, API keys, webhook
/// secrets, bearer and OAuth credentials and mail addresses are masked, control characters become blanks, and it is
/// cut at `max` characters. Nothing is refused for containing such text.
///
/// ```
/// assert_eq!(canonical::redact("card 4242 4242 4242 4242 of a@b.com", 80), "card [card …4242] of [mail]");
/// ```
#[must_use]
pub fn redact(text: &str, max: usize) -> String {
    let masked = mask_cards(&text.chars().take(max.saturating_mul(4)).collect::<String>());
    let mut is_value = false;
    let masked: String =
        masked.split_inclusive(SEPARATORS).map(|word| mask_word(word, &mut is_value)).collect();
    let clean = masked.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.take(max).collect();
    if masked.chars().count() > max {
        shown.push('…');
    }
    shown
}

/// Masks only what has the shape of a payment card's number; for JSON and other text that must keep its form.
#[must_use]
pub fn mask_cards(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let mut previous_is_word = false;
    for c in text.chars() {
        let joins = c.is_ascii_digit()
            || (matches!(c, ' ' | '-') && run.ends_with(|last: char| last.is_ascii_digit()));
        if joins && !(run.is_empty() && previous_is_word) {
            run.push(c);
            continue;
        }
        flush(&mut out, &mut run, c.is_alphanumeric());
        previous_is_word = c.is_alphanumeric() || c == '_';
        out.push(c);
    }
    flush(&mut out, &mut run, false);
    out
}

/// Writes a run of digits (with blanks and dashes between), masked where it may be a card number.
fn flush(out: &mut String, run: &mut String, word_follows: bool) {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let glued = word_follows && run.ends_with(|last: char| last.is_ascii_digit());
    if (13..=19).contains(&digits.len()) && !glued && luhn(&digits) {
        let tail = run.len() - run.trim_end_matches([' ', '-']).len();
        out.push_str("[card …");
        out.push_str(&digits[digits.len() - 4..]);
        out.push(']');
        out.push_str(&run[run.len() - tail..]);
    } else {
        out.push_str(run);
    }
    run.clear();
}

/// ISO/IEC 7812-1 annex B: the check digit that every card number has.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    sum.is_multiple_of(10) && digits.bytes().any(|byte| byte != b'0')
}

const SECRET_PREFIXES: &[&str] = &[
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "oauth_signature",
    "oauth_token",
    "oauth_consumer_key",
];

const SEPARATORS: &[char] = &[' ', '"', '\'', ',', ';', '<', '>', '(', ')', '\n', '\t', '=', '&'];

/// `is_value` says whether the word follows the `=` of a secret's name (`oauth_token="…"`), and is set for the next.
fn mask_word(word: &str, is_value: &mut bool) -> String {
    let body = word.trim_end_matches(SEPARATORS);
    let tail = &word[body.len()..];
    if body.is_empty() {
        *is_value &= !tail.contains([' ', ',', ';', '&', '\n', '\t']);
        return word.to_owned();
    }
    let is_named = SECRET_PREFIXES.iter().any(|prefix| body.contains(prefix));
    let is_secret = is_named || *is_value;
    *is_value = is_named && tail.ends_with('=');
    if is_secret {
        return format!("[secret]{tail}");
    }
    match body.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') => format!("[mail]{tail}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_and_times_stay() {
        for text in ["ch_3MmlLrLkdIwHu7ix0snN0B15", "1700000000123", "order 000000042", "2026-03-02 09:14:07"]
        {
            assert_eq!(redact(text, 100), text);
        }
    }

    #[test]
    fn secrets_go() {
        assert_eq!(
            redact("Invalid API Key provided: sk_test_abc", 100),
            "Invalid API Key provided: [secret]"
        );
        assert_eq!(
            redact(r#"OAuth oauth_token="abc", oauth_signature=d%3D&x=1 oauth_token= y"#, 100),
            r#"OAuth [secret]="[secret]", [secret]=[secret]&x=1 [secret]= y"#
        );
        assert_eq!(mask_cards(r#"{"n":"4242424242424242"}"#), r#"{"n":"[card …4242]"}"#);
    }

    proptest! {
        #[test]
        fn never_longer_than_asked_and_never_panics(text in "\\PC{0,200}", max in 0_usize..100) {
            prop_assert!(redact(&text, max).chars().count() <= max + 1);
        }

        #[test]
        fn a_card_number_never_survives(head in "[a-z ]{0,5}", groups in "(4242 4242 4242 4242|5555-5555-5555-4444|378282246310005)") {
            let digits: String = groups.chars().filter(char::is_ascii_digit).collect();
            let shown = redact(&format!("{head} {groups}."), 200);
            prop_assert!(!shown.contains(&groups) && !shown.contains(&digits));
        }
    }
}
