//! The ports in memory: for tests, the bench and the simulation.

mod clock;
mod queue;
mod store;

pub use clock::MemoryClock;
pub use queue::MemoryQueue;
pub use store::MemoryStore;
