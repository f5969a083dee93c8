//! Sales orders: every part known, and the sum exact.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::document::Kind;
use super::state::State;
use super::wire;
use crate::ErpSettings;
use crate::problem::Problem;

/// A line's worth.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) line_id: String,
    pub(crate) sku: String,
    pub(crate) qty: Decimal,
    /// With tax, less its discount.
    pub(crate) gross: Decimal,
    /// The tax in it.
    pub(crate) tax: Decimal,
}

/// An order's worth.
#[derive(Clone, Debug)]
pub(crate) struct Worth {
    pub(crate) currency: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: Decimal,
    pub(crate) shipping_tax: Decimal,
    pub(crate) discount: Decimal,
    pub(crate) total: Decimal,
}

impl Worth {
    /// What the parts come to.
    fn parts(&self) -> Decimal {
        self.lines.iter().map(|line| line.gross).sum::<Decimal>() + self.head()
    }

    /// What belongs to no line: shipping with its tax, less the order's discount.
    pub(crate) fn head(&self) -> Decimal {
        self.shipping + self.shipping_tax - self.discount
    }
}

/// Checks an order.
pub(crate) fn check(
    state: &State,
    settings: &ErpSettings,
    content: &Value,
) -> Result<Map<String, Value>, Problem> {
    let customer = wire::text(content, "customer_key", "")?;
    wire::text(content, "number", "")?;
    wire::moment(content, "ordered_at", "")?;
    let currency = wire::currency(content, "")?;
    rate(content, currency, settings)?;
    let worth = worth(content)?;
    if state.find(Kind::Customer, customer).is_none() {
        let detail = format!("there is no customer `{customer}`");
        return Err(Problem::field("/customer_key", "customer_unknown", detail));
    }
    check_skus(state, settings, &worth.lines)?;
    if worth.parts() != worth.total {
        let detail = format!("the parts come to {}, the total says {}", worth.parts(), worth.total);
        let problem = Problem::field("/total", "total_mismatch", detail);
        return Err(problem.with("computed", wire::as_money(worth.parts(), currency)));
    }
    Ok(Map::new())
}

/// Company currency per unit of the document's; 1 where they are the same.
pub(crate) fn rate(content: &Value, currency: &str, settings: &ErpSettings) -> Result<Decimal, Problem> {
    match content.get("exchange_rate").filter(|rate| !rate.is_null()) {
        Some(rate) => wire::decimal(rate)
            .filter(|rate| *rate > Decimal::ZERO)
            .ok_or_else(|| Problem::field("/exchange_rate", "rate_invalid", "a rate is above 0")),
        None if currency == settings.company_currency => Ok(Decimal::ONE),
        None => {
            let detail = format!("{currency} is not the company's currency");
            Err(Problem::field("/exchange_rate", "rate_required", detail))
        }
    }
}

/// Reads lines, shipping, discount and total.
pub(crate) fn worth(content: &Value) -> Result<Worth, Problem> {
    let currency = wire::currency(content, "")?.to_owned();
    let rows = wire::rows(content, "lines", "")?;
    if rows.is_empty() {
        return Err(Problem::field("/lines", "lines_required", "an order has lines"));
    }
    let mut lines: Vec<Line> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let at = format!("/lines/{index}");
        let line = line(row, &at, &currency)?;
        if lines.iter().any(|other| other.line_id == line.line_id) {
            return Err(Problem::field(format!("{at}/line_id"), "line_twice", "two lines have one id"));
        }
        lines.push(line);
    }
    let shipping = wire::member(content, "shipping", "")?;
    Ok(Worth {
        shipping: wire::money(shipping, "amount", "/shipping", &currency)?,
        shipping_tax: wire::taxes(shipping, "/shipping", &currency)?,
        discount: wire::money(content, "discount", "", &currency)?,
        total: wire::money(content, "total", "", &currency)?,
        lines,
        currency,
    })
}

fn line(row: &Value, at: &str, currency: &str) -> Result<Line, Problem> {
    let qty = wire::quantity(row, at)?;
    let price = wire::money(row, "unit_price", at, currency)?;
    let discount = wire::money(row, "discount", at, currency)?;
    let tax = wire::taxes(row, at, currency)?;
    Ok(Line {
        line_id: wire::text(row, "line_id", at)?.to_owned(),
        sku: wire::text(row, "sku", at)?.to_owned(),
        qty,
        gross: wire::round(price * qty, currency) - discount + tax,
        tax,
    })
}

fn check_skus(state: &State, settings: &ErpSettings, lines: &[Line]) -> Result<(), Problem> {
    let mut errors = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let at = format!("/lines/{index}/sku");
        if settings.refused_skus.contains(&line.sku) {
            errors.push((at, "sku_refused"));
        } else if state.find(Kind::Item, &line.sku).is_none() {
            errors.push((at, "sku_unknown"));
        }
    }
    let Some((_, code)) = errors.first() else { return Ok(()) };
    let mut problem = Problem::new(422, code, "the order names items that cannot be sold");
    problem.errors = errors;
    Err(problem)
}
