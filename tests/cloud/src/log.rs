//! What is written to the log while a test runs on this thread: what CloudWatch would keep of it.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the thread. One for the process, because tracing remembers which lines anybody wants.
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that any library says from now on, at a level that `template.yaml` does not even allow.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let lines = tracing_subscriber::fmt().json().with_max_level(LevelFilter::TRACE);
        // Where somebody else listens already nothing is heard here, and a test that wants lines says so.
        let _set = tracing::subscriber::set_global_default(lines.with_writer(|| Log).finish());
    });
    LOG.take();
}

/// What was said, a JSON line each.
#[must_use]
pub fn heard() -> String {
    String::from_utf8_lossy(&LOG.take()).into_owned()
}
