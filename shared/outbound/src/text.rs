//! Foreign text as a log may show it.

use canonical::redact;

/// Tags stripped, blanks folded, cards, secrets and mail addresses masked, at most `chars_max` characters.
pub(crate) fn readable(text: &str, chars_max: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                plain.push(' ');
            }
            _ if !in_tag => plain.push(c),
            _ => {}
        }
    }
    redact(&plain.split_whitespace().collect::<Vec<_>>().join(" "), chars_max)
}
