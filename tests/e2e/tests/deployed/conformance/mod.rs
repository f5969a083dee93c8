//! Does the local cloud behave as AWS does where tillbridge relies on it? A failure here is the emulator's, not ours.

mod mapping;
mod queues;
mod table;

/// What a message says when it fails: whose fault it is.
const BLAME: &str = "the local cloud misbehaves";

/// A name that no other test or run uses.
fn unique(name: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{name}-{}-{}", std::process::id(), now.as_nanos())
}
