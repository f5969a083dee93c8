//! Executions as the table holds them: the head row, its parts, and the fenced writes that move it on.
//!
//! `claim` takes one, [`Claimed`] writes what its owner may, `read` is for operators. The rules are those of
//! `ARCHITECTURE.md`, "Executions".

mod claim;
mod claimed;
mod event;
mod kept;
mod key;
mod link;
pub(crate) mod operated;
mod part;
mod read;
mod row;

pub use claim::{Claim, STARTS_MAX, claim};
pub(crate) use claim::{creation, fresh};
pub use claimed::{BeginError, Claimed, Guards, Progress};
pub(crate) use event::event_items;
pub(crate) use kept::counts;
pub use key::{document_key, event_keys, execution_pk, head_key, link_key, step_key};
pub(crate) use key::{is_head, status_partition};
pub use link::{Link, Links};
pub use part::{Begun, StepPath, StepRecord};
pub use read::{History, by_entity, entities, execution_by_event, history, linked, read_event};
pub(crate) use row::EXPIRES_AT;
pub use row::{Execution, Held, MendedBy, Missing, NO_STEP, Parked, Status, Waiting};
