//! Which parked executions are meant.

use canonical::PairId;
use flow::execution::MendedBy;
use flow::operate::Wanted;
use flow::{Class, FlowName};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::de::{DeserializeOwned, IntoDeserializer, value};

/// Which parked executions.
#[derive(clap::Args)]
pub(crate) struct Filter {
    /// Only those of a flow.
    #[arg(long)]
    flow: Option<FlowName>,
    /// Only those parked for this reason, as `tillbridge parked --group` lists them.
    #[arg(long)]
    reason: Option<String>,
    /// Only those of a class: validation, permission, not_found, duplicate, conflict, transient, unknown_outcome, throttled, auth.
    #[arg(long, value_parser = word::<Class>)]
    class: Option<Class>,
    /// Only those that this person can mend: merchant (the data), administrator (rights and keys), operator (tillbridge itself).
    #[arg(long, value_name = "WHO", value_parser = word::<MendedBy>)]
    mended_by: Option<MendedBy>,
    /// Only those parked since: `2026-03-02T09:00:00Z`, `2026-03-02` (UTC), or so long ago: `90m`, `12h`, `3d`.
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only those parked before.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

impl Filter {
    /// Whether nothing is asked of them.
    pub(crate) fn is_empty(&self) -> bool {
        self.flow.is_none()
            && self.reason.is_none()
            && self.class.is_none()
            && self.mended_by.is_none()
            && self.since.is_none()
            && self.until.is_none()
    }

    /// What the table is asked for.
    pub(crate) fn wanted(&self, pair: &PairId, limit: usize) -> Wanted {
        Wanted {
            flow: self.flow.clone(),
            reason: self.reason.clone(),
            class: self.class,
            mended_by: self.mended_by,
            since: self.since,
            until: self.until,
            limit,
            ..Wanted::parked(pair.clone())
        }
    }
}

/// A word as the table writes it.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let word: value::StrDeserializer<'_, value::Error> = text.into_deserializer();
    T::deserialize(word).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(day) = text.parse::<Date>() {
        return day
            .to_zoned_datetime(TimeZone::UTC)
            .map(|at| at.timestamp())
            .map_err(|error| error.to_string());
    }
    ago(text)
        .and_then(|ago| Timestamp::now().checked_sub(ago).ok())
        .ok_or_else(|| "is no time: write 2026-03-02T09:00:00Z, 2026-03-02, 90m, 12h or 3d".to_owned())
}

fn ago(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    let number = i64::from(number);
    match unit {
        "m" => Some(SignedDuration::from_mins(number)),
        "h" => Some(SignedDuration::from_hours(number)),
        "d" => Some(SignedDuration::from_hours(number * 24)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let at = |text: &str| time(text).map(|at| at.to_string());
        assert_eq!(at("2026-03-02T10:00:00+01:00").unwrap(), "2026-03-02T09:00:00Z");
        assert_eq!(at("2026-03-02").unwrap(), "2026-03-02T00:00:00Z");
        let since = time("3d").unwrap();
        let age = Timestamp::now().duration_since(since);
        assert!(age >= SignedDuration::from_hours(72) && age < SignedDuration::from_hours(73), "{age}");
        for wrong in ["", "d", "3w", "-3h", "yesterday", "é"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_are_those_of_the_table() {
        assert_eq!(word("unknown_outcome"), Ok(Class::UnknownOutcome));
        assert_eq!(word("merchant"), Ok(MendedBy::Merchant));
        assert!(word::<MendedBy>("boss").unwrap_err().contains("merchant"));
    }
}
