//! How things are printed.

use flow::execution::{Execution, Status};

/// A word in its colour, on a terminal.
pub(crate) fn status(status: Status, color: bool) -> String {
    let code = match status {
        Status::Done => "32",
        Status::Parked => "31",
        Status::Waiting | Status::Queued | Status::Running => "33",
        Status::Skipped | Status::Discarded => "90",
    };
    if color { format!("\u{1b}[{code}m{}\u{1b}[0m", status.as_str()) } else { status.as_str().to_owned() }
}

/// Why an execution is where it is; empty where its status says all.
pub(crate) fn reason(execution: &Execution) -> String {
    if let Some(parked) = &execution.parked {
        return format!("{} at step {}", parked.reason, parked.step);
    }
    if let Some(waiting) = &execution.waiting {
        return format!("{} at step {}, next try {}", waiting.code, waiting.step, waiting.retry_at);
    }
    execution.skipped.clone().unwrap_or_default()
}
