//! What people do about executions that stand: look, correct, replay, discard; and what the sweep does in their place.
//!
//! One file an act. Each act is one transaction: the row, conditional on the version that was looked at, and a record of who
//! did what, when and why ([`Act`]), which stays as long as the execution. Nothing here talks to an outside system but
//! [`heal`], and that only looks.

mod act;
mod correct;
mod difference;
mod discard;
mod error;
mod heal;
mod letter;
mod list;
mod preview;
mod replay;
mod show;
mod still;

pub use act::{Act, By, Deed, MalformedName, Who};
pub use correct::{Checks, Corrected, Target, correct};
pub use difference::Change;
pub use discard::discard;
pub use error::Error;
pub use heal::{Healed, heal};
pub use letter::{Adopted, adopt_letter};
pub use list::{Group, Listed, Wanted, group, list};
pub use preview::{Preview, preview};
pub use replay::{Replay, Replayed, replay, replay_all, resend};
pub use show::{Shown, show};
pub use still::{QUEUED_STANDS_STILL, STANDS_STILL, Still, resend_still};
