//! Which executions stand, and how many for each reason.

use std::collections::{BTreeMap, BTreeSet};

use canonical::PairId;
use jiff::{SignedDuration, Timestamp};

use crate::execution::{Execution, MendedBy, Status, is_head, status_partition};
use crate::{Class, FlowName, Index, Page, Store, StoreError};

/// Rows that one request to the index asks for. DynamoDB gives 1 MB at most, which is about 500 rows.
const PAGE_ROWS: u32 = 500;

/// Which executions are wanted; what is `None` does not matter.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The pair.
    pub pair: PairId,
    /// The status, mostly [`Status::Parked`].
    pub status: Status,
    /// The flow.
    pub flow: Option<FlowName>,
    /// The reason that they were parked for.
    pub reason: Option<String>,
    /// The class of the fault.
    pub class: Option<Class>,
    /// Who can mend them.
    pub mended_by: Option<MendedBy>,
    /// Parked (else: last changed) at this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// How many at most: those that changed last.
    pub limit: usize,
}

impl Wanted {
    /// Everything that is parked.
    #[must_use]
    pub const fn parked(pair: PairId) -> Self {
        Self {
            pair,
            status: Status::Parked,
            flow: None,
            reason: None,
            class: None,
            mended_by: None,
            since: None,
            until: None,
            limit: usize::MAX,
        }
    }

    fn fits(&self, execution: &Execution) -> bool {
        let parked = execution.parked.as_ref();
        let at = parked.map_or(execution.updated_at, |parked| parked.at);
        self.flow.as_ref().is_none_or(|flow| *flow == execution.flow)
            && self.reason.as_ref().is_none_or(|reason| parked.is_some_and(|parked| parked.reason == *reason))
            && self.class.is_none_or(|class| parked.is_some_and(|parked| parked.class == class))
            && self.mended_by.is_none_or(|by| parked.is_some_and(|parked| parked.mended_by == by))
            && self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
    }
}

/// Within a second the index's order is that of text, not of time (`07Z` stands behind `07.5Z`).
const ORDER: SignedDuration = SignedDuration::from_secs(2);

/// What was listed.
#[derive(Debug, Default)]
pub struct Listed {
    /// The oldest change first.
    pub executions: Vec<Execution>,
    /// Rows that are not of our form: each is named, and hides none of the others.
    pub unreadable: Vec<StoreError>,
}

/// Lists executions. Reads the index page by page, however many there are; a row that has just changed may still be listed as it
/// was, which is why every act looks at the row itself.
///
/// # Errors
/// Unavailable.
pub async fn list(store: &dyn Store, wanted: &Wanted) -> Result<Listed, StoreError> {
    let pk = status_partition(&wanted.pair, wanted.status);
    let mut found = Vec::new();
    let mut unreadable = Vec::new();
    let mut from = None;
    loop {
        let Page { items, next } = store.index(Index::ByStatus, &pk, from.take(), PAGE_ROWS).await?;
        for item in items.iter().filter(|item| is_head(&item.key)) {
            let execution = match Execution::from_item(item) {
                Ok(execution) => execution,
                Err(malformed) => {
                    unreadable.push(malformed);
                    continue;
                }
            };
            // Rows come by their last change, the last first: before `since` none follows that was parked later.
            let is_over =
                wanted.since.is_some_and(|since| since.duration_since(execution.updated_at) > ORDER);
            if is_over || found.len() >= wanted.limit {
                return Ok(Listed { executions: in_order(found), unreadable });
            }
            if wanted.fits(&execution) {
                found.push(execution);
            }
        }
        if next.is_none() {
            return Ok(Listed { executions: in_order(found), unreadable });
        }
        from = next;
    }
}

fn in_order(mut found: Vec<Execution>) -> Vec<Execution> {
    found.reverse();
    found.sort_by_key(|execution| execution.updated_at);
    found
}

/// Executions that were parked for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Group {
    /// The reason.
    pub reason: String,
    /// The class of the fault.
    pub class: Class,
    /// Who can mend them.
    pub mended_by: MendedBy,
    /// How many.
    pub count: usize,
    /// The flows in which it happened.
    pub flows: BTreeSet<FlowName>,
    /// When the first was parked.
    pub oldest: Timestamp,
    /// When the last was parked.
    pub newest: Timestamp,
    /// The first, as an example: `<flow>/<event>`.
    pub example: String,
}

/// Groups parked executions by their reason, the most frequent first.
#[must_use]
pub fn group(executions: &[Execution]) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for execution in executions {
        let Some(parked) = &execution.parked else { continue };
        let group = groups.entry(&parked.reason).or_insert_with(|| Group {
            reason: parked.reason.clone(),
            class: parked.class,
            mended_by: parked.mended_by,
            count: 0,
            flows: BTreeSet::new(),
            oldest: parked.at,
            newest: parked.at,
            example: super::error::name(execution),
        });
        group.count += 1;
        group.flows.insert(execution.flow.clone());
        group.oldest = group.oldest.min(parked.at);
        group.newest = group.newest.max(parked.at);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.reason.cmp(&other.reason)));
    groups
}
