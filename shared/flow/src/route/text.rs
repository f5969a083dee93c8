//! Text that SQS takes.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>: "#x9 | #xA |
//! #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF".

use std::borrow::Cow;

/// A JSON text as SQS takes it. Sound JSON holds no raw control character besides tab and line ends, so only U+FFFE and
/// U+FFFF can stand in the way, inside strings: they are written as escapes, which mean the same.
pub(crate) fn sqs_text(json: &str) -> Cow<'_, str> {
    // Both begin with the byte 0xEF, which is rare: most bodies are left after one quick search.
    if !json.as_bytes().contains(&0xEF) || !json.contains(['\u{fffe}', '\u{ffff}']) {
        return Cow::Borrowed(json);
    }
    Cow::Owned(json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_legal(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    }

    proptest! {
        #[test]
        fn the_text_is_legal_and_means_the_same(value in "[\u{0}-\u{ff}\u{fff0}-\u{ffff}\u{10000}\\\\\"]{0,40}") {
            let json = serde_json::json!({ "a": value, value.clone(): [value.clone()] }).to_string();
            let sent = sqs_text(&json);
            prop_assert!(sent.chars().all(is_legal));
            let (before, after): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(&json).unwrap(), serde_json::from_str(&sent).unwrap());
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn a_body_that_is_legal_is_not_copied() {
        assert!(matches!(sqs_text("{\"a\": \"\u{feff}\u{7f}ä\"}\r\n"), Cow::Borrowed(_)));
    }
}
