//! Why a command was not carried out, by its exit code.

/// Why a command was not carried out. Whatever is no `Stop` is something that could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// It was asked for in a way that it cannot be done: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It was done, and found what is wrong, or nothing: exit code 1.
    #[error("{0}")]
    Problem(String),
}
