//! Signs requests as an integration does (OAuth 1.0a, HMAC-SHA256), written after RFC 5849, sections 3.4 and 3.5.1.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sandbox::{MagentoSettings, Settings};
use sha2::Sha256;

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a request is signed with.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) nonce: String,
    pub(super) timestamp: i64,
    pub(super) token: String,
    pub(super) token_secret: String,
}

impl Signer {
    /// All right, with a nonce of its own.
    pub(super) fn new() -> Self {
        static NONCES: AtomicU64 = AtomicU64::new(1);
        let settings = MagentoSettings::default();
        Self {
            nonce: format!("nonce{}", NONCES.fetch_add(1, Ordering::Relaxed)),
            timestamp: Timestamp::now().as_second(),
            token: settings.access_token,
            token_secret: settings.access_token_secret,
        }
    }

    /// The `Authorization` header of a request; the path with its query, below the server's address.
    pub(super) fn header(&self, method: &str, path: &str) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let settings = MagentoSettings::default();
        let mut own = vec![
            ("oauth_consumer_key", settings.consumer_key.clone()),
            ("oauth_nonce", self.nonce.clone()),
            ("oauth_signature_method", "HMAC-SHA256".to_owned()),
            ("oauth_timestamp", self.timestamp.to_string()),
            ("oauth_token", self.token.clone()),
            ("oauth_version", "1.0".to_owned()),
        ];
        let mut pairs: Vec<(String, String)> =
            own.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            pairs.push((encode(&decode(name)), encode(&decode(value))));
        }
        pairs.sort();
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let url = format!("{}{path}", Settings::default().public_url);
        let base = format!("{method}&{}&{}", encode(&url), encode(&pairs.join("&")));
        let key = format!("{}&{}", encode(&settings.consumer_secret), encode(&self.token_secret));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(base.as_bytes());
        own.push(("oauth_signature", STANDARD.encode(mac.finalize().into_bytes())));
        let parts: Vec<String> =
            own.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        format!("OAuth {}", parts.join(","))
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
