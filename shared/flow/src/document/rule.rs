//! What a document says shall follow a fault.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::load::Loader;
use super::model::{NotFoundDocument, RetryDocument, ThenDocument};
use super::nearest;
use super::step::{At, quoted};
use crate::plan::{Decision, OnError, OnNotFound};
use crate::{Class, StepId};

/// Every class of faults, as keys of `on_error`.
const CLASSES: [Class; 9] = [
    Class::Throttled,
    Class::Transient,
    Class::UnknownOutcome,
    Class::Conflict,
    Class::NotFound,
    Class::Auth,
    Class::Permission,
    Class::Validation,
    Class::Duplicate,
];
/// Longest that a step may wait for a thing to appear.
const RETRY_FOR_MAX: SignedDuration = SignedDuration::from_hours(72);

impl Loader<'_> {
    /// A class is known; a code is any other word in snake case, unless it looks like a class misspelt.
    pub(super) fn check_error_name(&mut self, at: &At<'_>, line: u32, name: &str) {
        let classes = CLASSES.map(Class::as_str);
        if classes.contains(&name) {
            return;
        }
        if name.parse::<StepId>().is_err() {
            let message = format!("`{name}` is neither a class nor a code");
            self.mistake(
                line,
                Some(&at.id),
                message,
                format!("classes are {}; codes are in snake case", quoted(&classes)),
            );
        } else if let Some(near) = nearest(name, classes.into_iter()) {
            let message = format!("`{name}` is no class of faults");
            self.mistake(line, Some(&at.id), message, format!("did you mean `{near}`?"));
        }
    }

    pub(super) fn not_found(
        &mut self,
        at: &At<'_>,
        document: NotFoundDocument,
        of: &mut BTreeMap<String, OnNotFound>,
    ) -> OnNotFound {
        let line = at.node.get("not_found").map_or(at.node.line, |node| node.line);
        let RetryDocument { retry_for, then } = match document {
            NotFoundDocument::Now(decision) => return OnNotFound::Now(self.decision(at, line, &decision)),
            NotFoundDocument::Retry(retry) => retry,
        };
        let duration = retry_for.parse().unwrap_or(SignedDuration::ZERO);
        if duration <= SignedDuration::ZERO || duration > RETRY_FOR_MAX {
            let message = format!("`retry_for: {retry_for}` is no time between 0 and 72 h");
            self.mistake(line, Some(&at.id), message, "write it as `30m` or `2h`");
        }
        let then = match then {
            Some(ThenDocument::All(then)) => self.decision(at, line, &then),
            Some(ThenDocument::ByCode(codes)) => {
                for (code, then) in codes {
                    let then = self.decision(at, line, &then);
                    of.insert(code, OnNotFound::RetryFor { duration, then });
                }
                OnError::Always(Decision::Park)
            }
            None => OnError::Always(Decision::Park),
        };
        OnNotFound::RetryFor { duration, then }
    }

    pub(super) fn decision(&mut self, at: &At<'_>, line: u32, text: &str) -> OnError {
        if let Some(decision) = Decision::parse(text) {
            return OnError::Always(decision);
        }
        if super::value::inside(text).is_none() {
            let message = format!("`{text}` is nothing that can follow a fault");
            self.mistake(
                line,
                Some(&at.id),
                message,
                "say `retry`, `park`, `skip`, or an expression that does",
            );
            return OnError::Always(Decision::Park);
        }
        OnError::By(self.expression_text(at, line, text))
    }
}
