//! Masks what must not be shown: card numbers, secrets and mail addresses in text that comes from outside.

use std::ops::Range;

/// Digits of a payment card's number.
///
/// Source: ISO/IEC 7812-1; networks issue 13 to 19.
const CARD_DIGITS: Range<usize> = 13..20;
/// Digits of a group of a number that is written in groups: `4242 4242 4242 4242`, `3782 822463 10005`.
const GROUP_DIGITS: Range<usize> = 3..9;
/// Digits of the longest phone or tax number that looks like a card's.
const NUMBER_DIGITS_MAX: usize = 15;
/// Characters between two groups.
const GAP_CHARS_MAX: usize = 3;
/// What parts words, for secrets and mail addresses.
const SEPARATORS: [char; 13] = [' ', '"', '\'', ',', ';', '<', '>', '(', ')', '\n', '\t', '=', '&'];
/// A word behind `Bearer` that is shorter and has no digit is prose.
const CREDENTIAL_CHARS_MIN: usize = 16;

/// The text as it may appear in a log, an error or on a screen: card-number-shaped digits, API keys, webhook
/// secrets, bearer and OAuth credentials and mail addresses are masked, control characters become blanks, and it is
/// cut at `max` characters. Nothing is refused for containing such text.
///
/// ```
/// assert_eq!(canonical::redact("card 4242 4242 4242 4242 of a@b.com", 80), "card [card …4242] of [mail]");
/// ```
#[must_use]
pub fn redact(text: &str, max: usize) -> String {
    let masked = mask_words(&mask_cards(&text.chars().take(max.saturating_mul(4)).collect::<String>()));
    let clean = masked.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.take(max).collect();
    if masked.chars().count() > max {
        shown.push('…');
    }
    shown
}

/// Masks only what has the shape of a payment card's number; for text that must keep its form.
#[must_use]
pub fn mask_cards(text: &str) -> String {
    mask(text, is_card)
}

/// The same for text that is a number itself: a phone, a tax number. Those have up to 15 digits (ITU-T E.164; a Brazilian CNPJ has
/// 14), and one in ten passes a card's check by chance; so only what is too long for them is masked, and American Express's
/// 15 digits, which begin as no phone of that length does (34 is Spain, 37x has small countries).
#[must_use]
pub fn mask_cards_in_number(text: &str) -> String {
    mask(text, |digits| is_card(digits) && (digits.len() > NUMBER_DIGITS_MAX || is_american_express(digits)))
}

fn mask(text: &str, is_card: fn(&str) -> bool) -> String {
    let groups = digit_groups(text);
    let mut out = String::with_capacity(text.len());
    let (mut shown, mut first) = (0, 0);
    while let Some(group) = groups.get(first) {
        let Some(last) = card_from(text, &groups[first..], is_card).map(|count| first + count - 1) else {
            first += 1;
            continue;
        };
        let end = groups[last].end;
        out.push_str(&text[shown..group.start]);
        out.push_str("[card …");
        out.push_str(&text[end.saturating_sub(4).max(groups[last].start)..end]);
        out.push(']');
        (shown, first) = (end, last + 1);
    }
    out.push_str(&text[shown..]);
    out
}

/// Where digits stand together. What is percent-encoded is none of them: `%204242` is a blank and `4242`.
fn digit_groups(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if *byte == b'%' && escaped {
            at += 3;
            continue;
        }
        if byte.is_ascii_digit() {
            match groups.last_mut() {
                Some(group) if group.end == at => group.end += 1,
                _ => groups.push(at..at + 1),
            }
        }
        at += 1;
    }
    groups
}

/// How many of these groups, from the first on, are one card number; the longest that is.
fn card_from(text: &str, groups: &[Range<usize>], is_card: fn(&str) -> bool) -> Option<usize> {
    let mut digits = String::new();
    let mut found = None;
    for (at, group) in groups.iter().enumerate() {
        let is_apart = at > 0 && !parts_groups(&text[groups[at - 1].end..group.start]);
        let is_alone = at == 0 && CARD_DIGITS.contains(&group.len());
        if is_apart || !(is_alone || GROUP_DIGITS.contains(&group.len())) {
            break;
        }
        digits.push_str(&text[group.clone()]);
        if is_card(&digits) {
            found = Some(at + 1);
        }
    }
    found
}

/// Numbers of payment cards begin with 2 to 6; times and order numbers with 0 or 1.
fn is_card(digits: &str) -> bool {
    CARD_DIGITS.contains(&digits.len())
        && matches!(digits.as_bytes().first(), Some(b'2'..=b'6'))
        && luhn(digits)
}

fn is_american_express(digits: &str) -> bool {
    digits.len() == 15 && (digits.starts_with("34") || digits.starts_with("37"))
}

/// Whether a gap is one that people write between the groups of a number.
fn parts_groups(gap: &str) -> bool {
    let gap = gap.replace("%20", " ");
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '_' | '+');
    !gap.is_empty() && gap.chars().count() <= GAP_CHARS_MAX && gap.chars().all(is_gap)
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

/// What a secret holds, wherever it stands: Stripe's keys, its webhook secrets and its client secrets.
const SECRET_MARKS: [&str; 6] = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "_secret_"];

/// What a word says of the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Plain,
    /// `Bearer …`, `Basic …`: a credential, or prose about one.
    MayBeCredential,
    /// `oauth_token="…"`.
    Credential,
}

