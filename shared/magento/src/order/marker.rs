//! Our markers in comments: `tb:<account>:<kind>:<id>`, each a word of its own. Staff may write beside them.

/// The words of texts.
pub(super) fn words<'a>(texts: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || "[](),;".contains(c)))
}

/// The ids in the markers of a kind, of whichever account.
pub(super) fn ids<'a>(
    texts: impl Iterator<Item = &'a str>,
    kind: &'static str,
) -> impl Iterator<Item = &'a str> {
    words(texts).filter_map(move |word| {
        let (_, rest) = word.strip_prefix("tb:")?.split_once(':')?;
        rest.strip_prefix(kind)?.strip_prefix(':')
    })
}
