//! What can go wrong with Magento, by what the engine does about it.

use flow::{Class, Fault};
use jiff::SignedDuration;

use crate::refusal::Refusal;

/// A fault of a Magento action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no usable answer.
    #[error(transparent)]
    Outbound(#[from] outbound::Error),
    /// Magento refused.
    #[error("Magento refused to {action} ({status}): {message}")]
    Refused {
        /// What was tried.
        action: String,
        /// HTTP status.
        status: u16,
        /// What the engine does.
        class: Class,
        /// The reason in snake case.
        code: &'static str,
        /// What Magento said, redacted.
        message: String,
        /// Seconds to wait.
        retry_after_s: Option<i64>,
        /// Magento's id of the report in its log.
        report: Option<String>,
    },
    /// The integration lacks a right.
    #[error(
        "the Magento integration may not {action}: grant it `{resource}` (System › Integrations › API) and re-authorise it"
    )]
    PermissionMissing {
        /// What was tried.
        action: String,
        /// The resource, as the integration's form lists it.
        resource: String,
    },
    /// The order that the payment names is not there (yet).
    #[error("Magento has no order for {sought} (yet)")]
    OrderNotFound {
        /// What was looked for.
        sought: String,
    },
    /// Nothing ties the payment to this shop.
    #[error("charge {charge} names no order of this shop, and no order of this shop names it")]
    UnrelatedCharge {
        /// The charge.
        charge: String,
    },
    /// The payment names an order by its number, and the order was to be paid otherwise.
    #[error(
        "charge {charge} names order {order} by its number, and the order is paid by `{method}`: add that to \
         `magento.payment_methods`, or tag the payment in Stripe (`tb_pair`: the pair's name), then replay"
    )]
    OfAnotherMethod {
        /// The charge.
        charge: String,
        /// The order's number.
        order: String,
        /// The order's method, redacted.
        method: String,
    },
    /// The payment names more than one order.
    #[error("charge {charge} is for several orders ({orders}); settle it by hand")]
    SeveralOrders {
        /// The charge.
        charge: String,
        /// Their numbers.
        orders: String,
    },
    /// The order is in a state in which it cannot be paid.
    #[error("order {order} is {state}: {remedy}")]
    OrderState {
        /// Its number.
        order: String,
        /// Its state.
        state: &'static str,
        /// The reason in snake case.
        code: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The order cannot be translated.
    #[error("order {order} cannot be read: {problem}; correct it in Magento, then replay")]
    OrderUnusable {
        /// Its number.
        order: String,
        /// The reason in snake case.
        code: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// An order does not show what was meant, before a write or after it.
    #[error("order {order} is not as it should be: {problem}")]
    NotConverged {
        /// Its number.
        order: String,
        /// The reason in snake case.
        code: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// What a refund waits for is not there: the order's invoice, room for a credit memo, the memo of Stripe's own module.
    #[error("order {order} cannot be credited yet: {problem}")]
    NotYet {
        /// Its number.
        order: String,
        /// The reason in snake case.
        code: &'static str,
        /// What is missing.
        problem: String,
    },
    /// A write was answered, but not with what it is answered with.
    #[error("{source}; it may have happened")]
    Unreadable {
        /// What the answer was.
        source: outbound::Error,
    },
    /// A marker that makes no natural key.
    #[error("{problem}; correct the step's `with`")]
    MalformedKey {
        /// What is wrong with it.
        problem: String,
    },
    /// The pair's settings or secret make no client.
    #[error("the Magento connector cannot be used: {problem}")]
    Settings {
        /// What is wrong.
        problem: String,
    },
}

impl Error {
    /// What the engine does about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Outbound(error) => error.class(),
            Self::Refused { class, .. } => *class,
            Self::Unreadable { .. } => Class::UnknownOutcome,
            Self::PermissionMissing { .. } => Class::Permission,
            Self::OrderNotFound { .. } | Self::UnrelatedCharge { .. } | Self::NotYet { .. } => {
                Class::NotFound
            }
            Self::OfAnotherMethod { .. }
            | Self::SeveralOrders { .. }
            | Self::OrderState { .. }
            | Self::OrderUnusable { .. }
            | Self::NotConverged { .. }
            | Self::MalformedKey { .. } => Class::Validation,
            Self::Settings { .. } => Class::Auth,
        }
    }

    /// The reason in snake case, as `on_error` and a parked execution name it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Outbound(error) | Self::Unreadable { source: error } => error.code(),
            Self::Refused { code, .. }
            | Self::OrderState { code, .. }
            | Self::OrderUnusable { code, .. }
            | Self::NotConverged { code, .. }
            | Self::NotYet { code, .. } => code,
            Self::PermissionMissing { .. } => "permission_missing",
            Self::OrderNotFound { .. } => "order_not_found",
            Self::UnrelatedCharge { .. } => "unrelated_charge",
            Self::OfAnotherMethod { .. } => "order_of_another_method",
            Self::SeveralOrders { .. } => "several_orders",
            Self::MalformedKey { .. } => "malformed_key",
            Self::Settings { .. } => "settings",
        }
    }

    pub(crate) fn refused(action: &str, refusal: Refusal) -> Self {
        let Refusal { status, message, class, code, retry_after_s, report, .. } = refusal;
        Self::Refused { action: action.to_owned(), status, class, code, message, retry_after_s, report }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let mut fault = Self::new(error.class(), error.code(), error.to_string());
        if let Error::Refused { status, retry_after_s, report, .. } = error {
            fault.status = Some(status);
            fault.request_id = report;
            fault.retry_after = retry_after_s.map(SignedDuration::from_secs);
        }
        fault
    }
}
