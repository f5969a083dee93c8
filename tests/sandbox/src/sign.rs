//! Signatures of outgoing webhooks, as the senders make them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A secret that is none.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSecret;

impl std::fmt::Display for BadSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a webhook secret is `whsec_` and base64")
    }
}

impl std::error::Error for BadSecret {}

/// The `Stripe-Signature` header: `t=<seconds>,v1=<hex>`. The key is the whole secret as text, its `whsec_` included
/// (docs.stripe.com/webhooks, "Verify webhook signatures manually").
#[must_use]
pub fn sign_stripe(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let mut text = format!("{timestamp}.").into_bytes();
    text.extend_from_slice(body);
    format!("t={timestamp},v1={}", hex::encode(hmac_sha256(secret.as_bytes(), &text)))
}

/// The `webhook-signature` header of Standard Webhooks: `v1,<base64>` over `id.timestamp.body`. The secret is
/// `whsec_<base64>`; what is signed with is the decoded part (standardwebhooks.com, "Symmetric signatures").
///
/// # Errors
/// [`BadSecret`] where it has not that form.
pub fn sign_webhook(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok()).ok_or(BadSecret)?;
    let mut text = format!("{id}.{timestamp}.").into_bytes();
    text.extend_from_slice(body);
    Ok(format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &text))))
}

/// The `x-magento-signature` header of the module aligent/magento-async-events: lower-case hex over the body alone, with the
/// subscription's verification token (`Service/AsyncEvent/HttpNotifier.php` there).
#[must_use]
pub fn sign_magento(token: &str, body: &[u8]) -> String {
    hex::encode(hmac_sha256(token.as_bytes(), body))
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length; the error of `new_from_slice` cannot happen for it.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(text);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_standard_webhooks() {
        let body = br#"{"test": 2432232314}"#;
        let signature = sign_webhook(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            body,
        );
        assert_eq!(signature.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert_eq!(sign_webhook("nothing", "m", 1, body), Err(BadSecret));
    }

    #[test]
    fn magento_signs_the_body_alone() {
        // `printf x | openssl dgst -sha256 -hmac token`
        assert_eq!(
            sign_magento("token", b"x"),
            "eb5cde3446ab84d891ed19762e430fc5681e893f479ed945fb1c2e50f4624451"
        );
    }

    #[test]
    fn stripe_signs_with_the_secret_as_text() {
        // `printf '1.x' | openssl dgst -sha256 -hmac whsec_a`
        assert_eq!(
            sign_stripe("whsec_a", 1, b"x"),
            "t=1,v1=06b7434ab5e3d1ce4be5c1b43e8d91c1c0a9fbeb0a1bfac56425d7b13fce8740"
        );
    }
}
