//! The faults and how they are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One way to go wrong. Written as text: `latency=250`, `error=503`, `error=429:lock_timeout`, `rate=5/s`,
/// `stale_read=2000`, and the bare names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fault {
    /// Waits before it does anything. The request is carried out even where the client has gone.
    Latency {
        /// For how long, milliseconds.
        ms: u64,
    },
    /// Refuses, and does nothing.
    Error {
        /// The HTTP status.
        status: u16,
        /// The system's own code, where it has several for one status.
        code: Option<String>,
    },
    /// Does it and never answers.
    CommitThenTimeout,
    /// Does it and answers 500.
    CommitThen500,
    /// Does it, sends the head of the answer and breaks the connection.
    DropAfterHeaders,
    /// Drops the connection and does nothing.
    Drop,
    /// The guard against a second document under one key is off, as when two writers race.
    DuplicateOnRace,
    /// Reads see what was.
    StaleRead {
        /// How long ago, milliseconds.
        ms: u64,
    },
    /// Answers 429 to what comes above it within one second.
    Rate {
        /// Requests per second that pass.
        per_second: u32,
    },
    /// Answers 502 with a page, and does nothing.
    HtmlBody,
    /// Answers 200 with a page, and does nothing.
    Html200,
}

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no fault; there are latency=MS, error=STATUS[:CODE], commit_then_timeout, commit_then_500, \
             drop_after_headers, drop, duplicate_on_race, stale_read=MS, rate=N/s, html_body, html_200",
            self.0
        )
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(text.to_owned());
        let (name, value) = text.trim().split_once('=').unwrap_or((text.trim(), ""));
        let number = |value: &str| value.parse::<u64>().map_err(|_| unknown());
        match (name, value) {
            ("commit_then_timeout", "") => Ok(Self::CommitThenTimeout),
            ("commit_then_500", "") => Ok(Self::CommitThen500),
            ("drop_after_headers", "") => Ok(Self::DropAfterHeaders),
            ("drop", "") => Ok(Self::Drop),
            ("duplicate_on_race", "") => Ok(Self::DuplicateOnRace),
            ("html_body", "") => Ok(Self::HtmlBody),
            ("html_200", "") => Ok(Self::Html200),
            ("latency", ms) => Ok(Self::Latency { ms: number(ms)? }),
            ("stale_read", ms) => Ok(Self::StaleRead { ms: number(ms)? }),
            ("rate", rate) => {
                let per_second = number(rate.strip_suffix("/s").unwrap_or(rate))?;
                Ok(Self::Rate { per_second: u32::try_from(per_second).map_err(|_| unknown())? })
            }
            ("error", value) => {
                let (status, code) =
                    value.split_once(':').map_or((value, None), |(s, c)| (s, Some(c.to_owned())));
                let status =
                    status.parse().ok().filter(|status| (400..600).contains(status)).ok_or_else(unknown)?;
                Ok(Self::Error { status, code })
            }
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency { ms } => write!(f, "latency={ms}"),
            Self::Error { status, code: None } => write!(f, "error={status}"),
            Self::Error { status, code: Some(code) } => write!(f, "error={status}:{code}"),
            Self::CommitThenTimeout => f.write_str("commit_then_timeout"),
            Self::CommitThen500 => f.write_str("commit_then_500"),
            Self::DropAfterHeaders => f.write_str("drop_after_headers"),
            Self::Drop => f.write_str("drop"),
            Self::DuplicateOnRace => f.write_str("duplicate_on_race"),
            Self::StaleRead { ms } => write!(f, "stale_read={ms}"),
            Self::Rate { per_second } => write!(f, "rate={per_second}/s"),
            Self::HtmlBody => f.write_str("html_body"),
            Self::Html200 => f.write_str("html_200"),
        }
    }
}

impl TryFrom<String> for Fault {
    type Error = UnknownFault;

    fn try_from(text: String) -> Result<Self, UnknownFault> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "latency=250",
            "error=503",
            "error=429:lock_timeout",
            "commit_then_timeout",
            "commit_then_500",
            "drop_after_headers",
            "drop",
            "duplicate_on_race",
            "stale_read=2000",
            "rate=5/s",
            "html_body",
            "html_200",
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "latency", "error=200", "error=abc", "drop=1", "nonsense"] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
