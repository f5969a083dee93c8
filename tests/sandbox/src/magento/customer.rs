//! Customers.
//!
//! Source: `Customer/Model/{AccountManagement,ResourceModel/CustomerRepository}.php`, `Customer/etc/webapi.xml` of
//! magento/magento2; measured on 2.4.5.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::shop::{Documents, next, now};

/// The group of those whom nobody put elsewhere.
const GENERAL: u64 = 1;
/// Parts that replace what was there, where they are sent; all else is written over, column by column.
const ADDRESSES: &str = "addresses";

/// The customers, by id.
#[derive(Debug, Default)]
pub(super) struct Customers {
    rows: Documents,
    last: u64,
    last_address: u64,
}

impl Customers {
    pub(super) fn all(&self) -> Vec<Value> {
        self.rows.values().cloned().collect()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Value> {
        self.rows.values()
    }

    pub(super) fn get(&self, id: u64) -> Result<Value, Refusal> {
        self.rows.get(&id).cloned().ok_or_else(|| Refusal::no_such("customerId", &json!(id)))
    }

    /// `POST /V1/customers`. The route is open to all: a guest's customer lands in the general group, whatever is sent.
    pub(super) fn create(&mut self, body: &Value, by_guest: bool) -> Result<Value, Refusal> {
        let sent = customer(body)?;
        self.check(sent, None)?;
        let id = next(&mut self.last);
        let group = sent["group_id"].as_u64().filter(|_| !by_guest).unwrap_or(GENERAL);
        let now = now();
        let mut row = json!({
            "id": id,
            "group_id": group,
            "created_at": now,
            "updated_at": now,
            "created_in": "Default Store View",
            "store_id": sent["store_id"].as_u64().unwrap_or(1),
            "website_id": sent["website_id"].as_u64().unwrap_or(1),
            "addresses": [],
            "disable_auto_group_change": 0,
            "extension_attributes": { "is_subscribed": false },
        });
        self.merge(&mut row, sent);
        row["group_id"] = json!(group);
        self.rows.insert(id, row.clone());
        Ok(row)
    }

    /// `PUT /V1/customers/:id`.
    pub(super) fn put(&mut self, id: u64, body: &Value) -> Result<Value, Refusal> {
        let sent = customer(body)?;
        let mut row = self.get(id)?;
        let mut merged = row.clone();
        for name in ["email", "firstname", "lastname", "website_id"] {
            if !sent[name].is_null() {
                merged[name] = sent[name].clone();
            }
        }
        self.check(&merged, Some(id))?;
        self.merge(&mut row, sent);
        row["id"] = json!(id);
        row["updated_at"] = json!(now());
        self.rows.insert(id, row.clone());
        Ok(row)
    }

    fn check(&self, sent: &Value, own: Option<u64>) -> Result<(), Refusal> {
        for (name, label) in [("firstname", "First Name"), ("lastname", "Last Name"), ("email", "Email")] {
            if sent[name].as_str().is_none_or(|text| text.trim().is_empty()) {
                return Err(Refusal::new(400, format!("\"{label}\" is a required value.")));
            }
        }
        let email = sent["email"].as_str().unwrap_or_default();
        let is_address = email.split_once('@').is_some_and(|(name, at)| !name.is_empty() && at.contains('.'));
        if !is_address {
            return Err(Refusal::new(400, "\"Email\" is not a valid email address."));
        }
        let website = sent["website_id"].as_u64().unwrap_or(1);
        let is_same = |row: &&Value| {
            row["email"].as_str().is_some_and(|other| other.eq_ignore_ascii_case(email))
                && row["website_id"] == website
                && row["id"].as_u64() != own
        };
        if self.rows.values().any(|row| is_same(&row)) {
            let text = "A customer with the same email address already exists in an associated website.";
            return Err(Refusal::new(400, text));
        }
        Ok(())
    }

    fn merge(&mut self, row: &mut Value, sent: &Value) {
        for (name, value) in sent.as_object().into_iter().flatten() {
            if name != ADDRESSES && !value.is_null() && *value != json!([]) {
                row[name] = value.clone();
            }
        }
        let Some(addresses) = sent[ADDRESSES].as_array() else { return };
        let owner = row["id"].clone();
        let addresses: Vec<Value> = addresses.iter().map(|address| self.address(address, &owner)).collect();
        for (column, flag) in
            [("default_billing", "default_billing"), ("default_shipping", "default_shipping")]
        {
            let chosen = addresses.iter().find(|address| address[flag] == true);
            match (chosen, row.as_object_mut()) {
                (Some(address), Some(fields)) => {
                    fields.insert(column.to_owned(), json!(address["id"].to_string()));
                }
                (None, Some(fields)) => {
                    fields.remove(column);
                }
                (_, None) => {}
            }
        }
        row[ADDRESSES] = Value::Array(addresses);
    }

    fn address(&mut self, sent: &Value, owner: &Value) -> Value {
        let mut address = sent.clone();
        if address["id"].is_null() {
            address["id"] = json!(next(&mut self.last_address));
        }
        address["customer_id"] = owner.clone();
        if let Some(region) = sent.pointer("/region/region_id") {
            address["region_id"] = region.clone();
        }
        address
    }
}

fn customer(body: &Value) -> Result<&Value, Refusal> {
    Some(&body["customer"])
        .filter(|customer| customer.is_object())
        .ok_or_else(|| Refusal::required("customer"))
}
