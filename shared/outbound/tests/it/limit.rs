//! Limits on size and time hold whatever the other side does.

use flow::Class;
use jiff::{SignedDuration, Timestamp};
use outbound::{Effect, Error, Outbound, Pool};

use crate::world::{BYTES_MAX, Raw, client, request, settings};

const PIECE: &[u8] = &[b'x'; 256];
const CHUNK: &[u8] = b"10\r\nxxxxxxxxxxxxxxxx\r\n";

async fn send(raw: &Raw, effect: Effect) -> Result<outbound::Answer, Error> {
    client(&raw.base_url).send(request(effect, "/orders")).await
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_read() {
    let body = "x".repeat(BYTES_MAX);
    let bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {BYTES_MAX}\r\n\r\n{body}").into_bytes().leak();
    let raw = Raw::answers(bytes).await;
    assert_eq!(send(&raw, Effect::Read).await.unwrap().body, body.as_bytes());
}

#[tokio::test]
async fn a_longer_body_is_not_read_however_its_length_is_said() {
    let one_more =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", BYTES_MAX + 1, "x".repeat(BYTES_MAX + 1));
    let servers = [
        Raw::answers(one_more.into_bytes().leak()).await,
        // A promise of terabytes, of which some come.
        Raw::never_ends(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000000\r\n\r\n", PIECE).await,
        // No length at all, and no end.
        Raw::never_ends(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", PIECE).await,
        // Chunks, and no end.
        Raw::never_ends(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", CHUNK).await,
        // An error's body has the same limit.
        Raw::never_ends(b"HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n", CHUNK).await,
    ];
    for (number, raw) in servers.iter().enumerate() {
        for (effect, class) in [(Effect::Read, Class::Validation), (Effect::Write, Class::UnknownOutcome)] {
            let error =
                send(raw, effect).await.err().unwrap_or_else(|| panic!("server {number} is answered"));
            assert_eq!(
                (error.code(), error.class()),
                ("answer_too_large", class),
                "server {number}: {error}"
            );
            assert!(error.to_string().contains("1000 bytes"), "{error}");
        }
    }
}

#[tokio::test]
async fn silence_and_trickles_end_with_the_time_allowed() {
    let servers = [
        Raw::falls_silent(b"").await,
        Raw::falls_silent(b"HTTP/1.1 200 OK\r\n").await,
        Raw::falls_silent(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345").await,
    ];
    for raw in &servers {
        for (effect, class) in [(Effect::Read, Class::Transient), (Effect::Write, Class::UnknownOutcome)] {
            let error = send(raw, effect).await.err().unwrap();
            assert_eq!((error.code(), error.class()), ("no_answer", class), "{error}");
            assert!(error.to_string().contains("longer than the time allowed"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let broken = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\n";
    for raw in [Raw::hangs_up().await, Raw::answers(b"nonsense\r\n\r\n").await, Raw::answers(broken).await] {
        let error = send(&raw, Effect::Read).await.err().unwrap();
        assert_eq!(error.class(), Class::Transient, "{error}");
        let error = send(&raw, Effect::Write).await.err().unwrap();
        assert_eq!((error.class(), error.code()), (Class::UnknownOutcome, "no_answer"), "{error}");
        assert!(error.to_string().contains("it may have happened"), "{error}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    for base_url in ["http://127.0.0.1:9/erp/v1", "http://nowhere.invalid/erp/v1"] {
        for effect in [Effect::Read, Effect::Write] {
            let error = client(base_url).send(request(effect, "/orders")).await.err().unwrap();
            assert_eq!(
                (error.code(), error.class()),
                ("no_connection", Class::Transient),
                "{base_url}: {error}"
            );
            assert!(error.to_string().contains("nothing was sent"), "{error}");
        }
    }
}

/// A request that could outlast the lease is not begun: 5 s lie between its end and the lease's.
#[tokio::test]
async fn nothing_is_begun_that_could_outlast_its_deadline() {
    let raw = Raw::answers(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    let pool = Pool::new().unwrap();
    let timeout = SignedDuration::from_secs(10);
    let client = Outbound::new(outbound::Settings { timeout, ..settings(&raw.base_url) }, &pool);
    for (left_s, is_sent) in [(-1, false), (0, false), (12, false), (60, true)] {
        let bound = client.at(Timestamp::now() + SignedDuration::from_secs(left_s));
        match bound.send(request(Effect::Write, "/orders")).await {
            Ok(_) => assert!(is_sent, "{left_s} s"),
            Err(error) => {
                assert!(!is_sent, "{left_s} s: {error}");
                assert_eq!((error.code(), error.class()), ("out_of_time", Class::Transient));
            }
        }
    }
    assert_eq!(pool.calls()["erp"], 1, "what was not sent is not counted");
    assert!(
        client.send(request(Effect::Write, "/orders")).await.is_ok(),
        "without a call there is no deadline"
    );
}
