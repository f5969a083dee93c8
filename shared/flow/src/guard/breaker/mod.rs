//! Whether a system of a pair is asked at all. One row for each, shared by all flows: when several executions find it down, it is
//! left alone, so that no message burns its tries on it, and asked again by one execution at a time.
//!
//! The states move in [`Breaker`]'s total functions; `row` changes what the table holds, by conditional writes.

mod row;

use std::collections::BTreeMap;

use canonical::redact;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Class, Fault, System};

pub use row::{change, close, read, troubled, win_probe};

/// So many executions must find a system down …
pub const FAILURES_MAX: usize = 5;
/// … within this time, without a success between.
pub const FAILURES_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// The first rest of a system that was found down; it doubles with each probe that fails.
pub const REST_MIN: SignedDuration = SignedDuration::from_mins(1);
/// The longest rest.
pub const REST_MAX: SignedDuration = SignedDuration::from_mins(15);
/// The rest of a system that refused our identity.
pub const AUTH_REST: SignedDuration = SignedDuration::from_mins(5);
/// Characters of a fault's message that the row keeps.
const MESSAGE_MAX: usize = 400;

/// What is known of a system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Whether it is asked.
    pub state: State,
    /// Executions that found it down lately, and when.
    #[serde(default)]
    pub failures: BTreeMap<String, Timestamp>,
    /// Why it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Rises with each change; a change is conditional on it.
    #[serde(default)]
    pub version: u64,
    /// Who closed it by hand, when and why, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by_hand: Option<ByHand>,
}

/// Whether a system is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// It is.
    #[default]
    Closed,
    /// It is not, until `retry_at`.
    Open {
        /// When the first message through asks it again.
        retry_at: Timestamp,
        /// The rest after the next failure, seconds.
        rest_s: i64,
    },
    /// One execution asks it; the others wait for what comes of that.
    HalfOpen {
        /// Which.
        probe: String,
        /// When its process must have ended.
        until: Timestamp,
        /// The rest after a failure, seconds.
        rest_s: i64,
    },
}

/// Why a breaker was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The class of the last fault.
    pub class: Class,
    /// Its code.
    pub code: String,
    /// Its message, redacted.
    pub message: String,
    /// When it was opened.
    pub since: Timestamp,
    /// The version of the secret that was refused, where the identity was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_version: Option<String>,
}

/// A person's act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// What an execution may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Ask.
    Ask,
    /// Ask, as the only one: the row must say so first.
    Probe,
    /// Not now; not before then.
    Wait(Timestamp),
}

/// A breaker as a delivery left it, or was held up by it; for logs and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The system.
    pub system: System,
    /// Whether the system is left alone because it does not answer. One that refuses our identity answers: that is told as `auth`.
    pub is_down: bool,
}

impl Breaker {
    /// Whether it is open because the system does not answer.
    #[must_use]
    pub fn is_down(&self) -> bool {
        !self.is_closed() && self.cause.as_ref().is_none_or(|cause| cause.class != Class::Auth)
    }

    /// Whether it is asked as a matter of course.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether there is nothing to forget.
    #[must_use]
    pub fn is_untroubled(&self) -> bool {
        self.is_closed() && self.failures.is_empty()
    }

    /// What `execution` may do at `now`, with a secret of this version.
    #[must_use]
    pub fn leave(&self, execution: &str, secret_version: Option<&str>, now: Timestamp) -> Leave {
        match &self.state {
            State::Closed => Leave::Ask,
            State::Open { .. } if self.was_refused_another(secret_version) => Leave::Probe,
            State::Open { retry_at, .. } if *retry_at <= now => Leave::Probe,
            State::Open { retry_at, .. } => Leave::Wait(*retry_at),
            // Its process stopped, or it is this one: a probe's execution goes on with it.
            State::HalfOpen { probe, until, .. } if probe == execution || *until <= now => Leave::Probe,
            State::HalfOpen { until, .. } => Leave::Wait(*until),
        }
    }

    /// Whether the identity was refused with another secret than this.
    fn was_refused_another(&self, secret_version: Option<&str>) -> bool {
        let refused = self.cause.as_ref().and_then(|cause| cause.secret_version.as_deref());
        refused.is_some() && secret_version.is_some() && refused != secret_version
    }

    /// `execution` begins to ask, as the only one.
    pub fn probed(&mut self, execution: &str, until: Timestamp) {
        let rest_s = self.rest_s();
        self.state = State::HalfOpen { probe: execution.to_owned(), until, rest_s };
    }

    /// `execution` met a fault at `now`.
    pub fn failed(&mut self, execution: &str, fault: &Fault, secret_version: Option<&str>, now: Timestamp) {
        let is_auth = fault.class == Class::Auth;
        match &self.state {
            State::Closed => {
                self.failures.retain(|_, at| now.duration_since(*at) <= FAILURES_WITHIN);
                self.failures.insert(execution.to_owned(), now);
                if is_auth || self.failures.len() >= FAILURES_MAX {
                    self.open(fault, secret_version, now);
                }
            }
            State::HalfOpen { probe, .. } if probe == execution => self.open(fault, secret_version, now),
            // It was begun before the breaker opened, and says nothing new.
            State::HalfOpen { .. } | State::Open { .. } => {}
        }
    }

