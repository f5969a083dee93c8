//! A page of a list, the newest first.
//!
//! Source: <https://docs.stripe.com/api/pagination> (`starting_after` an id, at most 100 rows, `has_more`).

use jiff::Timestamp;
use outbound::Effect;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::Read;
use crate::{Client, Error, time};

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

/// All rows of a list that were made since a moment, page by page.
///
/// # Errors
/// As Stripe answers.
pub(crate) async fn all_since<T: DeserializeOwned>(
    client: &Client,
    name: &'static str,
    path: &str,
    from: Timestamp,
    expanded: &[(&str, &str)],
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Error> {
    let (limit, from) = (ROWS_MAX.to_string(), time::ceiling(from).to_string());
    let mut rows: Vec<T> = Vec::new();
    loop {
        let mut query = vec![("limit", limit.as_str()), ("created[gte]", from.as_str())];
        query.extend(expanded);
        query.extend(rows.last().map(|last| ("starting_after", id(last))));
        let page = client.get::<Page<T>>(name, path, &query, None).await?.page(name)?;
        rows.extend(page.data);
        if !page.has_more {
            return Ok(rows);
        }
    }
}
