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

/// Seconds that a message may wait for the ERP's own invoice (`not_found: retry_for: 72h` in order-to-cash).
const ERP_INVOICE_WAIT_S: u64 = 72 * 3600;

/// Checks that the alarm on old messages does not ring for orders that wait as they should. `environments`: stage and file.
pub(crate) fn check_age(
    template: &Template,
    settings: &str,
    environments: &[(String, String)],
) -> Vec<String> {
    let default = template.parameter("QueueAgeAlarmS", "Default").unwrap_or_default();
    let waits = environments.iter().filter(|(_, text)| {
        text.lines().any(|line| line.split('#').next().is_some_and(|line| line.trim() == "invoice_on: erp"))
    });
    let age = |stage: &str| {
        let own = settings
            .lines()
            .find(|line| line.split([' ', '"']).any(|word| word == format!("Stage={stage}")))?;
        own.split([' ', '"']).find_map(|word| word.strip_prefix("QueueAgeAlarmS=")?.parse::<u64>().ok())
    };
    waits
        .filter(|(stage, _)| age(stage).unwrap_or(default) <= ERP_INVOICE_WAIT_S)
        .map(|(stage, _)| {
            format!(
                "QueueAgeAlarmS: stage {stage} says `invoice_on: erp`, which waits up to {ERP_INVOICE_WAIT_S} s; write \
                 QueueAgeAlarmS=266400 into its line of samconfig.toml"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_does_not_ring_for_what_waits_as_it_should() {
        let text = std::fs::read_to_string(root::path("template.yaml")).expect("the template");
        let template = Template::parse(&text).expect("a template");
        let faults = |environment: &str, settings: &str| {
            let environments = [("live".to_owned(), format!("pairs:\n  main:\n    {environment}\n"))];
            check_age(&template, settings, &environments).len()
        };
        let set = "parameter_overrides = \"Stage=live QueueAgeAlarmS=266400\"";
        assert_eq!(faults("invoice_on: erp # theirs", ""), 1);
        assert_eq!(
            faults("invoice_on: erp", "parameter_overrides = \"Stage=other QueueAgeAlarmS=266400\""),
            1
        );
        assert_eq!(faults("invoice_on: erp", set), 0);
        assert_eq!(faults("invoice_on: payment", ""), 0);
    }

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