    /// `execution` had an answer.
    pub fn succeeded(&mut self) {
        self.state = State::Closed;
        self.failures.clear();
        self.cause = None;
    }

    /// The probe came to no answer of the system, good or bad: the next one may ask.
    pub fn given_back(&mut self, execution: &str, now: Timestamp) {
        if let State::HalfOpen { probe, rest_s, .. } = &self.state
            && probe == execution
        {
            self.state = State::Open { retry_at: now, rest_s: *rest_s };
        }
    }

    fn open(&mut self, fault: &Fault, secret_version: Option<&str>, now: Timestamp) {
        let is_auth = fault.class == Class::Auth;
        let rest = if is_auth { AUTH_REST } else { SignedDuration::from_secs(self.rest_s()) };
        let next = (rest * 2).min(REST_MAX);
        let retry_at = now.checked_add(rest).unwrap_or(now);
        let since = self.cause.as_ref().map_or(now, |cause| cause.since);
        self.state = State::Open { retry_at, rest_s: next.as_secs() };
        self.failures.clear();
        self.cause = Some(Cause {
            class: fault.class,
            code: fault.code.clone(),
            // What the log may say: whoever waits for the system logs it.
            message: redact(fault.for_log(), MESSAGE_MAX),
            since,
            secret_version: secret_version.filter(|_| is_auth).map(str::to_owned),
        });
    }

    fn rest_s(&self) -> i64 {
        match &self.state {
            State::Closed => REST_MIN.as_secs(),
            State::Open { rest_s, .. } | State::HalfOpen { rest_s, .. } => *rest_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Timestamp {
        NOW + SignedDuration::from_secs(seconds)
    }

    fn down() -> Fault {
        Fault::new(Class::Transient, "unavailable", "503")
    }

    fn refused() -> Fault {
        Fault::new(Class::Auth, "unauthorized", "401")
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        for n in 0..5 {
            breaker.failed(&format!("evt_{n}"), &down(), None, at(n));
        }
        breaker
    }

    #[test]
    fn five_executions_within_a_minute_open_it_and_one_alone_never_does() {
        let mut breaker = Breaker::default();
        for n in 0..20 {
            breaker.failed("evt_1", &down(), None, at(n));
        }
        for n in 0..4 {
            breaker.failed(&format!("evt_{n}"), &down(), None, at(20 + n * 21));
        }
        assert!(breaker.is_closed(), "{breaker:?}");
        assert_eq!(opened().leave("evt_9", None, at(5)), Leave::Wait(at(64)));
    }

    #[test]
    fn a_success_between_begins_the_count_anew() {
        let mut breaker = Breaker::default();
        for n in 0..4 {
            breaker.failed(&format!("evt_{n}"), &down(), None, at(n));
        }
        breaker.succeeded();
        breaker.failed("evt_4", &down(), None, at(5));
        assert!(breaker.is_closed());
    }

    #[test]
    fn one_asks_after_the_rest_and_the_others_wait_for_it() {
        let mut breaker = opened();
        assert_eq!(breaker.leave("evt_9", None, at(64)), Leave::Probe);
        breaker.probed("evt_9", at(200));
        assert_eq!(breaker.leave("evt_8", None, at(65)), Leave::Wait(at(200)));
        assert_eq!(breaker.leave("evt_9", None, at(65)), Leave::Probe, "its own next delivery goes on");
        assert_eq!(breaker.leave("evt_8", None, at(200)), Leave::Probe, "its process stopped");
        breaker.succeeded();
        assert!(breaker.is_untroubled());
    }

    #[test]
    fn each_probe_that_fails_doubles_the_rest_up_to_a_quarter_of_an_hour() {
        let mut breaker = opened();
        let mut rests = Vec::new();
        let mut now = at(64);
        for _ in 0..6 {
            breaker.probed("evt_9", now + SignedDuration::from_secs(130));
            breaker.failed("evt_8", &down(), None, now);
            breaker.failed("evt_9", &down(), None, now);
            let State::Open { retry_at, .. } = breaker.state else { panic!("{breaker:?}") };
            rests.push(retry_at.duration_since(now).as_secs());
            now = retry_at;
        }
        assert_eq!(rests, [120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn a_probe_that_asked_nothing_leaves_it_to_the_next() {
        let mut breaker = opened();
        breaker.probed("evt_9", at(300));
        breaker.given_back("evt_8", at(70));
        assert_eq!(breaker.leave("evt_8", None, at(71)), Leave::Wait(at(300)));
        breaker.given_back("evt_9", at(70));
        assert_eq!(breaker.leave("evt_8", None, at(71)), Leave::Probe);
    }

    #[test]
    fn a_refused_identity_opens_it_at_once_and_another_secret_is_tried_at_once() {
        let mut breaker = Breaker::default();
        breaker.failed("evt_1", &refused(), Some("v1"), NOW);
        assert_eq!(breaker.leave("evt_2", Some("v1"), at(1)), Leave::Wait(at(300)));
        assert_eq!(breaker.leave("evt_2", Some("v2"), at(1)), Leave::Probe);
    }

    #[test]
    fn what_was_begun_before_it_opened_changes_nothing() {
        let mut breaker = opened();
        let before = breaker.clone();
        breaker.failed("evt_7", &down(), None, at(30));
        assert_eq!(breaker, before);
    }
}
