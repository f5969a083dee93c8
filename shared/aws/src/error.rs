//! What AWS can answer, by what the engine does about it.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use canonical::redact;
use flow::Class;

/// A fault of an AWS service, or of the package that a function was started from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A queue cannot be found.
    #[error("queue {name}: {message}")]
    Queue {
        /// Its name.
        name: String,
        /// The class.
        class: Class,
        /// What happened and what to do.
        message: String,
    },
    /// The environment file is not in the function's package.
    #[error(
        "{path} cannot be read ({problem}); is the stage right, and was the function built with `cargo xtask build`?"
    )]
    NoEnvironment {
        /// The file.
        path: String,
        /// What the system said.
        problem: String,
    },
    /// The environment file has mistakes.
    #[error(transparent)]
    Environment(#[from] environment::Error),
}

impl Error {
    /// What the engine does about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Queue { class, .. } => *class,
            Self::NoEnvironment { .. } | Self::Environment(_) => Class::Validation,
        }
    }
}

/// Characters of an AWS message that are kept.
const MESSAGE_MAX: usize = 300;

/// The class and a sentence for an SDK error. `what` names the thing, for the operator.
pub(crate) fn classify<E: ProvideErrorMetadata + std::error::Error + 'static>(
    what: &str,
    error: &SdkError<E, HttpResponse>,
) -> (Class, String) {
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("unknown");
            let said = redact(context.err().message().unwrap_or_default(), MESSAGE_MAX);
            (class_of(code, context.raw().status().as_u16()), format!("{what}: {code} {said}"))
        }
        SdkError::ConstructionFailure(_) => {
            (Class::Validation, format!("{what}: the request cannot be built ({})", root(error)))
        }
        _ => (Class::Transient, format!("{what}: AWS did not answer ({})", root(error))),
    }
}

/// What lies at the bottom: a refused connection, a name without an address, credentials that nobody has.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    redact(&cause.to_string(), MESSAGE_MAX)
}

/// The class of a service's error code.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
fn class_of(code: &str, status: u16) -> Class {
    match code {
        "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "LimitExceededException" => Class::Throttled,
        "AccessDeniedException"
        | "AccessDenied"
        | "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "InvalidSignatureException"
        | "KMSAccessDeniedException"
        | "KmsAccessDenied" => Class::Auth,
        "ResourceNotFoundException" | "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => {
            Class::NotFound
        }
        "TransactionInProgressException" | "TransactionConflictException" => Class::Transient,
        _ if status >= 500 => Class::Transient,
        _ => Class::Validation,
    }
}
