//! Queues as SQS FIFO queues are: groups in order, a hidden message hides those behind it, a second message of one deduplication id is
//! dropped for five minutes, and a message that is not deleted comes back.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use flow::{Class, Letter, Letters, Message, Queue, QueueError, QueueName};
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use crate::chance::Chance;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::switch::Switch;

/// How long a received message is hidden: six times the function's timeout, as `template.yaml` says.
const VISIBILITY: Duration = Duration::from_secs(720);
/// How long a deduplication id counts.
const DEDUPLICATED: Duration = Duration::from_secs(300);

/// Letters that one request takes at most, as SQS.
const LETTERS_AT_ONCE: usize = 10;

/// All queues. All clones are one.
#[derive(Clone)]
pub(crate) struct Sqs {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    faults: Arc<Faults>,
    switch: Switch,
    chance: Chance,
    journal: Journal,
}

#[derive(Default)]
struct State {
    next: u64,
    queues: BTreeMap<QueueName, Vec<Waiting>>,
    sent: BTreeMap<(QueueName, String), Instant>,
}

struct Waiting {
    number: u64,
    message: Message,
    /// The queue that gave it up, where one did.
    from: Option<QueueName>,
    visible_at: Instant,
    receipt: String,
    receives: u32,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) number: u64,
    pub(crate) receipt: String,
    pub(crate) receives: u32,
    pub(crate) message: Message,
    from: Option<QueueName>,
}

impl Sqs {
    pub(crate) fn new(faults: &Arc<Faults>, switch: &Switch, chance: &Chance, journal: &Journal) -> Self {
        Self {
            state: Arc::default(),
            changed: Arc::default(),
            faults: Arc::clone(faults),
            switch: switch.clone(),
            chance: chance.clone(),
            journal: journal.clone(),
        }
    }

    /// Puts a message, whatever goes wrong otherwise.
    pub(crate) fn put(&self, to: &QueueName, message: Message) {
        let now = Instant::now();
        let mut state = self.lock();
        let sent = (to.clone(), message.deduplication_id.clone());
        if state.sent.get(&sent).is_some_and(|at| now.duration_since(*at) < DEDUPLICATED) {
            return;
        }
        state.sent.insert(sent, now);
        state.push(to, message, None, now);
        drop(state);
        self.changed.notify_waiters();
    }

    /// Whether a message of this name was ever put there.
    pub(crate) fn has_taken(&self, queue: &QueueName, name: &str) -> bool {
        self.lock().sent.contains_key(&(queue.clone(), name.to_owned()))
    }

    /// The next message, as soon as there is one; nothing after a while.
    pub(crate) async fn receive(&self, from: &QueueName) -> Option<Received> {
        let now = Instant::now();
        let rest = match self.take(from, now, VISIBILITY) {
            Ok(received) => return Some(received),
            Err(next) => next.map_or(Duration::from_secs(60), |at| at.duration_since(now)),
        };
        // Whichever comes first: a new message, or an old one that can be seen again.
        let _ = timeout(rest.max(Duration::from_millis(1)), self.changed.notified()).await;
        self.take(from, Instant::now(), VISIBILITY).ok()
    }

    fn take(
        &self,
        from: &QueueName,
        now: Instant,
        hidden_for: Duration,
    ) -> Result<Received, Option<Instant>> {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(from) else { return Err(None) };
        let mut hidden = BTreeSet::new();
        let mut next: Option<Instant> = None;
        let mut found = None;
        for (at, waiting) in queue.iter().enumerate() {
            if hidden.contains(&waiting.message.group) {
                continue;
            }
            if waiting.visible_at <= now {
                found = Some(at);
                break;
            }
            hidden.insert(waiting.message.group.clone());
            next = Some(next.map_or(waiting.visible_at, |other| other.min(waiting.visible_at)));
        }
        let Some(at) = found else { return Err(next) };
        let waiting = &mut queue[at];
        waiting.receives += 1;
        waiting.visible_at = now + hidden_for;
        // Now and then two get it at once: the one thing that FIFO rules out and a visibility timeout brings about.
        if self.switch.strikes(self.faults.delivered_twice) {
            waiting.visible_at = now + Duration::from_millis(self.chance.between(0, 2_000));
        }
        waiting.receipt = format!("{}-{}", waiting.number, waiting.receives);
        let received = Received {
            number: waiting.number,
            receipt: waiting.receipt.clone(),
            receives: waiting.receives,
            message: waiting.message.clone(),
            from: waiting.from.clone(),
        };
        if received.receives > self.faults.receives_max && *from != QueueName::DeadLetter {
            queue.remove(at);
            self.journal.tell(format!("queue {from} gives message {} up", received.number));
            state.push(&QueueName::DeadLetter, received.message, Some(from.clone()), now);
            return Err(Some(now));
        }
        Ok(received)
    }

