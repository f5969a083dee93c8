//! Who may ask, for what, and in which version.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use super::error::Refusal;
use crate::StripeSettings;
use crate::reply::Incoming;
use crate::settings::Key;

/// 401 where the key is missing or unknown. Stripe sends neither `Request-Id` nor `Stripe-Version` with it.
pub(crate) fn check_key(settings: &StripeSettings, incoming: &Incoming) -> Result<(), Refusal> {
    let Some(given) = given_key(incoming) else {
        let message = "You did not provide an API key. You need to provide your API key in the Authorization \
                       header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
        return Err(Refusal::invalid("", None, message).status(401));
    };
    if find_key(settings, &given).is_some() {
        Ok(())
    } else {
        Err(Refusal::invalid("", None, format!("Invalid API Key provided: {}", masked(&given))).status(401))
    }
}

/// The version must be named, the account must be ours, the body must be a form.
pub(crate) fn check_headers(settings: &StripeSettings, incoming: &Incoming) -> Result<(), Refusal> {
    if incoming.header("stripe-version").is_none_or(str::is_empty) {
        let message = "The sandbox takes no request without a Stripe-Version header: the account's default \
                       version would decide in its place.";
        return Err(Refusal::invalid("", None, message));
    }
    if incoming.header("stripe-account").is_some_and(|account| account != settings.account) {
        let message = "The provided key does not have access to that account (or that account does not exist). \
                       Application access may have been revoked.";
        return Err(Refusal::invalid("account_invalid", None, message).status(403));
    }
    let form = incoming
        .header("content-type")
        .is_none_or(|content_type| content_type.starts_with("application/x-www-form-urlencoded"));
    if incoming.method == Method::POST && !incoming.body.is_empty() && !form {
        let message = "Invalid request (check that your POST content type is application/x-www-form-urlencoded). \
                       If you have any questions, we can help at https://support.stripe.com/.";
        return Err(Refusal::invalid("", None, message));
    }
    Ok(())
}

/// 403 where a restricted key lacks the right.
pub(crate) fn check_right(
    settings: &StripeSettings,
    incoming: &Incoming,
    path: &[&str],
) -> Result<(), Refusal> {
    let Some(key) = given_key(incoming).and_then(|given| find_key(settings, &given)) else { return Ok(()) };
    let noun = match path.get(1).copied().unwrap_or_default() {
        "balance_transactions" | "balance" => "balance",
        "account" => "accounts_kyc_basic",
        plural => plural.strip_suffix('s').unwrap_or(plural),
    };
    let verb = if incoming.method == Method::GET { "read" } else { "write" };
    let right = format!("rak_{noun}_{verb}");
    if !key.denied.contains(&right) {
        return Ok(());
    }
    let message = format!(
        "The provided key '{}' does not have the required permissions for this endpoint on account '{}'. Having \
         the '{right}' permission would allow this request to continue.",
        masked(&key.secret),
        settings.account
    );
    Err(Refusal::invalid("", None, message).status(403))
}

fn given_key(incoming: &Incoming) -> Option<String> {
    let header = incoming.header("authorization")?;
    let (scheme, value) = header.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(value.to_owned()),
        "basic" => {
            let decoded = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
            Some(decoded.split_once(':').map_or(decoded.clone(), |(user, _)| user.to_owned()))
        }
        _ => None,
    }
}

fn find_key<'a>(settings: &'a StripeSettings, given: &str) -> Option<&'a Key> {
    settings.keys.iter().find(|key| bool::from(key.secret.as_bytes().ct_eq(given.as_bytes())))
}

/// A part of the key is echoed, as Stripe does: callers must redact it.
fn masked(key: &str) -> String {
    let head: String = key.chars().take(8).collect();
    let tail: String = key.chars().skip(key.chars().count().saturating_sub(4).max(8)).collect();
    format!("{head}{}{tail}", "*".repeat(12))
}
