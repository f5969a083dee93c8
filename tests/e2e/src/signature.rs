//! Signatures of webhooks, made here from the vendors' own descriptions.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The value of `Stripe-Signature` for a body that is sent now.
///
/// # Errors
/// None that a working clock gives.
pub fn stripe(secret: &str, body: &[u8]) -> Result<String> {
    stripe_header(secret, now_s()?, body)
}

/// The value of `Stripe-Signature`: `t=<seconds>,v1=<hex>` over `<seconds>.<body>`, keyed with the whole secret as text.
///
/// Source: docs.stripe.com/webhooks, "Verify webhook signatures manually".
///
/// # Errors
/// None: HMAC takes a key of any length.
pub fn stripe_header(secret: &str, timestamp_s: u64, body: &[u8]) -> Result<String> {
    let mac = hmac_sha256(secret.as_bytes(), &[timestamp_s.to_string().as_bytes(), b".", body])?;
    Ok(format!("t={timestamp_s},v1={}", hex::encode(mac)))
}

/// The three headers of Standard Webhooks for a body that is sent now.
///
/// Source: standardwebhooks.com, "Symmetric signatures": base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the decoded
/// part of `whsec_<base64>`.
///
/// # Errors
/// The secret has another form.
pub fn standard_webhook(secret: &str, id: &str, body: &[u8]) -> Result<[(&'static str, String); 3]> {
    let encoded = secret.strip_prefix("whsec_").context("the secret does not start with whsec_")?;
    let key = STANDARD.decode(encoded).context("the secret is not base64")?;
    let timestamp = now_s()?.to_string();
    let mac = hmac_sha256(&key, &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])?;
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(mac))),
    ])
}

/// The time, in seconds since 1970.
///
/// # Errors
/// None that a working clock gives.
pub fn now_s() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripe_signs_with_the_secret_as_text() {
        // `printf '1.x' | openssl dgst -sha256 -hmac whsec_a`
        let expected = "t=1,v1=06b7434ab5e3d1ce4be5c1b43e8d91c1c0a9fbeb0a1bfac56425d7b13fce8740";
        assert_eq!(stripe_header("whsec_a", 1, b"x").unwrap(), expected);
    }
}
