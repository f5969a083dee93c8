//! What is sent.

/// HTTP methods that the outside systems use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Creates or replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The word on the wire, which OAuth signs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) const fn to_reqwest(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

/// Whether a request that was sent may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing: without an answer it is simply repeated.
    Read,
    /// May have happened when no answer came.
    Write,
}

/// A request. Not `Debug`: its headers hold credentials.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query below the base URL, encoded, beginning with `/`.
    pub path_and_query: String,
    /// Headers; credentials among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body, as it is to be sent.
    pub body: Option<Vec<u8>>,
    /// Whether it may change something.
    pub effect: Effect,
    /// What it is for, as errors name it: `read order 41`.
    pub action: String,
}
