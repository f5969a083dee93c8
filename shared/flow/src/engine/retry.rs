//! What follows a fault: a pure function of the fault, the step's rules and what was tried before.

use jiff::{SignedDuration, Timestamp};

use crate::execution::Waiting;
use crate::plan::Decision;
use crate::{Class, Fault};

/// First delay of the exponential backoff.
pub const BACKOFF_BASE: SignedDuration = SignedDuration::from_secs(1);
/// Longest delay.
pub const BACKOFF_MAX: SignedDuration = SignedDuration::from_mins(15);
/// Tries of a step that met `transient` or `unknown_outcome`.
pub const TRIES_MAX: u32 = 12;
/// Tries of a step that met `conflict`.
pub const CONFLICT_TRIES_MAX: u32 = 5;
/// How often a refused identity is tried again.
pub const AUTH_RETRY: SignedDuration = SignedDuration::from_mins(5);
/// Longest delay while a thing that is not there yet is waited for: it mostly comes within seconds.
pub const NOT_FOUND_RETRY_MAX: SignedDuration = SignedDuration::from_mins(2);
/// Deliveries after which the queue would give the message up soon (its own limit is 1,000).
pub const RECEIVES_MAX: u32 = 900;
/// Age after which an execution is no longer waited for; the queue keeps messages for 14 days.
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What follows a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Try the step again, as the row says.
    Retry(Waiting),
    /// A person must look: reason, and what to add to the message.
    Park(String),
    /// Nothing to do.
    Skip(String),
}

/// What a step says of this fault.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// Of its code or class.
    pub(super) on_error: Option<Decision>,
    /// Of a thing that is not there: how long it may come, and what follows then.
    pub(super) not_found: Option<(SignedDuration, Decision)>,
}

/// What was tried before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    pub(super) step: &'a str,
    pub(super) waiting: Option<&'a Waiting>,
    pub(super) receive_count: u32,
    pub(super) received_at: Timestamp,
    pub(super) now: Timestamp,
    /// 64 random bits, for the jitter.
    pub(super) random: u64,
}

impl Before<'_> {
    /// Tries of this step so far, and since when.
    fn tries(&self) -> (u32, Timestamp) {
        match self.waiting {
            Some(waiting) if waiting.step == self.step => (waiting.tries, waiting.since),
            _ => (0, self.now),
        }
    }
}

/// Decides.
pub(super) fn verdict(fault: &Fault, rules: Rules, before: Before<'_>) -> Verdict {
    match rules.on_error {
        Some(Decision::Park) => return Verdict::Park(fault.code.clone()),
        Some(Decision::Skip) => return Verdict::Skip(fault.code.clone()),
        Some(Decision::Retry) => return counted(fault, before, TRIES_MAX),
        None => {}
    }
    match fault.class {
        Class::Throttled => waiting(fault, before, 0, BACKOFF_MAX),
        Class::Transient | Class::UnknownOutcome => counted(fault, before, TRIES_MAX),
        Class::Conflict | Class::Duplicate => counted(fault, before, CONFLICT_TRIES_MAX),
        Class::Auth => {
            let after = Fault { retry_after: Some(AUTH_RETRY), ..fault.clone() };
            waiting(&after, before, 0, BACKOFF_MAX)
        }
        Class::NotFound => not_found(fault, rules.not_found, before),
        Class::Permission | Class::Validation => Verdict::Park(fault.code.clone()),
    }
}

fn not_found(fault: &Fault, rule: Option<(SignedDuration, Decision)>, before: Before<'_>) -> Verdict {
    let (_, since) = before.tries();
    let (left, then) = match rule {
        None => (SignedDuration::ZERO, Decision::Park),
        Some((duration, then)) => (duration - before.now.duration_since(since), then),
    };
    if left.is_positive() {
        return waiting(fault, before, 1, NOT_FOUND_RETRY_MAX.min(left));
    }
    match then {
        Decision::Park => Verdict::Park(fault.code.clone()),
        Decision::Skip => Verdict::Skip(fault.code.clone()),
        Decision::Retry => counted(fault, before, TRIES_MAX),
    }
}

fn counted(fault: &Fault, before: Before<'_>, tries_max: u32) -> Verdict {
    if before.tries().0 + 1 >= tries_max {
        return Verdict::Park("gave_up".to_owned());
    }
    waiting(fault, before, 1, BACKOFF_MAX)
}

