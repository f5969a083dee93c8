//! Times as Stripe writes them: seconds since 1970.

use jiff::Timestamp;

use crate::Error;
use crate::error::named;

/// The moment that `seconds` of `subject` is.
pub(crate) fn at(seconds: i64, subject: &str) -> Result<Timestamp, Error> {
    Timestamp::from_second(seconds).map_err(|_| Error::UnknownValue {
        what: "the time",
        subject: named(subject),
        value: seconds.to_string(),
    })
}

/// The first whole second that is not before a moment: rows are dated to the second.
pub(crate) fn ceiling(moment: Timestamp) -> i64 {
    // The whole seconds of a moment are cut towards 1970: only after it is one missing.
    moment.as_second() + i64::from(moment.subsec_nanosecond() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_between_two_seconds_is_before_the_later() {
        for (text, second) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.000000001Z", 1),
            ("1969-12-31T23:59:58.5Z", -1),
            ("1969-12-31T23:59:58Z", -2),
        ] {
            assert_eq!(ceiling(text.parse().unwrap()), second, "{text}");
        }
    }
}
