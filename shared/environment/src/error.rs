//! What can be wrong with an environment file.

/// An environment file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The YAML does not have the form of an environment.
    #[error("infra/environments/{stage}.yaml: {message}")]
    Malformed {
        /// The stage that was wanted.
        stage: String,
        /// Line, place and what is wrong.
        message: String,
    },
    /// The values do not fit each other; every mistake is listed.
    #[error("infra/environments/{stage}.yaml has {} mistake(s): {}", mistakes.len(), mistakes.join("; "))]
    Invalid {
        /// The stage.
        stage: String,
        /// Each mistake: where, what, what would be right.
        mistakes: Vec<String>,
    },
}