fn waiting(fault: &Fault, before: Before<'_>, counts: u32, delay_max: SignedDuration) -> Verdict {
    if before.receive_count >= RECEIVES_MAX || before.now.duration_since(before.received_at) > AGE_MAX {
        return Verdict::Park("waited_too_long".to_owned());
    }
    let (tries, since) = before.tries();
    let backoff = backoff(tries.max(before.receive_count.min(8)), before.random).min(delay_max);
    let delay = fault.retry_after.map_or(backoff, |asked| asked.max(backoff)).min(BACKOFF_MAX);
    Verdict::Retry(Waiting {
        step: before.step.to_owned(),
        tries: tries + counts,
        since,
        retry_at: before.now.checked_add(delay).unwrap_or(before.now),
        class: fault.class,
        code: fault.code.clone(),
        message: fault.message.clone(),
        answer_is_stored: fault.answer_is_stored,
    })
}

/// Exponential backoff with full jitter: uniform between 1 s and the cap of this try, so that orders which failed
/// together do not come back together.
fn backoff(tries: u32, random: u64) -> SignedDuration {
    let cap_ms = 1_000_i64.saturating_mul(2_i64.saturating_pow(tries.min(20)));
    let cap_ms = cap_ms.min(i64::try_from(BACKOFF_MAX.as_millis()).unwrap_or(i64::MAX));
    let span = u64::try_from(cap_ms).unwrap_or(1).max(1);
    let ms = i64::try_from(random % span).unwrap_or(0);
    SignedDuration::from_millis(ms).max(BACKOFF_BASE)
}

/// The delay of a delivery that found nothing to do yet (another has the lease, the table is down): 5 s rising to 60 s.
pub(super) fn uncounted_delay(receive_count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(receive_count.clamp(1, 12)) * 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn before(waiting: Option<&Waiting>) -> Before<'_> {
        Before { step: "order", waiting, receive_count: 1, received_at: NOW, now: NOW, random: 7 }
    }

    fn fault(class: Class) -> Fault {
        Fault::new(class, "code", "message")
    }

    fn waited(verdict: Verdict) -> Waiting {
        match verdict {
            Verdict::Retry(waiting) => waiting,
            other => panic!("{other:?} is no retry"),
        }
    }

    #[test]
    fn transient_faults_are_tried_twelve_times_and_then_a_person_looks() {
        let mut waiting = None;
        for _ in 1..12 {
            waiting =
                Some(waited(verdict(&fault(Class::Transient), Rules::default(), before(waiting.as_ref()))));
        }
        let last = verdict(&fault(Class::Transient), Rules::default(), before(waiting.as_ref()));
        assert_eq!(last, Verdict::Park("gave_up".into()));
    }

    #[test]
    fn throttling_is_never_counted_and_the_other_side_says_how_long() {
        let asked = Fault { retry_after: Some(SignedDuration::from_secs(40)), ..fault(Class::Throttled) };
        let waiting = waited(verdict(&asked, Rules::default(), before(None)));
        assert_eq!((waiting.tries, waiting.retry_at), (0, NOW + SignedDuration::from_secs(40)));
    }

    #[test]
    fn what_is_not_there_is_waited_for_as_long_as_the_step_says() {
        let rules =
            Rules { on_error: None, not_found: Some((SignedDuration::from_mins(30), Decision::Park)) };
        let mut waiting = waited(verdict(&fault(Class::NotFound), rules, before(None)));
        waiting.since = NOW - SignedDuration::from_mins(30);
        let last = verdict(&fault(Class::NotFound), rules, before(Some(&waiting)));
        assert_eq!(last, Verdict::Park("code".into()));
    }

    #[test]
    fn the_document_goes_before_the_class() {
        let rules = Rules { on_error: Some(Decision::Skip), not_found: None };
        assert_eq!(verdict(&fault(Class::Validation), rules, before(None)), Verdict::Skip("code".into()));
    }

    #[test]
    fn a_message_that_was_delivered_too_often_is_parked_before_the_queue_drops_it() {
        let before = Before { receive_count: RECEIVES_MAX, ..before(None) };
        let verdict = verdict(&fault(Class::Throttled), Rules::default(), before);
        assert_eq!(verdict, Verdict::Park("waited_too_long".into()));
    }
}
