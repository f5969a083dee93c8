//! Times that must fit each other: a function outlives the AWS requests that it may be waiting for, so that it can still answer, or
//! put down how far it came.

use anyhow::{Context, Result};

use super::document::Template;
use crate::root;

/// Requests one after the other that ingest makes for an event: the secret's, the queue's. A consumer's around a request to another
/// system: what is begun, and what came of it.
const IN_A_ROW: u64 = 2;

/// Seconds that the code says.
pub(crate) struct Coded {
    /// Longest AWS request.
    operation: u64,
    /// What a consumer keeps besides a request's own timeout.
    spare: u64,
}

impl Coded {
    pub(crate) fn read() -> Result<Self> {
        Ok(Self {
            operation: seconds(
                "shared/aws/src/client.rs",
                "const OPERATION_TIMEOUT: Duration = Duration::from_secs(",
            )?,
            spare: seconds(
                "shared/flow/src/engine/run.rs",
                "const SPARE: SignedDuration = SignedDuration::from_secs(",
            )?,
        })
    }
}

fn seconds(file: &str, before: &str) -> Result<u64> {
    let text = std::fs::read_to_string(root::path(file)).context(file.to_owned())?;
    let number = text.split_once(before).and_then(|(_, rest)| rest.split_once(')')).map(|(number, _)| number);
    number
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("{file} no longer says `{before}…)`"))
}

/// Checks the defaults, the least that may be set, and what samconfig.toml sets.
pub(crate) fn check(template: &Template, settings: &str, coded: &Coded) -> Vec<String> {
    let needed = IN_A_ROW * coded.operation;
    let mut broken = Vec::new();
    let parameter = |what: &str| template.parameter("IngestTimeoutS", what);
    let mut ingest = vec![("its default", parameter("Default")), ("its MinValue", parameter("MinValue"))];
    let set = settings.split([' ', '"', '\n']).filter_map(|word| word.strip_prefix("IngestTimeoutS="));
    ingest.extend(set.map(|seconds| ("samconfig.toml", seconds.parse().ok())));
    for (whose, seconds) in ingest {
        if seconds.is_none_or(|seconds| seconds <= needed) {
            broken.push(format!(
                "IngestTimeoutS: {whose} must be above {needed} s: {IN_A_ROW} AWS requests of up to {} s come before the answer",
                coded.operation
            ));
        }
    }
    if coded.spare < needed {
        broken.push(format!(
            "a consumer keeps {} s beside a request, and {IN_A_ROW} AWS requests may take {needed} s: raise SPARE or lower \
             OPERATION_TIMEOUT",
            coded.spare
        ));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_outlives_what_it_waits_for() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let template = Template::parse(&text).expect("a template");
        let faults =
            |operation, spare, settings| check(&template, settings, &Coded { operation, spare }).len();
        assert_eq!(faults(4, 10, ""), 0);
        assert_eq!(faults(12, 10, ""), 3, "default, minimum and spare");
        assert_eq!(faults(4, 7, ""), 1);
        assert_eq!(faults(4, 10, "parameter_overrides = \"Stage=a IngestTimeoutS=8\""), 1);
        assert_eq!(faults(4, 10, "parameter_overrides = \"Stage=a IngestTimeoutS=12\""), 0);
    }
}
