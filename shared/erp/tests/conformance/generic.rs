//! The generic REST ERP: the sandbox's double, over HTTP.

use sandbox::{ERP_TOKEN, Planned, Sandbox, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::system::{Fault, Kind, Seen, System};

pub(crate) struct Generic {
    sandbox: Sandbox,
    base_url: String,
}

impl Generic {
    /// What the double has of a kind, in its own words.
    fn rows(&self, kind: Kind, key: &str) -> Vec<Value> {
        let all = self.sandbox.state()["erp"][plural(kind)].as_array().unwrap().clone();
        all.into_iter().filter(|row| row["key"] == key).collect()
    }
}

const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "orders",
        Kind::Invoice | Kind::CreditNote => "invoices",
        Kind::Payment => "payments",
        Kind::Journal => "journals",
    }
}

/// Decimal text in thousandths, so that what differs in zeros alone is the same.
fn thousandths(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<3}").parse().unwrap()
}

fn plain(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl System for Generic {
    async fn start() -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/erp/v1", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(Settings::default());
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        Some(Self { sandbox, base_url })
    }

    fn settings(&self) -> environment::Erp {
        let settings = json!({
            "base_url": self.base_url, "time_zone": "Europe/Berlin", "currency": "USD", "timeout_s": 1,
            "accounts": {
                "sales": "4000", "sales_returns": "4900", "shipping_income": "4100", "tax_payable": "2200",
                "receivable": "1200", "fx_gain_loss": "6900", "stripe_fees.processing": "6300",
                "stripe_clearing.USD": "1050", "stripe_clearing.EUR": "1050", "stripe_clearing.JPY": "1050",
                "stripe_clearing.KWD": "1050"
            },
            "cost_center": "Online"
        });
        serde_json::from_value(settings).unwrap()
    }

    fn token(&self) -> String {
        ERP_TOKEN.to_owned()
    }

    fn fail(&self, kind: Kind, fault: Fault) -> bool {
        let fault = match fault {
            Fault::CommitThenTimeout => "commit_then_timeout",
            Fault::CommitThen500 => "commit_then_500",
            Fault::Drop => "drop",
            Fault::HtmlBody => "html_body",
            Fault::Unguarded => "duplicate_on_race",
        };
        self.sandbox.plan(Planned {
            system: sandbox::System::Erp,
            fault: fault.parse().unwrap(),
            times: Some(1),
            method: Some("PUT".to_owned()),
            path: Some(format!("/{}/", plural(kind))),
        })
    }

    fn set_down(&self, down: bool) -> bool {
        self.sandbox.set_down(sandbox::System::Erp, down);
        true
    }

    async fn documents(&self, kind: Kind, key: &str) -> Vec<Seen> {
        let seen = |row: Value| Seen {
            id: row["id"].as_str().unwrap().to_owned(),
            stands: matches!(row["state"].as_str(), Some("confirmed" | "posted")),
        };
        self.rows(kind, key).into_iter().map(seen).collect()
    }

    async fn open(&self, key: &str) -> String {
        let [document] = self.rows(Kind::Invoice, key).try_into().unwrap();
        let is_credit = document["kind"] == "credit_note";
        let state = self.sandbox.state();
        let mut matched = 0;
        for payment in state["erp"]["payments"].as_array().unwrap() {
            // What comes in settles an invoice, and what goes out a credit note.
            let sign = if is_credit == (payment["direction"] == "out") { 1 } else { -1 };
            for row in
                payment["allocations"].as_array().unwrap().iter().filter(|row| row["invoice_key"] == key)
            {
                matched += sign * thousandths(row["amount"]["amount"].as_str().unwrap());
            }
        }
        plain(thousandths(document["total"]["amount"].as_str().unwrap()) - matched)
    }

    async fn total(&self, kind: Kind, key: &str) -> String {
        let [document] = self.rows(kind, key).try_into().unwrap();
        plain(thousandths(document["total"]["amount"].as_str().unwrap()))
    }

    async fn cancel_order(&self, key: &str) {
        let [order] = self.rows(Kind::Order, key).try_into().unwrap();
        let id = order["id"].as_str().unwrap();
        crate::driver::as_a_person(
            outbound::Method::Post,
            &self.base_url,
            &format!("Bearer {ERP_TOKEN}"),
            &format!("/orders/{id}/cancel"),
            &json!({}),
        )
        .await;
    }
}
