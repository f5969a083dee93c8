//! How things are printed.

use std::io::Write;

use flow::execution::{Execution, Status};

/// Writes a line. A reader that has gone away is an error like another: `println!` would panic.
///
/// # Errors
/// Nobody reads.
pub(crate) fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}

/// Letters of the longest status, so that columns stand below each other.
const STATUS_WIDTH: usize = 9;

/// A word in its colour, on a terminal.
pub(crate) fn status(status: Status, color: bool) -> String {
    let code = match status {
        Status::Done => "32",
        Status::Parked => "31",
        Status::Waiting | Status::Queued | Status::Running => "33",
        Status::Skipped | Status::Discarded => "90",
    };
    let word = format!("{:<STATUS_WIDTH$}", status.as_str());
    if color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word }
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

/// Whether something is as it must be.
pub(crate) fn mark(is_well: bool, color: bool) -> &'static str {
    match (is_well, color) {
        (true, true) => "\u{1b}[32mok\u{1b}[0m",
        (true, false) => "ok",
        (false, true) => "\u{1b}[31m!!\u{1b}[0m",
        (false, false) => "!!",
    }
}
