//! A system gets no more requests a second than it is to get, and half after it said "too many".

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use flow::guard::Throttle;
use flow::memory::{MemoryClock, MemoryStore};
use flow::{Class, Clock, Fault};
use jiff::{SignedDuration, Timestamp};
use outbound::{Chunks, Effect, Error, Loss, Outbound, Pool, Prepared, Received, Transport};

use crate::world::{request, settings};

/// A network that answers at once, first with "too many" as often as it is told to.
struct Busy {
    clock: Arc<MemoryClock>,
    too_many: AtomicUsize,
    sent: AtomicUsize,
}

struct Nothing;

#[async_trait]
impl Chunks for Nothing {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        Ok(None)
    }
}

#[async_trait]
impl Transport for Busy {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn send(&self, _: Prepared) -> Result<Received, Loss> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        let left = self.too_many.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let status = if left.is_ok() { 429 } else { 200 };
        Ok(Received { status, headers: Vec::new(), body: Box::new(Nothing) })
    }
}

/// A client that sends `per_second` requests a second.
fn client(per_second: u32, too_many: usize) -> (Outbound, Arc<Busy>) {
    let clock = Arc::new(MemoryClock::new(Timestamp::UNIX_EPOCH, 7));
    let (too_many, sent) = (AtomicUsize::new(too_many), AtomicUsize::new(0));
    let busy = Arc::new(Busy { clock: Arc::clone(&clock), too_many, sent });
    let (pair, system) = ("main".parse().unwrap(), "erp".parse().unwrap());
    let store = Arc::new(MemoryStore::default());
    let throttle = Throttle::new(pair, system, per_second, store, clock);
    let pool = Pool::over(Arc::clone(&busy) as _).paced(throttle);
    (Outbound::new(settings("https://erp.example.com"), &pool), busy)
}

async fn send(client: &Outbound) -> Result<(), Error> {
    client.send(request(Effect::Read, "/health")).await.map(|_| ())
}

#[tokio::test]
async fn a_request_waits_for_its_turn() {
    let (client, busy) = client(8, 0);
    for _ in 0..20 {
        send(&client).await.unwrap();
    }
    assert_eq!((busy.now().as_second(), busy.sent.load(Ordering::SeqCst)), (2, 20));
}

#[tokio::test]
async fn too_many_halves_the_pace() {
    let (client, busy) = client(8, 1);
    send(&client).await.unwrap();
    busy.clock.advance(SignedDuration::from_secs(1));
    for _ in 0..12 {
        send(&client).await.unwrap();
    }
    assert_eq!(busy.now().as_second(), 3, "four a second");
}

#[test]
fn a_request_that_had_no_turn_was_not_sent_and_counts_for_nothing() {
    let (action, problem) = ("put an order".to_owned(), "10 a second".to_owned());
    let fault = Fault::from(Error::Paced { system: "erp", action, problem });
    assert_eq!((fault.class, fault.code.as_str()), (Class::Throttled, flow::fault::PACED));
    assert!(!fault.is_of_the_system());
}
