//! OAuth 1.0a with HMAC-SHA256, as Magento checks it.
//!
//! Source: `lib/internal/Magento/Framework/Oauth/{Oauth,Helper/Request}.php` of magento/magento2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use crate::Error;
use crate::query::{Query, encode};

/// The four values of an integration.
#[derive(Clone)]
pub struct Keys {
    /// Names the integration.
    pub consumer_key: SecretString,
    /// Signs, with the next but one.
    pub consumer_secret: SecretString,
    /// Names the access.
    pub access_token: SecretString,
    /// Signs.
    pub access_token_secret: SecretString,
}

/// The `Authorization` header of a request. `url` is as PHP sees it, without query; JSON bodies are not signed. The
/// nonce must never have been used: Magento remembers it whatever the timestamp.
///
/// # Errors
/// The keys make no HMAC key (they always do).
pub fn authorization(
    keys: &Keys,
    method: &str,
    url: &Url,
    query: &Query,
    nonce: &str,
    timestamp: i64,
) -> Result<String, Error> {
    let timestamp = timestamp.to_string();
    let own = [
        ("oauth_consumer_key", keys.consumer_key.expose_secret()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", timestamp.as_str()),
        ("oauth_token", keys.access_token.expose_secret()),
        ("oauth_version", "1.0"),
    ];
    let asked = query.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut pairs: Vec<(String, String)> =
        own.iter().copied().chain(asked).map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let parameters: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = format!("{method}&{}&{}", encode(&base_url(url)), encode(&parameters.join("&")));
    let key = format!(
        "{}&{}",
        encode(keys.consumer_secret.expose_secret()),
        encode(keys.access_token_secret.expose_secret())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_| Error::Settings { problem: "its secrets make no signing key".to_owned() })?;
    mac.update(base.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut header: Vec<String> =
        own.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
    header.push(format!("oauth_signature=\"{}\"", encode(&signature)));
    Ok(format!("OAuth {}", header.join(",")))
}

/// Scheme, host and path; the default port is left out.
fn base_url(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            consumer_key: "ck".into(),
            consumer_secret: "cs".into(),
            access_token: "at".into(),
            access_token_secret: "as".into(),
        }
    }

    #[test]
    fn the_base_url_is_as_php_sees_it() {
        let of = |text: &str| base_url(&Url::parse(text).unwrap());
        assert_eq!(of("https://Shop.Example:443/rest/V1/orders?x=1"), "https://shop.example/rest/V1/orders");
        assert_eq!(
            of("http://127.0.0.1:4580/magento/rest/V1/orders"),
            "http://127.0.0.1:4580/magento/rest/V1/orders"
        );
    }

    #[test]
    fn a_signature_depends_on_all_that_is_signed() {
        let sign = |method: &str, url: &str, query: &Query, nonce: &str| {
            authorization(&keys(), method, &Url::parse(url).unwrap(), query, nonce, 1_700_000_000).unwrap()
        };
        let query = Query::new().filter("increment_id", "eq", "a=b&c");
        let one = sign("GET", "https://s.example/rest/V1/orders", &query, "n");
        assert_eq!(one, sign("GET", "https://s.example/rest/V1/orders", &query, "n"));
        assert_ne!(one, sign("POST", "https://s.example/rest/V1/orders", &query, "n"));
        assert_ne!(one, sign("GET", "https://s.example/rest/V1/order", &query, "n"));
        assert_ne!(one, sign("GET", "https://s.example/rest/V1/orders", &Query::new(), "n"));
        assert_ne!(one, sign("GET", "https://s.example/rest/V1/orders", &query, "m"));
        assert!(one.starts_with("OAuth oauth_consumer_key=\"ck\""));
    }
}
