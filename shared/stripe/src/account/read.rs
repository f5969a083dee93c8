//! `stripe.account.read`: whether the key works and belongs to the pair's account. For `tillbridge check`.
//!
//! Source: <https://docs.stripe.com/api/accounts/retrieve> (without an id: the key's own account).

use canonical::StripeAccount;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "stripe.account.read";

/// Nothing need be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// The account that the key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Its id: the pair's.
    pub account: StripeAccount,
    /// Two-letter code.
    pub country: Option<String>,
    /// Settlement currency, where there is one only, lower case.
    pub default_currency: Option<String>,
    /// Whether it may charge.
    pub charges_enabled: Option<bool>,
    /// Whether it is paid out.
    pub payouts_enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    country: Option<String>,
    default_currency: Option<String>,
    charges_enabled: Option<bool>,
    payouts_enabled: Option<bool>,
}

/// Reads the key's own account and compares it with the pair's.
///
/// # Errors
/// [`Error::WrongAccount`], else as Stripe answers.
pub async fn run(client: Client, _input: Input) -> Result<Output, Error> {
    let account = client.get::<Account>(NAME, "/v1/account", &[], None).await?.object;
    let expected = &client.settings().account;
    if account.id != expected.as_str() {
        let actual = canonical::redact(&account.id, 60);
        return Err(Error::WrongAccount { expected: expected.to_string(), actual });
    }
    Ok(Output {
        account: expected.clone(),
        country: account.country,
        default_currency: account.default_currency,
        charges_enabled: account.charges_enabled,
        payouts_enabled: account.payouts_enabled,
    })
}
