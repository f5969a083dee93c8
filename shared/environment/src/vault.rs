//! Secrets: what they hold, and the port through which they are read.

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::SecretName;

/// Where secrets are kept: AWS Secrets Manager, and the simulation's.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// A secret, at most five minutes old.
    ///
    /// # Errors
    /// It is missing, or may not or cannot be read.
    async fn get(&self, name: &SecretName) -> Result<Secret, SecretError>;

    /// A secret whose value was just refused somewhere: read again, but at most twice a minute.
    ///
    /// # Errors
    /// It is missing, or may not or cannot be read.
    async fn refresh(&self, name: &SecretName) -> Result<Secret, SecretError>;
}

/// A secret's text with the id of its version. Not `Debug`.
#[derive(Clone)]
pub struct Secret {
    /// Another after each rotation: who holds an older one reads again.
    pub version: String,
    text: SecretString,
    name: SecretName,
}

/// A secret cannot be had. It never holds what the secret holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It is missing or cannot be read.
    #[error("secret {name}: {message}")]
    Unreadable {
        /// Its name.
        name: String,
        /// What follows from it.
        why: Unreadable,
        /// What happened and what to do.
        message: String,
    },
    /// It has not the fields that its system needs.
    #[error("secret {name} is not as it must be: {message}; store it again")]
    Malformed {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
    },
}

/// Why a secret cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is missing, or we may not read it: somebody must mend that.
    Refused,
    /// We ask too often.
    Throttled,
    /// No answer: asking again helps.
    Unavailable,
    /// The request is wrong (a fault of ours).
    Invalid,
}

impl SecretError {
    /// What follows from it.
    #[must_use]
    pub const fn why(&self) -> Unreadable {
        match self {
            Self::Unreadable { why, .. } => *why,
            Self::Malformed { .. } => Unreadable::Refused,
        }
    }
}

impl Unreadable {
    /// The class of fault that it is, as logs and tables name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "auth",
            Self::Throttled => "throttled",
            Self::Unavailable => "transient",
            Self::Invalid => "validation",
        }
    }
}

impl Secret {
    /// A secret as it was read.
    #[must_use]
    pub fn new(name: SecretName, version: impl Into<String>, text: SecretString) -> Self {
        Self { version: version.into(), text, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &SecretName {
        &self.name
    }

    /// The secret as its JSON says.
    ///
    /// # Errors
    /// A field is missing or of another form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, SecretError> {
        serde_json::from_str(self.text.expose_secret()).map_err(|error| {
            // serde's own text may quote the value; line and column do not.
            self.malformed(match error.classify() {
                serde_json::error::Category::Data => {
                    format!("a field is missing or wrong (column {})", error.column())
                }
                _ => "it is not JSON".to_owned(),
            })
        })
    }

    /// The error of a value that cannot be used. `message` must not quote it.
    #[must_use]
    pub fn malformed(&self, message: String) -> SecretError {
        SecretError::Malformed { name: self.name.as_str().to_owned(), message }
    }
}