impl Next {
    fn of(body: &str, tail: &str) -> Self {
        let scheme = body.rsplit(':').next().unwrap_or(body);
        if body.contains("oauth_") && tail.starts_with('=') {
            Self::Credential
        } else if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic") {
            Self::MayBeCredential
        } else {
            Self::Plain
        }
    }

    fn masks(self, word: &str) -> bool {
        let is_long = word.chars().count() >= CREDENTIAL_CHARS_MIN;
        match self {
            Self::Plain => false,
            Self::MayBeCredential => is_long || word.contains(|c: char| c.is_ascii_digit()),
            Self::Credential => true,
        }
    }
}

/// Masks secrets and mail addresses, word by word.
fn mask_words(text: &str) -> String {
    let mut next = Next::Plain;
    let masked = text.split_inclusive(SEPARATORS).map(|word| {
        let body = word.trim_end_matches(SEPARATORS);
        let tail = &word[body.len()..];
        if body.is_empty() {
            // Between a name and its value stands at most a quote.
            if tail.contains([' ', ',', ';', '&', '\n', '\t']) {
                next = Next::Plain;
            }
            return tail.to_owned();
        }
        let here = std::mem::replace(&mut next, Next::of(body, tail));
        if SECRET_MARKS.iter().any(|mark| body.contains(mark)) || here.masks(body) {
            return format!("[secret]{tail}");
        }
        match body.split_once('@').or_else(|| body.split_once("%40")) {
            Some((name, host)) if !name.is_empty() && host.contains('.') => format!("[mail]{tail}"),
            _ => word.to_owned(),
        }
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_and_times_stay() {
        for text in [
            "ch_3MmlLrLkdIwHu7ix0snN0B15",
            "1700000000123",
            "order 000000042",
            "2026-03-02 09:14:07",
            "2026-03-02 000000042",
            "the bearer token is refused",
            "Basic authentication",
            "+1 555 123 4567",
        ] {
            assert_eq!(redact(text, 100), text);
        }
    }

    #[test]
    fn card_numbers_go_wherever_they_stand() {
        for (text, shown) in [
            (r#"{"n":"4242424242424242"}"#, r#"{"n":"[card …4242]"}"#),
            ("4242 4242 4242 4242 12/30", "[card …4242] 12/30"),
            ("4242 4242 4242 4242 123", "[card …4242] 123"),
            ("2026-03-02 4242424242424242", "2026-03-02 [card …4242]"),
            ("order 000000042 4242 4242 4242 4242", "order 000000042 [card …4242]"),
            ("amount 12 4242424242424242", "amount 12 [card …4242]"),
            ("4242424242424242 5555555555554444", "[card …4242] [card …4444]"),
            ("q=%204242424242424242", "q=%20[card …4242]"),
            ("4242%204242%204242%204242", "[card …4242]"),
            ("card4242424242424242x", "card[card …4242]x"),
            ("pan_4242424242424242", "pan_[card …4242]"),
            ("4242.4242.4242.4242", "[card …4242]"),
            ("4242  4242\n4242\u{a0}4242", "[card …4242]"),
            ("3782 822463 10005", "[card …0005]"),
        ] {
            assert_eq!(mask_cards(text), shown, "{text}");
        }
    }

    #[test]
    fn a_number_that_may_be_what_it_says_stays() {
        // Each passes the check that cards have.
        for number in
            ["+4930 1234 56786", "4222222222222", "45997418000158", "36490102462661", "550000000000004"]
        {
            assert_ne!(mask_cards(number), number);
            assert_eq!(mask_cards_in_number(number), number);
        }
        for (text, shown) in [
            ("4242 4242 4242 4242", "[card …4242]"),
            ("+4242424242424242", "+[card …4242]"),
            ("DE5555555555554444", "DE[card …4444]"),
            ("3782 822463 10005", "[card …0005]"),
            ("+4930-5550917; 6011000990139424", "+4930-5550917; [card …9424]"),
        ] {
            assert_eq!(mask_cards_in_number(text), shown, "{text}");
        }
    }

    #[test]
    fn secrets_go() {
        for (text, shown) in [
            ("Invalid API Key provided: sk_test_abc", "Invalid API Key provided: [secret]"),
            (r#"oauth_token="tokenvalue", x"#, r#"oauth_token="[secret]", x"#),
            ("oauth_token= x", "oauth_token= x"),
            ("oauth_signature=abcdef0%3D&x=1", "oauth_signature=[secret]&x=1"),
            ("Authorization: Bearer erp-sandbox-token was", "Authorization: Bearer [secret] was"),
            ("pi_1_secret_2 of ann%40example.com", "[secret] of [mail]"),
        ] {
            assert_eq!(redact(text, 100), shown, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_longer_than_asked_and_never_panics(text in "\\PC{0,200}", max in 0_usize..100) {
            prop_assert!(redact(&text, max).chars().count() <= max + 1);
        }

        #[test]
        fn text_without_digits_keeps_its_form(text in "[^0-9]{0,80}") {
            prop_assert_eq!(mask_cards(&text), text);
        }

        #[test]
        fn a_card_number_never_survives(
            head in "[a-zé_ ]{0,5}|[0-9]{1,2} |20[0-9]{2}-[0-9]{2}-[0-9]{2} ",
            groups in "(4242 4242 4242 4242|5555-5555-5555-4444|378282246310005|6011000990139424)",
            tail in "[a-z .]{0,5}| [0-9]{2}/[0-9]{2}",
        ) {
            let digits: String = groups.chars().filter(char::is_ascii_digit).collect();
            let shown = redact(&format!("{head}{groups}{tail}"), 200);
            prop_assert!(!shown.contains(&groups) && !shown.contains(&digits), "{}", shown);
        }
    }
}
