//! What becomes of a process: it runs to its end, stops at any await, sleeps through any time, or is out of time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::world::World;

/// What is to become of it, by how often it has been polled: every await that waits is one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plan {
    /// It stops here.
    pub(crate) killed_at: Option<u64>,
    /// It sleeps here, for so long, and goes on as if nothing had been.
    pub(crate) pause: Option<(u64, Duration)>,
}

impl Plan {
    /// Draws the fate of a process that is polled about so often.
    pub(crate) fn draw(world: &World, polls_max: u64) -> Self {
        let (chance, faults) = (&world.chance, &world.faults);
        let killed_at = world.switch.strikes(faults.killed).then(|| chance.between(1, polls_max));
        let pause = world.switch.strikes(faults.paused).then(|| {
            let (low, high) = *chance.pick(&[(1, 20), (100, 200), (700, 2_000)]);
            (chance.between(1, polls_max), Duration::from_secs(chance.between(low, high)))
        });
        Self { killed_at, pause }
    }
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended<T> {
    /// By itself.
    Finished(T),
    /// It stopped at this poll.
    Killed(u64),
    /// Its time was up.
    OutOfTime,
}

/// A future with its fate.
pub(crate) struct Fated<T> {
    inner: Pin<Box<dyn Future<Output = T> + Send>>,
    plan: Plan,
    polls: u64,
    asleep: Option<Pin<Box<Sleep>>>,
    out_of_time: Pin<Box<Sleep>>,
    time: Duration,
}

impl<T> Fated<T> {
    pub(crate) fn new(inner: impl Future<Output = T> + Send + 'static, plan: Plan, time: Duration) -> Self {
        let out_of_time = Box::pin(sleep(time));
        Self { inner: Box::pin(inner), plan, polls: 0, asleep: None, out_of_time, time }
    }
}

impl<T> Future for Fated<T> {
    type Output = Ended<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ended<T>> {
        let this = &mut *self;
        if let Some(asleep) = &mut this.asleep {
            if asleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            this.asleep = None;
        }
        this.polls += 1;
        if this.plan.killed_at == Some(this.polls) {
            return Poll::Ready(Ended::Killed(this.polls));
        }
        if let Some((at, pause)) = this.plan.pause
            && at == this.polls
        {
            // Whoever freezes a process freezes its watchman too.
            this.out_of_time = Box::pin(sleep(pause + this.time));
            let mut asleep = Box::pin(sleep(pause));
            if asleep.as_mut().poll(context).is_pending() {
                this.asleep = Some(asleep);
                return Poll::Pending;
            }
        }
        if let Poll::Ready(output) = this.inner.as_mut().poll(context) {
            return Poll::Ready(Ended::Finished(output));
        }
        this.out_of_time.as_mut().poll(context).map(|()| Ended::OutOfTime)
    }
}
