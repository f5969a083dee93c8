//! An alarm reaches somebody and tells them one thing to do: a heading of `infra/RUNBOOK.md`, which is there for an alarm. What
//! can stop a flow has an alarm in its block.

use std::collections::BTreeSet;

use super::document::{Resource, Template};

/// The chapter whose headings alarms name.
const CHAPTER: &str = "\n## Alarms\n";
/// How a description names its heading.
const NAMES: &str = "RUNBOOK.md, \"";
/// What is watched of each flow: the metric, and where its dimensions name the flow's queue, function or name.
const OF_A_FLOW: [&str; 5] = ["ApproximateAgeOfOldestMessage", "Errors", "Throttles", "Parked", "Retries"];

/// Compares alarms with headings.
pub(crate) fn check(template: &Template, runbook: &str) -> Vec<String> {
    let headings = headings(runbook);
    let mut named = BTreeSet::new();
    let mut broken = Vec::new();
    for alarm in template.of("AWS::CloudWatch::Alarm") {
        let description = alarm.text("/AlarmDescription");
        let said: Vec<&str> =
            description.split(NAMES).skip(1).filter_map(|rest| rest.split('"').next()).collect();
        match said.as_slice() {
            [heading] if headings.contains(heading) => {
                named.insert(*heading);
            }
            [heading] => {
                broken.push(format!("{}: infra/RUNBOOK.md has no alarm called \"{heading}\"", alarm.id));
            }
            _ => broken.push(format!("{}: must name one heading: … {NAMES}<heading>\".", alarm.id)),
        }
        if alarm
            .property("/AlarmActions")
            .as_array()
            .is_none_or(|actions| !actions.contains(&"AlarmTopic".into()))
        {
            broken.push(format!("{}: reaches nobody, AlarmActions must hold AlarmTopic", alarm.id));
        }
        if alarm.text("/TreatMissingData").is_empty() {
            broken.push(format!("{}: TreatMissingData: say what silence means", alarm.id));
        }
    }
    let orphaned = headings.difference(&named);
    broken.extend(orphaned.map(|heading| format!("no alarm leads to infra/RUNBOOK.md, \"{heading}\"")));
    broken.extend(unwatched(template));
    broken
}

/// What no alarm of a flow's block watches.
fn unwatched(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    for block in template.of("AWS::Serverless::Function") {
        let flow = block.text("/Environment/Variables/FLOW");
        if flow.is_empty() {
            continue;
        }
        let queue = format!("{}.QueueName", block.text("/Environment/Variables/QUEUE_URL"));
        let is_of_it = |alarm: &Resource<'_>| {
            let dimensions = alarm.property("/Dimensions").as_array().into_iter().flatten();
            let mut values = dimensions.filter_map(|dimension| dimension["Value"].as_str());
            values.any(|value| value == flow || value == queue || value == block.id)
        };
        for metric in OF_A_FLOW {
            let mut alarms = template.of("AWS::CloudWatch::Alarm").filter(is_of_it);
            if alarms.all(|alarm| alarm.text("/MetricName") != metric) {
                broken.push(format!("{}: {metric} has no alarm in its block", block.id));
            }
        }
    }
    broken
}

fn headings(runbook: &str) -> BTreeSet<&str> {
    let chapter = runbook.split_once(CHAPTER).map_or("", |(_, rest)| rest);
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    chapter.lines().filter_map(|line| line.strip_prefix("### ")).collect()
}
