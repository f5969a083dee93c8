//! A page of a list, the newest first.
//!
//! Source: <https://docs.stripe.com/api/pagination> (`starting_after` an id, at most 100 rows, `has_more`).

use outbound::Effect;
use serde::Deserialize;

use crate::Error;
use crate::client::Read;

/// Rows that a page may have.
pub(crate) const ROWS_MAX: u32 = 100;

#[derive(Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
}

impl<T> Read<Page<T>> {
    /// The page. One that is empty and says that there are more leads nowhere.
    pub(crate) fn page(self, action: &'static str) -> Result<Page<T>, Error> {
        if self.object.has_more && self.object.data.is_empty() {
            let problem = "an empty page that says there are more".to_owned();
            let request_id = self.request_id;
            return Err(Error::Unreadable { action, effect: Effect::Read, problem, request_id });
        }
        Ok(self.object)
    }
}
