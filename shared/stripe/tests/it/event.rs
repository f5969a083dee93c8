//! Envelopes: lenient where Stripe may change, exact where a decision hangs on it.

use proptest::prelude::*;
use stripe::event::{Envelope, EventError, Form, NotOurs};

use crate::fixtures;

#[test]
fn every_recorded_event_is_read() {
    for (name, text) in fixtures::events() {
        let envelope = Envelope::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected_type = name.split(".ruby-mock").next().unwrap();
        let expected_type =
            expected_type.split(".supabase-sync").next().unwrap().split(".pay-rails").next().unwrap();
        assert_eq!(envelope.event_type, expected_type, "{name}");
        assert_eq!((envelope.form, envelope.livemode), (Form::Snapshot, false), "{name}");
        assert!(envelope.created.is_some(), "{name}");
    }
}

#[test]
fn optional_fields_may_be_null_absent_or_of_another_form() {
    let text = r#"{"object":"event","id":"evt_1","type":"a.b","livemode":true,"api_version":null,"account":null,
        "created":"soon","data":{"object":{}},"unknown":[1,{"x":null}],"request":"req_1"}"#;
    let envelope = Envelope::parse(text).unwrap();
    assert_eq!((envelope.account, envelope.created, envelope.api_version), (None, None, None));
    assert!(envelope.livemode);
}

#[test]
fn the_account_is_read_from_either_field() {
    for (fields, account) in [
        (r#""account":"acct_1""#, Some("acct_1")),
        (r#""context":"acct_2""#, Some("acct_2")),
        (r#""context":"org_1/acct_3""#, Some("acct_3")),
        (r#""account":"acct_1","context":"acct_2""#, Some("acct_1")),
        (r#""context":"org_1""#, None),
        (r#""context":null"#, None),
    ] {
        let text = format!(r#"{{"object":"event","id":"evt_1","type":"a","livemode":false,{fields}}}"#);
        let read = Envelope::parse(&text).unwrap().account;
        assert_eq!(read.as_ref().map(canonical::StripeAccount::as_str), account, "{fields}");
    }
}

#[test]
fn thin_events_are_recognised() {
    let text = r#"{"id":"evt_t","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",
        "created":"2025-01-01T00:00:00.000Z","livemode":false,"context":"acct_1",
        "related_object":{"id":"mtr_1","type":"billing.meter","url":"/v1/billing/meters/mtr_1"}}"#;
    assert_eq!(Envelope::parse(text).unwrap().form, Form::Thin);
}

#[test]
fn what_is_no_event_says_why() {
    let bridge = r#"{"version":"0","id":"c0ffee","source":"aws.partner/stripe.com/ed_1","detail-type":"charge.refunded",
        "account":"123456789012","detail":{"id":"evt_1","object":"event","type":"charge.refunded","livemode":false}}"#;
    assert_eq!(Envelope::parse(bridge), Err(EventError::EventBridge));
    for (text, code) in [
        ("", "broken_json"),
        ("{", "broken_json"),
        (r#"{"id":"evt_1""#, "broken_json"),
        ("{} {}", "broken_json"),
        ("\u{feff}{}", "broken_json"),
        ("[]", "not_an_event"),
        ("null", "not_an_event"),
        ("{}", "not_an_event"),
        (r#"{"object":"charge","id":"ch_1","type":"x","livemode":false}"#, "not_an_event"),
        (r#"{"object":"event","type":"x","livemode":false}"#, "not_an_event"),
        (r#"{"object":"event","id":7,"type":"x","livemode":false}"#, "not_an_event"),
        (r#"{"object":"event","id":"evt 1","type":"x","livemode":false}"#, "not_an_event"),
        (r#"{"object":"event","id":"evt_1","type":"","livemode":false}"#, "not_an_event"),
        (r#"{"object":"event","id":"evt_1","type":"x"}"#, "not_an_event"),
        (r#"{"object":"event","id":"evt_1","type":"x","livemode":"false"}"#, "not_an_event"),
        (r#"{"object":"event","id":"evt_1","type":"x","livemode":false,"account":"123"}"#, "not_an_event"),
    ] {
        assert_eq!(Envelope::parse(text).map_err(|error| error.code()), Err(code), "{text}");
    }
}

#[test]
fn a_pair_has_to_do_with_events_of_its_mode_and_account_that_hold_their_object() {
    let of = |more: &str| {
        let text = format!(r#"{{"id":"evt_1","type":"charge.succeeded",{more}}}"#);
        Envelope::parse(&text).unwrap().not_ours(&"acct_1".parse().unwrap(), false)
    };
    for (more, why) in [
        (r#""object":"event","livemode":false"#, None),
        (r#""object":"event","livemode":false,"account":"acct_1""#, None),
        (r#""object":"event","livemode":false,"account":"acct_2""#, Some(NotOurs::Account)),
        (r#""object":"event","livemode":true,"account":"acct_2""#, Some(NotOurs::Mode)),
        (r#""object":"v2.core.event","livemode":false"#, Some(NotOurs::Thin)),
    ] {
        assert_eq!(of(more), why, "{more}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,300}") {
        let _either = Envelope::parse(&text);
    }
}
