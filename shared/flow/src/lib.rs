//! The engine: a flow document becomes a validated plan, an event becomes an execution of it.
//!
//! It decides what runs, what is retried and what a person must look at. It reaches the world through four ports
//! ([`Store`], [`Queue`], [`Clock`], [`Connector`]) and must not know AWS, HTTP, Stripe or Magento; nor any one flow.

pub mod action;
pub mod delivery;
pub mod document;
pub mod engine;
pub mod execution;
pub mod expression;
pub mod fault;
pub mod guard;
pub mod memory;
pub mod name;
pub mod operate;
pub mod plan;
pub mod port;
pub mod route;
pub mod stored;

pub use action::{Action, ActionSpec, Call, Effect, Table};
pub use delivery::Delivery;
pub use fault::{Class, Fault};
pub use name::{ActionName, FlowName, StepId, System};
pub use port::{
    Attributes, Clock, Condition, Connector, Cursor, Index, Item, Key, Letter, Letters, Message, Page, Ports,
    Queue, QueueError, QueueName, Store, StoreError, Write,
};
