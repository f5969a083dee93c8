//! Who signed: the warehouse, with either of two secrets, within five minutes; nobody else.

use jiff::Timestamp;
use proptest::prelude::*;
use sandbox::{WMS_SIGNING_SECRET, sign_webhook};
use secrecy::SecretString;
use wms::webhook::{
    Headers, Notice, NoticeError, SECRETS_MAX, SIGNATURES_MAX, SignatureError, TOLERANCE_S, verify,
};

const NOW: i64 = 1_700_000_000;
const OTHER_SECRET: &str = "whsec_b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC1vdGg=";
const BODY: &[u8] =
    br#"{"id":"wev_1","type":"shipment.created","sequence":1,"data":{"note":"\u00e4 \ud83d\ude00"}}"#;

/// A delivery as the warehouse sends it.
struct Sent {
    id: String,
    timestamp: String,
    signature: String,
}

fn sent(secret: &str, at: i64, body: &[u8]) -> Sent {
    let signature = sign_webhook(secret, "msg_1", at, body).unwrap();
    Sent { id: "msg_1".to_owned(), timestamp: at.to_string(), signature }
}

fn check(secrets: &[&str], sent: &Sent, body: &[u8]) -> Result<(), SignatureError> {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    let headers = Headers { id: &sent.id, timestamp: &sent.timestamp, signature: &sent.signature };
    verify(&secrets, headers, body, Timestamp::from_second(NOW).unwrap())
}

#[test]
fn the_warehouse_is_known_by_either_secret() {
    let sent = sent(WMS_SIGNING_SECRET, NOW, BODY);
    assert_eq!(check(&[WMS_SIGNING_SECRET], &sent, BODY), Ok(()));
    assert_eq!(check(&[OTHER_SECRET, WMS_SIGNING_SECRET], &sent, BODY), Ok(()));
    assert_eq!(check(&[WMS_SIGNING_SECRET, OTHER_SECRET], &sent, BODY), Ok(()));
    assert_eq!(check(&[OTHER_SECRET], &sent, BODY), Err(SignatureError::Mismatch));
    // A secret that is none does not hide the one that is.
    assert_eq!(check(&["whsec_not base64", WMS_SIGNING_SECRET], &sent, BODY), Ok(()));
}

#[test]
fn more_secrets_than_two_do_not_count() {
    assert_eq!(SECRETS_MAX, 2);
    let sent = sent(WMS_SIGNING_SECRET, NOW, BODY);
    let three = [OTHER_SECRET, OTHER_SECRET, WMS_SIGNING_SECRET];
    assert_eq!(check(&three, &sent, BODY), Err(SignatureError::Mismatch));
}

/// While the warehouse rotates it signs with both of its secrets.
#[test]
fn one_of_several_signatures_is_enough() {
    let ours = sent(WMS_SIGNING_SECRET, NOW, BODY).signature;
    let other = sent(OTHER_SECRET, NOW, BODY).signature;
    for signature in [
        format!("{other} {ours}"),
        format!("{ours} {other}"),
        format!("v1a,xyz  {ours}"),
        format!("v2,{} {ours}", &ours[3..]),
        format!("v1,!!! {ours}"),
    ] {
        let sent = Sent { signature: signature.clone(), ..sent(WMS_SIGNING_SECRET, NOW, BODY) };
        assert_eq!(check(&[WMS_SIGNING_SECRET], &sent, BODY), Ok(()), "{signature}");
    }
    let flood = format!("{}{ours}", "v1,AAAA ".repeat(SIGNATURES_MAX));
    let flood = Sent { signature: flood, ..sent(WMS_SIGNING_SECRET, NOW, BODY) };
    assert_eq!(check(&[WMS_SIGNING_SECRET], &flood, BODY), Err(SignatureError::Mismatch));
}

#[test]
fn five_minutes_either_way_and_not_a_second_more() {
    let tolerance = i64::try_from(TOLERANCE_S).unwrap();
    assert_eq!(tolerance, 300);
    for (age, expected) in [
        (0, Ok(())),
        (tolerance, Ok(())),
        (-tolerance, Ok(())),
        (tolerance + 1, Err(SignatureError::Stale)),
        (-tolerance - 1, Err(SignatureError::Future)),
    ] {
        let sent = sent(WMS_SIGNING_SECRET, NOW - age, BODY);
        assert_eq!(check(&[WMS_SIGNING_SECRET], &sent, BODY), expected, "{age} s");
    }
    for (far, expected) in [(i64::MIN, SignatureError::Stale), (i64::MAX, SignatureError::Future)] {
        let sent = Sent { timestamp: far.to_string(), ..sent(WMS_SIGNING_SECRET, NOW, BODY) };
        assert_eq!(check(&[WMS_SIGNING_SECRET], &sent, BODY), Err(expected));
    }
}

