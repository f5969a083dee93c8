//! Who calls: OAuth 1.0a with HMAC-SHA256, bearer where it is switched on, else a guest.
//!
//! Source: `lib/internal/Magento/Framework/Oauth/{Oauth,Helper/Request}.php` of magento/magento2.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;
use sha2::Sha256;

use crate::magento::refusal::Refusal;
use crate::magento::shop::Shop;
use crate::magento::{Magento, MagentoSettings};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// How far ahead a timestamp may be, seconds; old ones are taken.
const AHEAD_S_MAX: i64 = 600;

/// One request, as signatures see it.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// Below the public base URL, with its leading slash, encoded.
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    pub(super) authorization: &'a str,
    /// What a refusal names.
    pub(super) resource: &'a str,
}

impl Magento {
    /// Lets a caller in, or says why not.
    pub(super) fn admit(&self, asked: &Asked<'_>) -> Result<(), Refusal> {
        let (settings, switches) = (&self.settings, self.switches());
        if let Some(parameters) = asked.authorization.strip_prefix("OAuth ") {
            oauth(settings, &self.public_base_url, &mut self.lock(), asked, parameters)?;
            return permit(&switches.denied, asked.resource);
        }
        let bearer = asked.authorization.strip_prefix("Bearer ");
        if switches.bearer_allowed && bearer == Some(settings.access_token.as_str()) {
            return permit(&switches.denied, asked.resource);
        }
        // Whatever is wrong with a bearer token is swallowed: the call runs as a guest.
        Err(not_authorized(asked.resource))
    }
}

fn permit(denied: &[String], resource: &str) -> Result<(), Refusal> {
    if denied.iter().any(|right| right == resource) { Err(not_authorized(resource)) } else { Ok(()) }
}

fn not_authorized(resource: &str) -> Refusal {
    let text = "The consumer isn't authorized to access %resources.";
    Refusal::new(401, text).with(json!({ "resources": resource }))
}

fn oauth(
    settings: &MagentoSettings,
    base_url: &str,
    shop: &mut Shop,
    asked: &Asked<'_>,
    header: &str,
) -> Result<(), Refusal> {
    let given: BTreeMap<String, String> = header
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| {
            (name.to_owned(), percent_decode_str(value.trim_matches('"')).decode_utf8_lossy().into_owned())
        })
        .collect();
    let value =
        |name: &str| given.get(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::required(name));
    let (nonce, timestamp) = (value("oauth_nonce")?, value("oauth_timestamp")?);
    let (consumer, token) = (value("oauth_consumer_key")?, value("oauth_token")?);
    let signature = value("oauth_signature")?;
    if value("oauth_signature_method")? != "HMAC-SHA256" {
        return Err(Refusal::new(400, "Signature method %1 is not supported")
            .with(json!([given["oauth_signature_method"]])));
    }
    for (token, length) in [(consumer, 32), (token, 32)] {
        if token.len() != length {
            let text = "The token length is invalid. Check the length and try again.";
            return Err(Refusal::new(400, text));
        }
    }
    if *consumer != settings.consumer_key || *token != settings.access_token {
        return Err(Refusal::new(401, "A consumer having the specified key does not exist"));
    }
    let ahead = timestamp.parse::<i64>().unwrap_or(0) - crate::clock::now().as_second();
    if timestamp.parse::<i64>().unwrap_or(0) <= 0 || ahead > AHEAD_S_MAX {
        return Err(Refusal::new(401, "An error occurred validating the nonce"));
    }
    if !shop.nonces.insert(nonce.clone()) {
        let text = "The nonce is already being used by the consumer with ID %1";
        return Err(Refusal::new(401, text).with(json!(["1"])));
    }
    // The nonce is spent before the signature is looked at.
    if signed(settings, base_url, asked, &given) == *signature {
        Ok(())
    } else {
        Err(Refusal::new(401, "The signature is invalid. Verify and try again."))
    }
}

fn signed(
    settings: &MagentoSettings,
    base_url: &str,
    asked: &Asked<'_>,
    given: &BTreeMap<String, String>,
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let own = given.iter().filter(|(name, _)| name.as_str() != "oauth_signature" && name.as_str() != "realm");
    let mut pairs: Vec<(String, String)> = own
        .chain(asked.query.iter().map(|(name, value)| (name, value)))
        .map(|(n, v)| (encode(n), encode(v)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{}{}", base_url, asked.path);
    let base = format!("{}&{}&{}", asked.method, encode(&url), encode(&pairs.join("&")));
    let key = format!("{}&{}", encode(&settings.consumer_secret), encode(&settings.access_token_secret));
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(base.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
