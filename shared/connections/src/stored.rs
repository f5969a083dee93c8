//! What each secret holds.

use secrecy::SecretString;
use serde::Deserialize;

/// `stripe`: a restricted key.
#[derive(Deserialize)]
pub struct StripeSecret {
    /// `rk_…`
    pub api_key: SecretString,
}

/// `stripe-webhook`, `wms-webhook`: what webhooks are signed with.
#[derive(Deserialize)]
pub struct SigningSecret {
    /// One, or two while rotating.
    pub signing_secrets: Vec<SecretString>,
}

/// `magento`: the four values of an integration.
#[derive(Deserialize)]
pub struct MagentoSecret {
    consumer_key: SecretString,
    consumer_secret: SecretString,
    access_token: SecretString,
    access_token_secret: SecretString,
}

impl MagentoSecret {
    /// As OAuth wants them.
    #[must_use]
    pub fn keys(self) -> magento::Keys {
        magento::Keys {
            consumer_key: self.consumer_key,
            consumer_secret: self.consumer_secret,
            access_token: self.access_token,
            access_token_secret: self.access_token_secret,
        }
    }
}

/// `erp`, `wms`: a bearer token, and the other while they are rotated.
#[derive(Deserialize)]
pub struct TokenSecret {
    token: SecretString,
    #[serde(default)]
    previous_token: Option<SecretString>,
}

impl TokenSecret {
    /// The current one first.
    #[must_use]
    pub fn tokens(self) -> Vec<SecretString> {
        [Some(self.token), self.previous_token].into_iter().flatten().collect()
    }
}
