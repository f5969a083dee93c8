//! The engine's behaviour through its public surface.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod document;
mod engine;
mod engine_world;
mod expression;
