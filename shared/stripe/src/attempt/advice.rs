//! What a declined customer is told to do, and whether another method of theirs may be tried without asking them.
//!
//! What looks like fraud looks like any other refusal of a bank: who holds a stolen card must not learn that this is known.
//!
//! Sources: <https://docs.stripe.com/declines/codes>, <https://docs.stripe.com/error-codes>, `advice_code` of
//! <https://docs.stripe.com/api/charges/object>.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a customer may do. It tells nothing of the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// The same once more, now or later.
    TryAgain,
    /// Other data, another card, another way to pay.
    OtherCard,
    /// Their bank knows why; meanwhile another way to pay.
    ContactBank,
    /// Not this card again: another way to pay.
    DoNotRetry,
}

/// Reasons of which a customer must not learn, at a card's network or at Stripe itself.
const HIDDEN: [&str; 9] = [
    "fraudulent",
    "highest_risk_level",
    "elevated_risk_level",
    "lost_card",
    "merchant_blacklist",
    "pickup_card",
    "restricted_card",
    "rule",
    "stolen_card",
];
/// Reasons that are about the payment or the customer's will, and not about one card: another would be charged against it.
const NOT_THE_CARD: [&str; 4] = [
    "duplicate_transaction",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stop_payment_order",
];
/// Passing troubles, and what the customer settles by trying once more.
const PASSING: [&str; 13] = [
    "approve_with_id",
    "authentication_not_handled",
    "authentication_required",
    "card_velocity_exceeded",
    "insufficient_funds",
    "issuer_not_available",
    "offline_pin_required",
    "online_or_offline_pin_required",
    "payment_intent_authentication_failure",
    "processing_error",
    "reenter_transaction",
    "try_again_later",
    "withdrawal_count_limit_exceeded",
];
/// Wrong data, and cards that cannot pay this.
const OF_THE_CARD: [&str; 22] = [
    "account_closed",
    "bank_account_restricted",
    "card_not_supported",
    "currency_not_supported",
    "expired_card",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_pin",
    "incorrect_zip",
    "invalid_account",
    "invalid_amount",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "invalid_pin",
    "new_account_information_available",
    "not_permitted",
    "service_not_allowed",
    "testmode_decline",
    "transaction_not_allowed",
];

/// Why an attempt failed, as far as it decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// The decline code, else the error's.
    pub(super) code: String,
    /// What the card's network or Stripe advises.
    pub(super) advice_code: Option<String>,
    /// Stripe's own rules stopped it.
    pub(super) is_blocked: bool,
}

impl Reason {
    fn is_hidden(&self) -> bool {
        self.is_blocked || HIDDEN.contains(&self.code.as_str())
    }

    /// What the customer may do. A reason that is not known is like one that a bank keeps to itself.
    pub(super) fn advice(&self) -> Advice {
        if self.is_hidden() {
            return Advice::ContactBank;
        }
        let code = self.code.as_str();
        match self.advice_code.as_deref() {
            Some("try_again_later") => Advice::TryAgain,
            Some("confirm_card_data") => Advice::OtherCard,
            Some("do_not_try_again") => Advice::DoNotRetry,
            _ if NOT_THE_CARD.contains(&code) => Advice::DoNotRetry,
            _ if PASSING.contains(&code) => Advice::TryAgain,
            _ if OF_THE_CARD.contains(&code) => Advice::OtherCard,
            _ => Advice::ContactBank,
        }
    }

    /// Whether another saved method may be charged without asking: not for whoever may be a stranger, and not for a customer
    /// who wants no payment.
    pub(super) fn allows_another_method(&self) -> bool {
        !self.is_hidden() && !NOT_THE_CARD.contains(&self.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str, advice_code: Option<&str>) -> Reason {
        Reason { code: code.to_owned(), advice_code: advice_code.map(str::to_owned), is_blocked: false }
    }

    #[test]
    fn fraud_looks_like_a_decline_of_which_nothing_is_known() {
        let generic = reason("generic_decline", None).advice();
        assert_eq!(generic, Advice::ContactBank);
        for code in HIDDEN {
            // The network's advice would tell it.
            for advice_code in [None, Some("do_not_try_again"), Some("try_again_later"), Some("new_word")] {
                let hidden = reason(code, advice_code);
                assert_eq!((hidden.advice(), hidden.allows_another_method()), (generic, false), "{code}");
            }
        }
        for code in ["insufficient_funds", "expired_card", "a_word_of_tomorrow"] {
            let blocked = Reason { is_blocked: true, ..reason(code, Some("do_not_try_again")) };
            assert_eq!((blocked.advice(), blocked.allows_another_method()), (generic, false), "{code}");
        }
    }

    #[test]
    fn each_reason_has_its_advice() {
        for (code, advice_code, advice, other) in [
            ("insufficient_funds", None, Advice::TryAgain, true),
            ("authentication_required", None, Advice::TryAgain, true),
            ("expired_card", None, Advice::OtherCard, true),
            ("incorrect_cvc", Some("confirm_card_data"), Advice::OtherCard, true),
            ("do_not_honor", None, Advice::ContactBank, true),
            ("do_not_honor", Some("do_not_try_again"), Advice::DoNotRetry, true),
            ("do_not_honor", Some("try_again_later"), Advice::TryAgain, true),
            ("stop_payment_order", None, Advice::DoNotRetry, false),
            ("duplicate_transaction", Some("try_again_later"), Advice::TryAgain, false),
            ("a_word_of_tomorrow", None, Advice::ContactBank, true),
            ("", None, Advice::ContactBank, true),
        ] {
            let reason = reason(code, advice_code);
            assert_eq!((reason.advice(), reason.allows_another_method()), (advice, other), "{code}");
        }
    }

    #[test]
    fn no_reason_is_in_two_lists() {
        let mut all: Vec<&str> =
            [&HIDDEN[..], &NOT_THE_CARD, &PASSING, &OF_THE_CARD].into_iter().flatten().copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