    /// Forgets a message that was done.
    pub(crate) fn delete(&self, from: &QueueName, number: u64) {
        if self.switch.strikes(self.faults.undeleted) {
            self.journal.tell(format!("message {number} is not deleted and comes back"));
            return;
        }
        if let Some(queue) = self.lock().queues.get_mut(from) {
            queue.retain(|waiting| waiting.number != number);
        }
        self.changed.notify_waiters();
    }

    /// What stands on a queue.
    pub(crate) fn messages(&self, queue: &QueueName) -> Vec<Message> {
        let state = self.lock();
        state.queues.get(queue).into_iter().flatten().map(|waiting| waiting.message.clone()).collect()
    }

    /// Takes everything from a queue.
    pub(crate) fn drain(&self, queue: &QueueName) -> Vec<Message> {
        let taken = self.lock().queues.remove(queue).unwrap_or_default();
        taken.into_iter().map(|waiting| waiting.message).collect()
    }

    async fn fault(&self, queue: &QueueName) -> Result<(), QueueError> {
        yield_now().await;
        if self.switch.strikes(self.faults.queue_refused) {
            self.journal.tell(format!("queue {queue} refuses"));
            return Err(refused(queue));
        }
        Ok(())
    }

    fn lost(&self, queue: &QueueName) -> Result<(), QueueError> {
        if self.switch.strikes(self.faults.queue_lost) {
            self.journal.tell(format!("queue {queue} takes it and its answer is lost"));
            return Err(refused(queue));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, to: &QueueName, message: Message, from: Option<QueueName>, now: Instant) {
        self.next += 1;
        let number = self.next;
        let waiting = Waiting { number, message, from, visible_at: now, receipt: String::new(), receives: 0 };
        self.queues.entry(to.clone()).or_default().push(waiting);
    }
}

fn refused(queue: &QueueName) -> QueueError {
    QueueError { queue: queue.clone(), class: Class::Transient, message: "no answer".to_owned() }
}

#[async_trait]
impl Queue for Sqs {
    async fn send(&self, to: &QueueName, message: Message) -> Result<(), QueueError> {
        self.fault(to).await?;
        self.put(to, message);
        yield_now().await;
        self.lost(to)
    }

    async fn delay(&self, queue: &QueueName, receipt: &str, after: SignedDuration) -> Result<(), QueueError> {
        self.fault(queue).await?;
        let after = Duration::try_from(after).unwrap_or_default();
        {
            let mut state = self.lock();
            let waiting = state.queues.get_mut(queue).into_iter().flatten();
            for waiting in waiting.filter(|waiting| waiting.receipt == receipt) {
                waiting.visible_at = Instant::now() + after;
            }
        }
        self.changed.notify_waiters();
        yield_now().await;
        self.lost(queue)
    }
}

#[async_trait]
impl Letters for Sqs {
    async fn receive(&self, hidden: SignedDuration) -> Result<Vec<Letter>, QueueError> {
        let from = QueueName::DeadLetter;
        self.fault(&from).await?;
        let hidden = Duration::try_from(hidden).unwrap_or_default();
        let taken = std::iter::from_fn(|| self.take(&from, Instant::now(), hidden).ok());
        Ok(taken.take(LETTERS_AT_ONCE).map(letter).collect())
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        let from = QueueName::DeadLetter;
        self.fault(&from).await?;
        if let Some(letters) = self.lock().queues.get_mut(&from) {
            letters.retain(|letter| letter.receipt != receipt);
        }
        self.lost(&from)
    }
}

/// A letter as SQS hands it over: it says which queue gave a message up, where one did.
fn letter(received: Received) -> Letter {
    let named = |queue: &QueueName| format!("tillbridge-simulation-flow-{queue}.fifo");
    let from_queue = received.from.as_ref().map(named);
    Letter {
        receipt: received.receipt,
        body: received.message.body,
        attributes: received.message.attributes,
        from_queue,
    }
}
