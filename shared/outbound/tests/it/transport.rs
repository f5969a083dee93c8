//! Another network under the clients: its time counts, its losses are told apart, and limits hold over it.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use flow::Class;
use jiff::{SignedDuration, Timestamp};
use outbound::{Chunks, Effect, Error, Loss, Outbound, Pool, Prepared, Received, Transport};

use crate::world::{BYTES_MAX, request, settings};

/// A network that answers what it was told to, a minute a request.
struct Scripted {
    now: Mutex<Timestamp>,
    answer: fn() -> Result<Received, Loss>,
}

#[async_trait]
impl Transport for Scripted {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn send(&self, _: Prepared) -> Result<Received, Loss> {
        *self.now.lock().unwrap() += SignedDuration::from_mins(1);
        (self.answer)()
    }
}

/// A body in pieces of half the limit, or one that breaks after the first.
struct Pieces {
    left: usize,
    breaks: bool,
}

#[async_trait]
impl Chunks for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        if self.left == 0 {
            let broke = Loss::NoAnswer { problem: "broken off".to_owned() };
            return if self.breaks { Err(broke) } else { Ok(None) };
        }
        self.left -= 1;
        Ok(Some(vec![b'x'; BYTES_MAX / 2]))
    }
}

fn pieces(left: usize, breaks: bool) -> Result<Received, Loss> {
    let date = "Mon, 02 Mar 2026 09:15:30 GMT".to_owned();
    let headers = vec![("retry-after".to_owned(), date)];
    Ok(Received { status: 503, headers, body: Box::new(Pieces { left, breaks }) })
}

fn start() -> Timestamp {
    "2026-03-02T09:14:00Z".parse().unwrap()
}

fn client(answer: fn() -> Result<Received, Loss>) -> (Outbound, Pool) {
    let pool = Pool::over(Arc::new(Scripted { now: Mutex::new(start()), answer }));
    (Outbound::new(settings("https://erp.test/erp/v1"), &pool), pool)
}

#[tokio::test]
async fn deadlines_and_dates_are_measured_by_the_networks_clock() {
    let (client, pool) = client(|| pieces(2, false));
    // 0.5 s for the request, 5 s to spare.
    let client = client.at(start() + SignedDuration::from_secs(6));
    let answer = client.send(request(Effect::Read, "/orders")).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (503, BYTES_MAX));
    assert_eq!(answer.retry_after(), Some(SignedDuration::from_secs(30)));
    assert_eq!(client.now(), start() + SignedDuration::from_mins(1));
    let late = client.send(request(Effect::Read, "/orders")).await.err().unwrap();
    assert!(matches!(late, Error::OutOfTime { .. }), "{late}");
    assert_eq!(pool.calls(), [("erp", 1)].into());
}

#[tokio::test]
async fn each_loss_is_what_it_says_of_the_request() {
    let cases: [(fn() -> Result<Received, Loss>, Class, Class); 4] = [
        (|| Err(Loss::NoConnection { problem: "refused".into() }), Class::Transient, Class::Transient),
        (|| Err(Loss::NoAnswer { problem: "cut".into() }), Class::Transient, Class::UnknownOutcome),
        (|| Err(Loss::Unsendable { problem: "no".into() }), Class::Validation, Class::Validation),
        (|| pieces(1, true), Class::Transient, Class::UnknownOutcome),
    ];
    for (answer, read, write) in cases {
        for (effect, class) in [(Effect::Read, read), (Effect::Write, write)] {
            let error = client(answer).0.send(request(effect, "/orders")).await.err().unwrap();
            assert_eq!(error.class(), class, "{effect:?}: {error}");
        }
    }
}

#[tokio::test]
async fn a_body_is_not_read_past_the_limit() {
    let (client, _) = client(|| pieces(usize::MAX, false));
    let error = client.send(request(Effect::Write, "/orders")).await.err().unwrap();
    assert!(matches!(error, Error::TooLarge { wrote: true, .. }), "{error}");
}

#[tokio::test]
async fn what_no_header_may_hold_is_neither_sent_nor_counted() {
    let (client, pool) = client(|| pieces(0, false));
    let mut split = request(Effect::Read, "/orders");
    split.headers.push(("x-request-id", "a\r\nb".to_owned()));
    assert!(matches!(client.send(split).await.err().unwrap(), Error::Unsendable { .. }));
    assert!(pool.calls().is_empty());
}
