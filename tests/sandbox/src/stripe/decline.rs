//! Attempts that fail: the codes, what they say, and where they are written
//! (<https://docs.stripe.com/declines/codes>, <https://docs.stripe.com/error-codes>).

use serde_json::{Map, Value, json};

use super::books::{overlay, text};
use super::error::Refusal;

/// Decline codes that are error codes of their own; all others come as `card_declined`.
const OWN_CODES: [&str; 6] = [
    "authentication_required",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "invalid_cvc",
    "processing_error",
];
/// Codes that Radar gives: the card's network is not asked.
const BLOCKED: [&str; 2] = ["highest_risk_level", "merchant_blacklist"];

/// Why an attempt failed.
#[derive(Clone, Debug)]
pub(crate) struct Decline {
    decline_code: String,
    /// Whether it is a card's.
    is_card: bool,
}

impl Decline {
    /// By its decline code, and the method that was tried.
    pub(crate) fn new(decline_code: &str, method: &str) -> Self {
        Self { decline_code: decline_code.to_owned(), is_card: method == "card" }
    }

    fn code(&self) -> &str {
        match &*self.decline_code {
            own if OWN_CODES.contains(&own) => own,
            _ if self.is_card => "card_declined",
            _ => "payment_intent_payment_attempt_failed",
        }
    }

    fn message(&self) -> &'static str {
        match &*self.decline_code {
            _ if !self.is_card => "The payment failed.",
            "authentication_required" => "Your card was declined. This transaction requires authentication.",
            "expired_card" => "Your card has expired.",
            "incorrect_cvc" | "invalid_cvc" => "Your card's security code is incorrect.",
            "incorrect_number" => "Your card number is incorrect.",
            "insufficient_funds" => "Your card has insufficient funds.",
            "processing_error" => "An error occurred while processing your card. Try again in a little bit.",
            _ => "Your card was declined.",
        }
    }

    fn advice(&self) -> Option<&'static str> {
        match &*self.decline_code {
            "insufficient_funds" | "issuer_not_available" | "processing_error" | "try_again_later" => {
                Some("try_again_later")
            }
            "expired_card" | "incorrect_cvc" | "incorrect_number" | "invalid_cvc" => {
                Some("confirm_card_data")
            }
            "fraudulent" | "lost_card" | "pickup_card" | "restricted_card" | "stolen_card" => {
                Some("do_not_try_again")
            }
            _ => None,
        }
    }

    /// Writes it on the charge of the attempt.
    pub(crate) fn mark(&self, charge: &mut Value) {
        let is_blocked = BLOCKED.contains(&self.decline_code.as_str());
        let failed = json!({
            "amount_captured": 0,
            "captured": false,
            "failure_code": self.code(),
            "failure_message": self.message(),
            "outcome": {
                "advice_code": self.advice(),
                "network_status": if is_blocked { "not_sent_to_network" } else { "declined_by_network" },
                "reason": self.decline_code,
                "risk_level": if is_blocked { "highest" } else { "normal" },
                "seller_message": "The bank returned a decline code.",
                "type": if is_blocked { "blocked" } else { "issuer_declined" },
            },
            "paid": false,
            "receipt_url": null,
            "status": "failed",
        });
        overlay(charge, &failed);
    }

    /// What the intent says of it; also the error that the API answers.
    pub(crate) fn error(&self, charge: &str, method: &Value) -> Value {
        let mut error = json!({
            "charge": charge,
            "code": self.code(),
            "doc_url": format!("https://stripe.com/docs/error-codes/{}", self.code().replace('_', "-")),
            "message": self.message(),
            "payment_method": method,
            "type": if self.is_card { "card_error" } else { "invalid_request_error" },
        });
        if self.is_card {
            // Radar's own reasons are not told apart from fraud here.
            let is_blocked = BLOCKED.contains(&self.decline_code.as_str());
            error["decline_code"] = json!(if is_blocked { "fraudulent" } else { &self.decline_code });
        }
        if let Some(advice) = self.advice() {
            error["advice_code"] = json!(advice);
        }
        error
    }

    /// 402, with the intent as it has become.
    pub(crate) fn refusal(&self, error: &Value, intent: Value) -> Refusal {
        let mut refusal = Refusal::invalid(self.code(), None, self.message()).status(402);
        refusal.kind = if self.is_card { "card_error" } else { "invalid_request_error" };
        refusal.decline_code = error["decline_code"].as_str().map(Into::into);
        let mut more = Map::new();
        for name in ["advice_code", "charge", "payment_method"] {
            if let Some(value) = error.get(name) {
                more.insert(name.to_owned(), value.clone());
            }
        }
        more.insert("payment_intent".to_owned(), intent);
        refusal.more = Box::new(more);
        refusal
    }
}

/// 400 of an intent in the wrong state, with the intent.
pub(crate) fn unexpected_state(what: &str, intent: Value, allowed: &[&str]) -> Refusal {
    let message = format!(
        "This PaymentIntent {what} because it has a status of {}. Only a PaymentIntent with one of the following \
         statuses may be used so: {}.",
        text(&intent, "status"),
        allowed.join(", ")
    );
    let mut refusal = Refusal::invalid("payment_intent_unexpected_state", None, message);
    refusal.more.insert("payment_intent".to_owned(), intent);
    refusal
}
