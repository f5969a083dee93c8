//! ERPNext: the sandbox's double, over HTTP.

use outbound::Method;
use sandbox::{ERPNEXT_COMPANY, ERPNEXT_TOKEN, ErpnextSettings, Planned, Sandbox, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::system::{Fault, Kind, Seen, System};

pub(crate) struct Erpnext {
    sandbox: Sandbox,
    base_url: String,
}

impl Erpnext {
    pub(crate) async fn with(settings: ErpnextSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/erpnext", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(Settings { erpnext: settings, ..Settings::default() });
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        Self { sandbox, base_url }
    }

    /// Forgets every document and fault.
    pub(crate) fn forget(&self) {
        self.sandbox.reset();
    }

    /// All documents of a doctype.
    pub(crate) fn all(&self, doctype: &str) -> Vec<Value> {
        self.sandbox.state()["erpnext"][doctype].as_array().unwrap().clone()
    }

    /// Changes a document, as a person does.
    pub(crate) async fn change(&self, kind: Kind, name: &str, fields: &Value) {
        let path = format!("/api/resource/{}/{name}", doctype(kind).replace(' ', "%20"));
        self.person(Method::Put, &path, fields).await;
    }

    /// Amends a cancelled order, as a person does: a copy without its key, submitted. Gives its name.
    pub(crate) async fn amend_order(&self, cancelled: &str) -> String {
        let mut order = self.all("Sales Order").into_iter().find(|row| row["name"] == cancelled).unwrap();
        for field in ["custom_tb_key", "name", "modified"] {
            order.as_object_mut().unwrap().remove(field);
        }
        order["amended_from"] = json!(cancelled);
        order["docstatus"] = json!(1);
        self.person(Method::Post, "/api/resource/Sales%20Order", &order).await;
        self.all("Sales Order").last().unwrap()["name"].as_str().unwrap().to_owned()
    }

    async fn person(&self, method: Method, path: &str, body: &Value) {
        crate::driver::as_a_person(method, &self.base_url, &format!("token {ERPNEXT_TOKEN}"), path, body)
            .await;
    }

    /// What the double has of a kind, as ERPNext shows it.
    fn rows(&self, kind: Kind, key: &str) -> Vec<Value> {
        let all = self.sandbox.state()["erpnext"][doctype(kind)].as_array().unwrap().clone();
        all.into_iter().filter(|row| row["custom_tb_key"] == key).collect()
    }

    /// Plans a fault for the next request of a method to a kind's documents.
    pub(crate) fn plan(&self, method: &str, kind: Kind, fault: &str) -> bool {
        self.sandbox.plan(Planned {
            system: sandbox::System::Erpnext,
            fault: fault.parse().unwrap(),
            times: Some(1),
            method: Some(method.to_owned()),
            path: Some(format!("/{}", doctype(kind).replace(' ', "%20"))),
        })
    }
}

const fn doctype(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "Sales Order",
        Kind::Invoice | Kind::CreditNote => "Sales Invoice",
        Kind::Payment => "Payment Entry",
        Kind::Journal => "Journal Entry",
    }
}

/// A number's text, without a sign: what is open of a return is below nothing.
fn plain(number: &Value) -> String {
    let text = number.to_string();
    let text = text.trim_start_matches('-');
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

impl System for Erpnext {
    async fn start() -> Option<Self> {
        Some(Self::with(ErpnextSettings::default()).await)
    }

    fn settings(&self) -> environment::Erp {
        let settings = json!({
            "system": "erpnext", "company": ERPNEXT_COMPANY, "base_url": self.base_url, "time_zone": "Europe/Berlin",
            "currency": "USD", "timeout_s": 1, "erpnext": { "warehouse": "Stores - TC" },
            "accounts": {
                "sales": "Sales - TC", "sales_returns": "Sales Returns - TC", "shipping_income": "Shipping - TC",
                "tax_payable": "Sales Tax - TC", "fx_gain_loss": "Exchange Gain/Loss - TC",
                "stripe_fees.processing": "Stripe Fees - TC", "receivable": "Debtors - TC",
                "receivable.EUR": "Debtors EUR - TC", "receivable.JPY": "Debtors JPY - TC",
                "receivable.KWD": "Debtors KWD - TC", "stripe_clearing.USD": "Stripe Clearing USD - TC",
                "stripe_clearing.EUR": "Stripe Clearing EUR - TC", "stripe_clearing.JPY": "Stripe Clearing JPY - TC",
                "stripe_clearing.KWD": "Stripe Clearing KWD - TC"
            },
            "cost_center": "Main - TC"
        });
        serde_json::from_value(settings).unwrap()
    }

    fn token(&self) -> String {
        ERPNEXT_TOKEN.to_owned()
    }

    fn fail(&self, kind: Kind, fault: Fault) -> bool {
        match fault {
            Fault::CommitThenTimeout => self.plan("POST", kind, "commit_then_timeout"),
            Fault::CommitThen500 => self.plan("POST", kind, "commit_then_500"),
            Fault::Drop => self.plan("POST", kind, "drop"),
            Fault::HtmlBody => self.plan("POST", kind, "html_body"),
            // The look before sees what was, and the site has no index.
            Fault::Unguarded => {
                self.plan("GET", kind, "stale_read=600000") && self.plan("POST", kind, "duplicate_on_race")
            }
        }
    }

    fn set_down(&self, down: bool) -> bool {
        self.sandbox.set_down(sandbox::System::Erpnext, down);
        true
    }

    async fn documents(&self, kind: Kind, key: &str) -> Vec<Seen> {
        let seen =
            |row: Value| Seen { id: row["name"].as_str().unwrap().to_owned(), stands: row["docstatus"] == 1 };
        self.rows(kind, key).into_iter().map(seen).collect()
    }

    async fn open(&self, key: &str) -> String {
        let [document] = self.rows(Kind::Invoice, key).try_into().unwrap();
        plain(&document["outstanding_amount"])
    }

    async fn total(&self, kind: Kind, key: &str) -> String {
        let [document] = self.rows(kind, key).try_into().unwrap();
        plain(&document["grand_total"])
    }

    async fn cancel_order(&self, key: &str) {
        let [order] = self.rows(Kind::Order, key).try_into().unwrap();
        let of = json!({ "doctype": "Sales Order", "name": order["name"] });
        self.person(Method::Post, "/api/method/frappe.client.cancel", &of).await;
    }
}