/// Each of the three is signed: none can be exchanged for that of another delivery.
#[test]
fn id_time_and_body_belong_together() {
    let good = || sent(WMS_SIGNING_SECRET, NOW, BODY);
    let check = |sent: &Sent, body: &[u8]| check(&[WMS_SIGNING_SECRET], sent, body);
    assert_eq!(check(&Sent { id: "msg_2".to_owned(), ..good() }, BODY), Err(SignatureError::Mismatch));
    let later = Sent { timestamp: (NOW + 1).to_string(), ..good() };
    assert_eq!(check(&later, BODY), Err(SignatureError::Mismatch));
    assert_eq!(check(&good(), b"{}"), Err(SignatureError::Mismatch));
    for missing in [
        Sent { id: String::new(), ..good() },
        Sent { timestamp: String::new(), ..good() },
        Sent { timestamp: "12.5".to_owned(), ..good() },
        Sent { signature: String::new(), ..good() },
    ] {
        assert_eq!(check(&missing, BODY), Err(SignatureError::Malformed));
    }
}

#[test]
fn without_a_usable_secret_nobody_is_believed() {
    let sent = sent(WMS_SIGNING_SECRET, NOW, BODY);
    for secrets in [&[][..], &[""][..], &["whsec_"][..], &["whsec_%%"][..], &["c2VjcmV0"][..]] {
        assert_eq!(check(secrets, &sent, BODY), Err(SignatureError::NoSecret), "{secrets:?}");
    }
}

#[test]
fn an_error_says_nothing_of_the_secret_or_the_body() {
    let wrong = check(&[OTHER_SECRET], &sent(WMS_SIGNING_SECRET, NOW, BODY), BODY).unwrap_err();
    let shown = format!("{wrong} {wrong:?}");
    assert!(!shown.contains(&OTHER_SECRET[6..]) && !shown.contains("shipment"), "{shown}");
}

#[test]
fn an_event_says_its_id_and_its_type() {
    let notice = Notice::parse(std::str::from_utf8(BODY).unwrap()).unwrap();
    assert_eq!((notice.id.as_str(), notice.event_type.as_str()), ("wev_1", "shipment.created"));
    for body in [
        "[]",
        r#"{"id":"wev_1"}"#,
        r#"{"type":"a"}"#,
        r#"{"id":7,"type":"a"}"#,
        r#"{"id":"","type":"a"}"#,
        r#"{"id":"a b","type":"a"}"#,
        r#"{"id":"wev_1","type":""}"#,
        r#"{"id":"wev_1","type":"a b"}"#,
    ] {
        assert_eq!(Notice::parse(body), Err(NoticeError::NotANotice), "{body}");
    }
    assert_eq!(Notice::parse("{"), Err(NoticeError::NotJson { line: 1, column: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_warehouse_signs_is_taken(
        body in prop::collection::vec(any::<u8>(), 0..400),
        age in -300_i64..=300,
    ) {
        prop_assert_eq!(check(&[WMS_SIGNING_SECRET], &sent(WMS_SIGNING_SECRET, NOW - age, &body), &body), Ok(()));
    }

    #[test]
    fn nothing_that_comes_makes_it_panic(
        secrets in prop::collection::vec("(whsec_)?\\PC{0,30}", 0..4),
        id in "\\PC{0,20}",
        timestamp in "(-?[0-9]{0,20}|\\PC{0,20})",
        signature in "(v1,)?\\PC{0,80}",
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let sent = Sent { id, timestamp, signature };
        prop_assert!(check(&secrets, &sent, &body).is_err());
    }

    #[test]
    fn no_body_makes_it_panic(body in "[{}\\[\\]\":,a-z0-9 ]{0,60}|\\PC{0,60}") {
        let _read = Notice::parse(&body);
    }

    #[test]
    fn a_body_with_a_byte_changed_added_or_taken_away_is_refused(at in 0..BODY.len(), flip in 1_u8..=255) {
        let sent = sent(WMS_SIGNING_SECRET, NOW, BODY);
        let mut changed = BODY.to_vec();
        changed[at] ^= flip;
        let (mut longer, mut shorter) = (BODY.to_vec(), BODY.to_vec());
        longer.insert(at, flip);
        shorter.remove(at);
        for body in [changed, longer, shorter] {
            prop_assert_eq!(check(&[WMS_SIGNING_SECRET], &sent, &body), Err(SignatureError::Mismatch));
        }
    }
}
