//! Executions as the table holds them: the head row, its parts, and the fenced writes that move it on.
//!
//! `claim` takes one, [`Claimed`] writes what its owner may, `read` is for operators. The rules are those of
//! `ARCHITECTURE.md`, "Executions".

mod claim;
mod claimed;
mod key;
mod link;
mod part;
mod read;
mod row;

pub use claim::{Claim, STARTS_MAX, claim};
pub use claimed::{BeginError, Claimed, Guards, Progress};
pub use key::{document_key, event_keys, execution_pk, head_key, link_key, step_key};
pub use link::{Link, Links};
pub use part::{Begun, StepPath, StepRecord};
pub use read::{
    Filter, History, by_entity, by_status, entities, execution_by_event, history, linked, read_event,
};
pub use row::{Execution, Held, MendedBy, Missing, Parked, Status, Waiting};
