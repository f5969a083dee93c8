//! The engine's ports on AWS: the table on DynamoDB, the queues on SQS, secrets, time, and metrics; and what a function is
//! started with.
//!
//! It translates and classes errors; it holds no rule of executions (those are in `flow`, over any store) and must
//! not know a flow, a connector or what an event says.

mod client;
mod clock;
pub mod emf;
mod error;
pub mod function;
mod letters;
mod metric;
mod queues;
mod secrets;
mod table;

pub use aws_config::SdkConfig;
pub use client::{sdk_config, sdk_config_of_local_cloud};
pub use clock::SystemClock;
pub use error::Error;
pub use letters::DeadLetters;
pub use metric::{Metric, NAMESPACE};
pub use queues::{Queues, queue_url};
pub use secrets::Secrets;
pub use table::Table;
