//! What follows a fault: a pure function of the fault, the step's rules and what was tried before.

use canonical::redact;
use jiff::{SignedDuration, Timestamp};

use crate::execution::{Held, Missing, Waiting};
use crate::plan::Decision;
use crate::{Class, Fault};

/// First delay of the exponential backoff.
pub const BACKOFF_BASE: SignedDuration = SignedDuration::from_secs(1);
/// Longest delay.
pub const BACKOFF_MAX: SignedDuration = SignedDuration::from_mins(15);
/// Longest delay that the other side may ask for.
pub(super) const DELAY_MAX: SignedDuration = SignedDuration::from_hours(1);
/// Tries of a step that met `transient` or `unknown_outcome`.
pub const TRIES_MAX: u32 = 12;
/// Tries of a step that met `conflict`.
pub const CONFLICT_TRIES_MAX: u32 = 5;
/// How often a refused identity is tried again.
pub const AUTH_RETRY: SignedDuration = SignedDuration::from_mins(5);
/// Longest delay while a thing that is not there yet is waited for, at first: it mostly comes within seconds.
pub const NOT_FOUND_RETRY_MAX: SignedDuration = SignedDuration::from_mins(2);
/// After this it comes by somebody's own schedule, and [`BACKOFF_MAX`] is soon enough.
pub const NOT_FOUND_SOON: SignedDuration = SignedDuration::from_mins(30);
/// First rest of an execution that is held up by a breaker; it doubles up to [`BACKOFF_MAX`].
pub const HELD_MIN: SignedDuration = SignedDuration::from_mins(1);
/// After so many doublings it is the longest.
const HELD_DOUBLINGS_MAX: u32 = 10;
/// Deliveries after which the queue would give the message up soon (its own limit is 1,000).
pub const RECEIVES_MAX: u32 = 900;
/// Age after which an execution is no longer waited for; the queue keeps messages for 14 days.
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Characters of a fault's message that a row keeps; the head row stays under 4 KB.
pub(super) const MESSAGE_MAX: usize = 400;

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
    /// The event's receipt, or its last replay.
    pub(super) waits_since: Timestamp,
    pub(super) now: Timestamp,
    /// 64 random bits, for the jitter.
    pub(super) random: u64,
}

impl Before<'_> {
    /// Counted tries of this step so far.
    fn tries(&self) -> u32 {
        self.waiting.filter(|waiting| waiting.step == self.step).map_or(0, |waiting| waiting.tries)
    }

    /// What was found missing before, by whichever step.
    fn missing(&self) -> Option<&Missing> {
        self.waiting.and_then(|waiting| waiting.missing.as_ref())
    }

    /// Whether the queue would give the message up soon, or the event has been waited for long enough.
    pub(super) fn too_long(&self) -> bool {
        self.receive_count >= RECEIVES_MAX || self.now.duration_since(self.waits_since) > AGE_MAX
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
        Class::Throttled => {
            let delay = fault.retry_after.unwrap_or_default().max(uncounted_delay(before.receive_count));
            waiting(fault, before, delay)
        }
        Class::Transient | Class::UnknownOutcome => counted(fault, before, TRIES_MAX),
        Class::Conflict | Class::Duplicate => counted(fault, before, CONFLICT_TRIES_MAX),
        Class::Auth => waiting(fault, before, AUTH_RETRY),
        Class::NotFound => not_found(fault, rules.not_found, before),
        Class::Permission | Class::Validation => Verdict::Park(fault.code.clone()),
    }
}

/// Waits for a thing to come. Looking for it is no failed try: it counts for nothing else.
fn not_found(fault: &Fault, rule: Option<(SignedDuration, Decision)>, before: Before<'_>) -> Verdict {
    let earlier = before.missing().filter(|missing| missing.step == before.step);
    let (since, looks) = earlier.map_or((before.now, 0), |missing| (missing.since, missing.looks));
    let (left, then) = match rule {
        None => (SignedDuration::ZERO, Decision::Park),
        Some((duration, then)) => (duration - before.now.duration_since(since), then),
    };
    if left.is_positive() {
        let is_soon = before.now.duration_since(since) <= NOT_FOUND_SOON;
        let delay_max = if is_soon { NOT_FOUND_RETRY_MAX } else { BACKOFF_MAX };
        let delay = backoff(looks, before.random).min(delay_max).min(left);
        let missing = Missing { step: before.step.to_owned(), since, looks: looks + 1 };
        return match waiting(fault, before, delay) {
            Verdict::Retry(waiting) => Verdict::Retry(Waiting { missing: Some(missing), ..waiting }),
            other => other,
        };
    }
    match then {
        Decision::Park => Verdict::Park(fault.code.clone()),
        Decision::Skip => Verdict::Skip(fault.code.clone()),
        Decision::Retry => counted(fault, before, TRIES_MAX),
    }
}

fn counted(fault: &Fault, before: Before<'_>, tries_max: u32) -> Verdict {
    let tries = before.tries();
    if tries + 1 >= tries_max {
        return Verdict::Park("gave_up".to_owned());
    }
    let delay = backoff(tries, before.random).max(fault.retry_after.unwrap_or_default());
    match waiting(fault, before, delay) {
        Verdict::Retry(waiting) => Verdict::Retry(Waiting { tries: tries + 1, ..waiting }),
        other => other,
    }
}

