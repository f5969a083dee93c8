//! Days: UTC in, a company's time zone out.

use jiff::Timestamp;
use jsonata_core::value::JValue;
use serde_json::Value;

use super::{Failure, count, text};

/// `$date("2026-03-01T23:30:00Z", "Europe/Berlin")` → `"2026-03-02"`: the day that it was there.
pub(super) fn date(arguments: &[JValue], _: &Value) -> Result<JValue, Failure> {
    let [at, zone] = count::<2>(arguments)?;
    let refused = |error: jiff::Error| Failure::new("malformed_date", error.to_string());
    let at: Timestamp = text(at, "timestamp")?.parse().map_err(refused)?;
    let zoned = at.in_tz(text(zone, "zone")?).map_err(refused)?;
    Ok(JValue::string(zoned.date().to_string()))
}
