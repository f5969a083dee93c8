//! `application/x-www-form-urlencoded` as Stripe reads it: `metadata[order_id]=100000012`, `expand[]=customer`.
//!
//! Source: <https://docs.stripe.com/api/metadata>, <https://docs.stripe.com/api/expanding_objects>.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters stay; brackets, `#` and blanks do not.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and values, in the order given, so that a repetition has the same bytes.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, ESCAPED));
        text.push('=');
        text.extend(utf8_percent_encode(value, ESCAPED));
    }
    text
}

/// One part of a path. Ids are opaque: whatever they hold stays in its part.
pub(crate) fn segment(id: &str) -> String {
    utf8_percent_encode(id, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_blanks_and_hashes_are_escaped() {
        assert_eq!(
            encode([("metadata[Order #]", "42"), ("expand[]", "a.b")]),
            "metadata%5BOrder%20%23%5D=42&expand%5B%5D=a.b"
        );
        assert_eq!(encode([("a", "é&=+")]), "a=%C3%A9%26%3D%2B");
        assert_eq!(segment("ch_1/../x?y"), "ch_1%2F..%2Fx%3Fy");
        assert_eq!(encode([]), "");
    }
}