/// The same counts as before, and another look after `delay` and a little more, so that all those who were told the same
/// time do not come back in one second.
fn waiting(fault: &Fault, before: Before<'_>, delay: SignedDuration) -> Verdict {
    if before.too_long() {
        return Verdict::Park("waited_too_long".to_owned());
    }
    let spread = u64::try_from(delay.as_millis()).unwrap_or(0) / 8 + 1;
    let jitter = SignedDuration::from_millis(i64::try_from(before.random % spread).unwrap_or(0));
    let delay = delay.min(DELAY_MAX) + jitter;
    Verdict::Retry(Waiting {
        step: before.step.to_owned(),
        tries: before.tries(),
        retry_at: before.now.checked_add(delay).unwrap_or(before.now),
        class: fault.class,
        code: fault.code.clone(),
        message: redact(&fault.message, MESSAGE_MAX),
        missing: before.missing().cloned(),
        held: None,
    })
}

/// Another look when a system that was found down may be asked again: the same counts as before, rarely and ever more so, so that
/// an outage of a day costs neither tries nor receives.
pub(super) fn held_up(fault: &Fault, before: Before<'_>, not_before: Timestamp) -> Verdict {
    let (since, waits) = match before.waiting.and_then(|waiting| waiting.held.as_ref()) {
        Some(held) => (held.since, held.waits),
        None => (before.now, 0),
    };
    let rest = not_before.duration_since(before.now);
    let longest = if fault.class == Class::Auth { AUTH_RETRY } else { BACKOFF_MAX };
    let rising = (HELD_MIN * 2_i32.saturating_pow(waits.min(HELD_DOUBLINGS_MAX))).min(longest);
    match waiting(fault, before, rest.max(rising)) {
        Verdict::Retry(next) => {
            let held = Some(Held { since, waits: waits.saturating_add(1) });
            let earlier = before.waiting;
            Verdict::Retry(Waiting {
                // Whose tries they are stays as it was.
                step: earlier.map_or(next.step, |earlier| earlier.step.clone()),
                tries: earlier.map_or(0, |earlier| earlier.tries),
                held,
                ..next
            })
        }
        other => other,
    }
}

/// Exponential backoff with full jitter from 1 s on: uniform up to the cap of this try, so that orders which failed
/// together do not come back together.
fn backoff(tries: u32, random: u64) -> SignedDuration {
    let base_ms = millis(BACKOFF_BASE);
    let cap_ms = base_ms.saturating_mul(2_u64.saturating_pow(tries.min(20) + 1)).min(millis(BACKOFF_MAX));
    let ms = base_ms + random % (cap_ms - base_ms + 1);
    SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn millis(duration: SignedDuration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(0)
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
        Before { step: "order", waiting, receive_count: 1, waits_since: NOW, now: NOW, random: 7 }
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
        let delay = waiting.retry_at.duration_since(NOW);
        assert!(waiting.tries == 0 && delay >= SignedDuration::from_secs(40), "{waiting:?}");
        assert!(
            delay <= SignedDuration::from_secs(45),
            "a little later, so that not all come at once: {delay}"
        );
    }

    fn half_an_hour(then: Decision) -> Rules {
        Rules { on_error: None, not_found: Some((SignedDuration::from_mins(30), then)) }
    }

    #[test]
    fn what_is_not_there_is_waited_for_as_long_as_the_step_says() {
        let rules = half_an_hour(Decision::Park);
        let mut waiting = waited(verdict(&fault(Class::NotFound), rules, before(None)));
        waiting.missing.as_mut().unwrap().since = NOW - SignedDuration::from_mins(30);
        let last = verdict(&fault(Class::NotFound), rules, before(Some(&waiting)));
        assert_eq!(last, Verdict::Park("code".into()));
    }

    #[test]
    fn looking_for_what_is_not_there_costs_no_tries_of_anything_else() {
        let rules = half_an_hour(Decision::Park);
        let mut last = None;
        for _ in 0..20 {
            last = Some(waited(verdict(&fault(Class::NotFound), rules, before(last.as_ref()))));
        }
        let waiting = waited(verdict(&fault(Class::Transient), rules, before(last.as_ref())));
        assert_eq!((waiting.tries, waiting.missing.unwrap().looks), (1, 20));
    }

    #[test]
    fn an_outage_before_the_first_look_takes_nothing_from_its_time() {
        let rules = half_an_hour(Decision::Skip);
        let outage = waited(verdict(&fault(Class::Transient), rules, before(None)));
        let now = NOW + SignedDuration::from_mins(31);
        let first_look = verdict(&fault(Class::NotFound), rules, Before { now, ..before(Some(&outage)) });
        assert_eq!(waited(first_look).missing.unwrap().since, now);
    }

    #[test]
    fn a_fault_of_another_step_does_not_begin_its_time_anew() {
        let rules = half_an_hour(Decision::Park);
        let looked = waited(verdict(&fault(Class::NotFound), rules, before(None)));
        let at = |minutes| NOW + SignedDuration::from_mins(minutes);
        let other = Before { step: "payment", now: at(20), ..before(Some(&looked)) };
        let throttled = waited(verdict(&fault(Class::Throttled), Rules::default(), other));
        let again = Before { now: at(30), ..before(Some(&throttled)) };
        assert_eq!(verdict(&fault(Class::NotFound), rules, again), Verdict::Park("code".into()));
    }

    #[test]
    fn a_replay_is_as_patient_as_the_first_day() {
        let old = Before { now: NOW + SignedDuration::from_hours(24 * 8), ..before(None) };
        assert_eq!(
            verdict(&fault(Class::Throttled), Rules::default(), old),
            Verdict::Park("waited_too_long".into())
        );
        waited(verdict(&fault(Class::Throttled), Rules::default(), Before { waits_since: old.now, ..old }));
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
