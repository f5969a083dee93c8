//! Signatures: every way to refuse, and that nothing else is let through.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use stripe::webhook::{SignatureError, sign, verify};

const BODY: &[u8] = "{\n  \"id\": \"evt_1\", \"näme\": \"\\u00e9\"\r\n}".as_bytes();

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn check(header: Option<&str>) -> Result<(), SignatureError> {
    verify(&[secret("whsec_current"), secret("whsec_other")], header, BODY, now())
}

fn v1(name: &str) -> String {
    sign(&secret(name), BODY, now()).split_once(",v1=").unwrap().1.to_owned()
}

#[test]
fn the_form_of_the_header() {
    let good = v1("whsec_current");
    let cases: &[(&str, Result<(), SignatureError>)] = &[
        (&format!("t=1700000000,v1={good}"), Ok(())),
        (&format!("v1={good},t=1700000000"), Ok(())),
        (&format!("t=1700000000,v0=abc,v1={good},v9={good}"), Ok(())),
        (&format!("t=1700000000,v1={},v1={good}", v1("whsec_gone")), Ok(())),
        (&format!("t=1700000000,v1=xyz,v1=,v1={good}"), Ok(())),
        (&format!("t=1700000000,v1={}", v1("whsec_other")), Ok(())),
        (&format!("t=1700000000,v1={}", v1("whsec_gone")), Err(SignatureError::Mismatch)),
        (&format!("t=1700000000,v1={}", good.to_uppercase()), Err(SignatureError::Mismatch)),
        (&format!("t=1700000000,v1={}", &good[..62]), Err(SignatureError::Mismatch)),
        (&format!("t=1700000001,v1={good}"), Err(SignatureError::Mismatch)),
        (&format!("t=01700000000,v1={good}"), Err(SignatureError::Mismatch)),
        (&format!("t=1700000000,v0={good}"), Err(SignatureError::Malformed)),
        (&format!("t=1700000000,t=1700000000,v1={good}"), Err(SignatureError::Malformed)),
        (&format!("v1={good}"), Err(SignatureError::Malformed)),
        (&format!("t=,v1={good}"), Err(SignatureError::Malformed)),
        (&format!("t=+1700000000,v1={good}"), Err(SignatureError::Malformed)),
        (&format!("t=1700000000.0,v1={good}"), Err(SignatureError::Malformed)),
        (&format!("t=17000000000000000000000,v1={good}"), Err(SignatureError::Malformed)),
        ("t=1700000000", Err(SignatureError::Malformed)),
        ("", Err(SignatureError::Malformed)),
        ("nonsense", Err(SignatureError::Malformed)),
    ];
    for (header, expected) in cases {
        assert_eq!(check(Some(header)), *expected, "{header}");
    }
    assert_eq!(check(None), Err(SignatureError::Missing));
}

#[test]
fn a_signature_known_from_elsewhere() {
    // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_known
    let header = "t=1700000000,v1=68a37d422c7a8b96c533eaf81281025cd110ae84fcf96e4f0307b1bad5f2a1cd";
    assert_eq!(verify(&[secret("whsec_known")], Some(header), br#"{"id":"evt_1"}"#, now()), Ok(()));
}

#[test]
fn time_is_checked_on_both_sides() {
    for (seconds, expected) in [
        (-301, Err(SignatureError::Stale)),
        (-300, Ok(())),
        (300, Ok(())),
        (301, Err(SignatureError::Future)),
    ] {
        let at = now() + SignedDuration::from_secs(seconds);
        let header = sign(&secret("whsec_current"), BODY, at);
        assert_eq!(check(Some(&header)), expected, "{seconds}");
    }
}

#[test]
fn empty_and_surplus_secrets_do_not_count() {
    let with_empty = sign(&secret(""), BODY, now());
    assert_eq!(verify(&[secret("")], Some(&with_empty), BODY, now()), Err(SignatureError::NoSecret));
    assert_eq!(verify(&[], Some(&with_empty), BODY, now()), Err(SignatureError::NoSecret));
    let third = sign(&secret("c"), BODY, now());
    let secrets = [secret("a"), secret("b"), secret("c")];
    assert_eq!(verify(&secrets, Some(&third), BODY, now()), Err(SignatureError::Mismatch));
}

proptest! {
    #[test]
    fn any_header_and_body_are_refused_without_the_secret(header in ".{0,200}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify(&[secret("whsec_x")], Some(&header), &body, now()).is_err());
    }

    #[test]
    fn headers_of_the_right_shape_are_refused_without_the_secret(
        t in 1_699_999_000_i64..1_700_001_000,
        digests in proptest::collection::vec("[0-9a-f]{64}", 0..12),
    ) {
        let parts: String = digests.iter().map(|digest| format!(",v1={digest}")).collect();
        let header = format!("t={t}{parts}");
        prop_assert!(verify(&[secret("whsec_x")], Some(&header), BODY, now()).is_err());
    }

    #[test]
    fn any_changed_bit_of_the_body_is_refused(body in proptest::collection::vec(any::<u8>(), 1..300), place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let secret = secret("whsec_x");
        let header = sign(&secret, &body, now());
        prop_assert_eq!(verify(std::slice::from_ref(&secret), Some(&header), &body, now()), Ok(()));
        let mut changed = body.clone();
        changed[place.index(body.len())] ^= 1 << bit;
        prop_assert!(verify(&[secret], Some(&header), &changed, now()).is_err());
    }

    #[test]
    fn any_changed_character_of_the_header_is_refused(place in any::<prop::sample::Index>(), to in "[ -~]") {
        let secret = secret("whsec_x");
        let header = sign(&secret, BODY, now());
        let mut changed = header.clone();
        let at = place.index(header.len());
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != header);
        prop_assert!(verify(&[secret], Some(&changed), BODY, now()).is_err());
    }
}
