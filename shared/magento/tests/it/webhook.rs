//! Who signed: the shop, with either of two tokens; nobody else. A body that comes again is the same event.

use magento::webhook::{Notice, NoticeError, SECRETS_MAX, SignatureError, verify};
use proptest::prelude::*;
use sandbox::{MAGENTO_VERIFICATION_TOKEN, sign_magento};
use secrecy::SecretString;

const BODY: &[u8] = br#"{"data":{"entity_id":41}}"#;
const OTHER: &str = "another-token";

fn check(tokens: &[&str], header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
    let tokens: Vec<SecretString> = tokens.iter().map(|token| SecretString::from(*token)).collect();
    verify(&tokens, header, body)
}

#[test]
fn the_shop_is_known_by_either_token() {
    let header = sign_magento(MAGENTO_VERIFICATION_TOKEN, BODY);
    for tokens in [
        &[MAGENTO_VERIFICATION_TOKEN][..],
        &[OTHER, MAGENTO_VERIFICATION_TOKEN][..],
        &["", MAGENTO_VERIFICATION_TOKEN][..],
    ] {
        assert_eq!(check(tokens, Some(&header), BODY), Ok(()));
    }
    assert_eq!(check(&[OTHER], Some(&header), BODY), Err(SignatureError::Mismatch));
    assert_eq!(SECRETS_MAX, 2);
    let three = [OTHER, OTHER, MAGENTO_VERIFICATION_TOKEN];
    assert_eq!(check(&three, Some(&header), BODY), Err(SignatureError::Mismatch));
}

#[test]
fn without_a_header_or_a_token_nobody_is_believed() {
    let unsigned = sign_magento("", BODY);
    assert_eq!(check(&[OTHER], None, BODY), Err(SignatureError::Missing));
    for tokens in [&[][..], &[""][..]] {
        assert_eq!(check(tokens, Some(&unsigned), BODY), Err(SignatureError::NoSecret));
    }
    for header in ["", "00", &unsigned[1..], &format!("{unsigned} "), &unsigned.to_ascii_uppercase()] {
        assert_eq!(check(&[OTHER], Some(header), BODY), Err(SignatureError::Malformed), "{header}");
    }
}

#[test]
fn a_notice_is_known_by_its_name_and_its_bytes() {
    let notice = |name, body| Notice::parse(name, body).unwrap();
    let first = notice(Some("sales.order.created"), r#"{"data":{}}"#);
    assert_eq!(first.event_type, "sales.order.created");
    assert_eq!(first, notice(Some("sales.order.created"), r#"{"data":{}}"#));
    for (name, body) in [("sales.order.created", r#"{"data":{} }"#), ("sales.order.update", r#"{"data":{}}"#)]
    {
        assert_ne!(first.id, notice(Some(name), body).id, "{name} {body}");
    }
    for name in [None, Some(""), Some("a b"), Some("a/b"), Some("ä"), Some(&*"x".repeat(201))] {
        assert_eq!(Notice::parse(name, r#"{"data":{}}"#), Err(NoticeError::NoName), "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_shop_signs_is_taken_and_one_changed_bit_is_not(
        body in prop::collection::vec(any::<u8>(), 1..300), place in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let header = sign_magento(OTHER, &body);
        prop_assert_eq!(check(&[OTHER], Some(&header), &body), Ok(()));
        let mut changed = body.clone();
        changed[place.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(check(&[OTHER], Some(&header), &changed), Err(SignatureError::Mismatch));
    }

    #[test]
    fn no_header_is_taken_and_no_body_makes_it_panic(
        header in "[0-9a-f]{60,66}|\\PC{0,80}", name in "[a-z._ ]{0,12}", body in "[{}\\[\\]\":,a-z0-9 ]{0,60}|\\PC{0,60}",
    ) {
        prop_assert!(check(&[OTHER], Some(&header), body.as_bytes()).is_err());
        let _read = Notice::parse(Some(&name), &body);
    }
}
