//! What ERPNext wants to know besides: what it files new items and orders under.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defaults of what the connector makes, as the site names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Erpnext {
    /// The group of new items.
    pub item_group: String,
    /// The unit that new items are counted in.
    pub uom: String,
    /// The warehouse of orders' rows. ERPNext refuses an order of a stock item without one.
    pub warehouse: Option<String>,
}

impl Default for Erpnext {
    /// As ERPNext names them when it is set up in English.
    fn default() -> Self {
        Self { item_group: "Products".to_owned(), uom: "Nos".to_owned(), warehouse: None }
    }
}

impl Erpnext {
    /// What is wrong with it, each with its place.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let texts = [
            ("item_group", Some(&self.item_group)),
            ("uom", Some(&self.uom)),
            ("warehouse", self.warehouse.as_ref()),
        ];
        let is_empty = |(_, text): &(&str, Option<&String>)| text.is_some_and(|text| text.trim().is_empty());
        let mistake = |(name, _): (&str, _)| {
            format!("erp.erpnext.{name}: is empty; write the site's name of it or take it out")
        };
        texts.into_iter().filter(is_empty).map(mistake).collect()
    }
}
