//! Names of secrets.

use canonical::PairId;

/// Which credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// `{"api_key": "rk_…"}`; with `previous_api_key` while rotating.
    Stripe,
    /// `{"signing_secrets": ["whsec_…"]}`; two while rotating.
    StripeWebhook,
    /// `{"consumer_key","consumer_secret","access_token","access_token_secret"}`; with those of another integration as
    /// `previous` while rotating.
    Magento,
    /// `{"signing_secrets": ["<verification token>"]}`; two while rotating.
    MagentoWebhook,
    /// `{"token": "…"}`; with `previous_token` while rotating.
    Erp,
    /// `{"token": "…"}`; with `previous_token` while rotating.
    Wms,
    /// `{"signing_secrets": ["whsec_<base64>"]}`; two while rotating.
    WmsWebhook,
}

impl SecretKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Stripe,
        Self::StripeWebhook,
        Self::Magento,
        Self::MagentoWebhook,
        Self::Erp,
        Self::Wms,
        Self::WmsWebhook,
    ];

    /// The last part of the secret's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::StripeWebhook => "stripe-webhook",
            Self::Magento => "magento",
            Self::MagentoWebhook => "magento-webhook",
            Self::Erp => "erp",
            Self::Wms => "wms",
            Self::WmsWebhook => "wms-webhook",
        }
    }
}

impl SecretKind {
    /// What it holds, as it is stored; `…` is the secret.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Stripe => r#"{"api_key":"rk_…"}"#,
            Self::StripeWebhook | Self::WmsWebhook => r#"{"signing_secrets":["whsec_…"]}"#,
            Self::Magento => {
                r#"{"consumer_key":"…","consumer_secret":"…","access_token":"…","access_token_secret":"…"}"#
            }
            Self::MagentoWebhook => r#"{"signing_secrets":["…"]}"#,
            Self::Erp | Self::Wms => r#"{"token":"…"}"#,
        }
    }
}

/// The name of a secret in Secrets Manager: `tillbridge/<stage>/<pair>/<kind>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName(String);

impl SecretName {
    /// The name for a stage, pair and kind.
    #[must_use]
    pub fn new(stage: &str, pair: &PairId, kind: SecretKind) -> Self {
        Self(format!("tillbridge/{stage}/{pair}/{}", kind.as_str()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
