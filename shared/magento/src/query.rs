//! Queries: encoded once, in the way that Magento's signature check reads them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters stand for themselves, all else is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes as RFC 3986 says, which is what OAuth signs.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A query, in the order it was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
    groups: usize,
}

impl Query {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name and its value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a search filter; all filters must hold.
    #[must_use]
    pub fn filter(mut self, field: &str, condition: &str, value: &str) -> Self {
        let group = format!("searchCriteria[filter_groups][{}][filters][0]", self.groups);
        self.groups += 1;
        self.with(&format!("{group}[field]"), field)
            .with(&format!("{group}[value]"), value)
            .with(&format!("{group}[condition_type]"), condition)
    }

    /// Rows by this column, the lowest first.
    #[must_use]
    pub fn sorted(self, field: &str) -> Self {
        self.with("searchCriteria[sortOrders][0][field]", field)
            .with("searchCriteria[sortOrders][0][direction]", "ASC")
    }

    /// At most this many rows.
    #[must_use]
    pub fn page(self, size: u32) -> Self {
        self.with("searchCriteria[pageSize]", size.to_string()).with("searchCriteria[currentPage]", "1")
    }

    /// Names and values, as they are before encoding.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// `?…`, or nothing.
    #[must_use]
    pub fn encoded(&self) -> String {
        if self.pairs.is_empty() {
            return String::new();
        }
        let pairs: Vec<String> =
            self.pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        format!("?{}", pairs.join("&"))
    }
}
