//! What a pair does after an attempt to pay that failed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Mode;

/// Attempts after which an order may be given up: no more of them are counted.
const ATTEMPTS_MAX: u32 = 99;
/// Characters of a status's code.
///
/// Source: `Sales/etc/db_schema.xml` of magento/magento2.
const STATUS_CHARS_MAX: usize = 32;
/// Where the order's number goes.
const ORDER: &str = "{order}";

/// What follows an attempt to pay that failed. What is left out is as most merchants want it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentFailed {
    /// The code of the shop's status of such orders.
    pub status: String,
    /// Whether the shop has that status, assigned to the states of orders that wait for money. Nothing at Magento tells, so
    /// until somebody says so here orders keep the status that they have.
    pub status_confirmed: bool,
    /// What is tried next, without the customer.
    pub reattempt: Reattempt,
    /// After so many failed attempts the payment is closed at Stripe and the order cancelled; 0: never.
    pub cancel_after_attempts: u32,
    /// Where customers pay: `{order}` is the order's number; absent: the shop's own page of the order.
    pub pay_again_url: Option<String>,
}

impl Default for PaymentFailed {
    fn default() -> Self {
        Self {
            status: "payment_failed".to_owned(),
            status_confirmed: false,
            reattempt: Reattempt::None,
            cancel_after_attempts: 0,
            pay_again_url: None,
        }
    }
}

/// What is tried after a failed attempt, without the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reattempt {
    /// Nothing.
    #[default]
    None,
    /// Another method that the customer has saved, once: for merchants whose customers have agreed to that.
    SavedMethod,
}

impl PaymentFailed {
    /// What is wrong with it. `paid_status` is the status of paid orders.
    pub(crate) fn mistakes(&self, paid_status: &str, mode: Mode) -> Vec<String> {
        let mut mistakes = Vec::new();
        let status = self.status.as_str();
        let of_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let is_code = status.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && status.bytes().all(of_code)
            && status.len() <= STATUS_CHARS_MAX;
        if !is_code {
            let right = "write its code as Stores › Order Status shows it (payment_failed)";
            mistakes.push(format!("payment_failed.status: `{status}` is no status's code; {right}"));
        } else if status == paid_status {
            let right = "orders that are paid and that are not must differ";
            mistakes.push(format!("payment_failed.status: `{status}` is `magento.paid_status` too; {right}"));
        }
        if self.cancel_after_attempts > ATTEMPTS_MAX {
            let attempts = self.cancel_after_attempts;
            let problem = format!("{attempts} is not between 0 and {ATTEMPTS_MAX}");
            mistakes.push(format!("payment_failed.cancel_after_attempts: {problem}"));
        }
        mistakes.extend(self.pay_again_url.as_deref().and_then(|url| of_url(url, mode)));
        mistakes
    }
}

/// A link in a mail to customers.
fn of_url(text: &str, mode: Mode) -> Option<String> {
    let wrong = match Url::parse(&text.replace(ORDER, "1")) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() => {
            "is no web address"
        }
        Ok(url) if mode == Mode::Live && url.scheme() != "https" => "is not https, which live mode needs",
        Ok(url) if url.as_str().contains(['{', '}']) || url.as_str().contains("%7B") => {
            "has braces around something else than `{order}`"
        }
        Ok(_) => return None,
        Err(_) => "is no web address",
    };
    Some(format!("payment_failed.pay_again_url: `{text}` {wrong}"))
}
