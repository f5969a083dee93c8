//! Ingest from the request to the queue.

mod config;
mod fixtures;
mod property;
mod queued;
mod refused;
mod world;
