//! A flow of `shared/flows` has a queue, a consumer and its lines at ingest and sweep; none of them is there for a flow that is
//! not.

use std::collections::BTreeSet;

use anyhow::Result;

use super::document::{Resource, Template};
use crate::root;

/// Functions that send to every flow's queue.
const TOLD: [&str; 2] = ["IngestFunction", "SweepFunction"];

/// The flows in `shared/flows`.
pub(crate) fn shipped() -> Result<Vec<String>> {
    let mut flows = Vec::new();
    for entry in std::fs::read_dir(root::path("shared/flows"))? {
        let entry = entry?;
        if entry.path().join("flow.yaml").is_file() {
            flows.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    flows.sort();
    Ok(flows)
}

/// Compares.
pub(crate) fn check(template: &Template, shipped: &[String]) -> Vec<String> {
    let blocks: Vec<Resource<'_>> = template
        .of("AWS::Serverless::Function")
        .filter(|function| !function.text("/Environment/Variables/FLOW").is_empty())
        .collect();
    let mut broken = Vec::new();
    let served: BTreeSet<&str> =
        blocks.iter().map(|block| block.text("/Environment/Variables/FLOW")).collect();
    for flow in shipped.iter().filter(|flow| !served.contains(flow.as_str())) {
        broken.push(format!("shared/flows/{flow} has no block; copy another flow's and rename"));
    }
    for block in blocks {
        let flow = block.text("/Environment/Variables/FLOW");
        if shipped.iter().all(|shipped| shipped != flow) {
            broken.push(format!("{}: there is no shared/flows/{flow}", block.id));
        } else {
            broken.extend(block_faults(template, block, flow));
        }
    }
    broken
}

fn block_faults(template: &Template, block: Resource<'_>, flow: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let queue_id = block.text("/Environment/Variables/QUEUE_URL");
    let name = format!("tillbridge-${{Stage}}-flow-{flow}.fifo");
    match template.of("AWS::SQS::Queue").find(|queue| queue.id == queue_id) {
        Some(queue) if queue.text("/QueueName") == name => {}
        Some(queue) => {
            broken.push(format!("{}: must be called {name}; ingest may send to no other", queue.id));
        }
        None => broken.push(format!("{}: QUEUE_URL is no queue of this template", block.id)),
    }
    if block.text("/Events/Queue/Properties/Queue") != format!("{queue_id}.Arn") {
        broken.push(format!("{}: does not read the queue that it is told of", block.id));
    }
    let variable = format!("QUEUE_URL_{}", flow.replace('-', "_").to_ascii_uppercase());
    for function in TOLD {
        let told = template.of("AWS::Serverless::Function").find(|told| told.id == function);
        if told.is_none_or(|told| told.text(&format!("/Environment/Variables/{variable}")) != queue_id) {
            broken.push(format!("{function}: {variable} must be {queue_id}"));
        }
    }
    broken
}
