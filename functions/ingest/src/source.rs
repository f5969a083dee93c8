//! Who may send webhooks.

use environment::SecretKind;

/// A sender that has an endpoint: `/webhooks/<source>/<pair>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Stripe.
    Stripe,
}

impl Source {
    /// Every one.
    pub const ALL: [Self; 1] = [Self::Stripe];

    /// The name in the path, in triggers and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
        }
    }

    /// The source of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }

    /// Which secret its signatures are made with.
    #[must_use]
    pub const fn secret(self) -> SecretKind {
        match self {
            Self::Stripe => SecretKind::StripeWebhook,
        }
    }
}
