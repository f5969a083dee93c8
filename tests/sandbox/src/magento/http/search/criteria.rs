//! The criteria of a query, read and echoed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::magento::refusal::Refusal;

use super::filter::{Condition, Filter};

/// What is searched for: filters of a group are OR, groups are AND.
#[derive(Debug, Default)]
pub(super) struct Criteria {
    groups: BTreeMap<String, BTreeMap<String, Sent>>,
    filters: Vec<Vec<Filter>>,
    /// Columns, and whether their order is ascending.
    pub(super) sort: Vec<(String, bool)>,
    pub(super) size: Option<usize>,
    pub(super) page: Option<usize>,
}

/// A filter as it was sent.
#[derive(Clone, Debug, Default)]
struct Sent {
    field: String,
    value: String,
    condition: Option<String>,
}

impl Criteria {
    /// Reads both spellings of each name; what is no criterion is left alone.
    pub(super) fn read(query: &[(String, String)]) -> Result<Self, Refusal> {
        let mut criteria = Self::default();
        let mut sort: BTreeMap<String, (String, bool)> = BTreeMap::new();
        for (name, value) in query {
            let parts: Vec<&str> = name.split(['[', ']']).filter(|part| !part.is_empty()).collect();
            match parts.as_slice() {
                ["searchCriteria", "filter_groups" | "filterGroups", group, "filters", filter, what] => {
                    let group = criteria.groups.entry((*group).to_owned()).or_default();
                    let filter = group.entry((*filter).to_owned()).or_default();
                    match *what {
                        "field" => filter.field.clone_from(value),
                        "value" => filter.value.clone_from(value),
                        "condition_type" | "conditionType" => filter.condition = Some(value.clone()),
                        _ => {}
                    }
                }
                ["searchCriteria", "sortOrders" | "sort_orders", at, what] => {
                    let order = sort.entry((*at).to_owned()).or_insert_with(|| (String::new(), false));
                    match *what {
                        "field" => order.0.clone_from(value),
                        "direction" => order.1 = value.eq_ignore_ascii_case("asc"),
                        _ => {}
                    }
                }
                ["searchCriteria", "pageSize" | "page_size"] => criteria.size = Some(number(value)?),
                ["searchCriteria", "currentPage" | "current_page"] => criteria.page = Some(number(value)?),
                _ => {}
            }
        }
        criteria.sort = sort.into_values().collect();
        for group in criteria.groups.values() {
            criteria.filters.push(group.values().map(Sent::filter).collect::<Result<_, _>>()?);
        }
        Ok(criteria)
    }

    pub(super) fn holds(&self, row: &Value) -> bool {
        self.filters.iter().all(|group| group.iter().any(|filter| filter.matches(row)))
    }

    /// Every column that is named.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let filters = self.groups.values().flat_map(BTreeMap::values).map(|sent| sent.field.as_str());
        filters.chain(self.sort.iter().map(|(field, _)| field.as_str()))
    }

    /// As the answer repeats them.
    pub(super) fn echo(&self) -> Value {
        let filter = |sent: &Sent| {
            let condition = sent.condition.as_deref().unwrap_or("eq");
            json!({ "field": sent.field, "value": sent.value, "condition_type": condition })
        };
        let groups: Vec<Value> = self
            .groups
            .values()
            .map(|group| json!({ "filters": group.values().map(filter).collect::<Vec<_>>() }))
            .collect();
        let mut echo = json!({ "filter_groups": groups });
        if !self.sort.is_empty() {
            let order = |(field, is_ascending): &(String, bool)| json!({ "field": field, "direction": if *is_ascending { "ASC" } else { "DESC" } });
            echo["sort_orders"] = self.sort.iter().map(order).collect();
        }
        for (name, value) in [("page_size", self.size), ("current_page", self.page)] {
            if let Some(value) = value {
                echo[name] = json!(value);
            }
        }
        echo
    }
}

impl Sent {
    fn filter(&self) -> Result<Filter, Refusal> {
        let condition = self.condition.as_deref().unwrap_or("eq");
        // What the SQL builder does not know becomes an SQL error.
        let condition = Condition::named(condition).ok_or_else(Refusal::masked)?;
        Ok(Filter { field: self.field.clone(), value: self.value.clone(), condition })
    }
}

fn number(text: &str) -> Result<usize, Refusal> {
    text.parse().map_err(|_| Refusal::wrong_type(&json!(text), "int"))
}
