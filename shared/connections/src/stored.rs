//! What each secret holds.

use environment::MagentoAuth;
use outbound::Live;
use secrecy::SecretString;
use serde::Deserialize;

/// `stripe`: a restricted key, and the other while they are rotated.
#[derive(Deserialize)]
pub struct StripeSecret {
    /// `rk_…`
    pub api_key: SecretString,
    /// The one before.
    #[serde(default)]
    pub previous_api_key: Option<SecretString>,
}

/// `stripe-webhook`, `magento-webhook`, `wms-webhook`: what webhooks are signed with.
#[derive(Deserialize)]
pub struct SigningSecret {
    /// One, or two while rotating.
    pub signing_secrets: Vec<SecretString>,
}

/// `magento`: the four values of an integration, and those of another while they are rotated.
#[derive(Deserialize)]
pub struct MagentoSecret {
    #[serde(flatten)]
    current: Integration,
    #[serde(default)]
    previous: Option<Integration>,
}

#[derive(Deserialize)]
struct Integration {
    consumer_key: SecretString,
    consumer_secret: SecretString,
    access_token: SecretString,
    access_token_secret: SecretString,
}

impl MagentoSecret {
    /// As OAuth wants them, and as the settings say that they are used.
    #[must_use]
    pub fn credentials(self, auth: MagentoAuth) -> Live<magento::Credentials> {
        let of = |integration: Integration| magento::Credentials::of(auth, integration.keys());
        Live::new(of(self.current), self.previous.map(of))
    }
}

impl Integration {
    fn keys(self) -> magento::Keys {
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
