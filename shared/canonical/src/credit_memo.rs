//! A credit memo as the shop holds it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, IncrementId, Money, OrderId, Quantity, Sku, Tax};

/// One credit memo, in the order's currency. `Σ lines (net + Σ tax) + shipping + Σ its tax + adjustment = total`: see
/// [`CreditMemo::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditMemo {
    /// The shop's own id.
    pub id: u64,
    /// The number that people see.
    pub number: IncrementId,
    /// The order of which something goes back.
    pub order: OrderId,
    /// The rows of which pieces go back. Empty where only an amount does: then somebody has to say what it was for.
    pub lines: Vec<CreditMemoLine>,
    /// Shipping that goes back, without tax.
    pub shipping: Money,
    /// Taxes on it.
    pub shipping_taxes: Vec<Tax>,
    /// What goes back besides, less what is kept: below nothing where more is kept. It carries no tax.
    pub adjustment: Money,
    /// What goes back in all.
    pub total: Money,
}

/// A row of a credit memo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditMemoLine {
    /// The row of the order.
    pub order_line: u64,
    /// What goes back.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// Without tax, after discount.
    pub net: Money,
    /// Taxes on it, by the shop's code.
    pub taxes: Vec<Tax>,
}

impl CreditMemo {
    /// Checks that `Σ lines (net + Σ tax) + shipping + Σ its tax + adjustment = total`, to the minor unit.
    ///
    /// # Errors
    /// The parts and the total, where they differ; two currencies.
    pub fn check(&self) -> Result<(), Error> {
        let mut parts = vec![self.shipping, self.adjustment];
        parts.extend(self.shipping_taxes.iter().map(|tax| tax.amount));
        for line in &self.lines {
            parts.push(line.net);
            parts.extend(line.taxes.iter().map(|tax| tax.amount));
        }
        let sum = Money::sum(self.total.currency(), parts)?;
        if sum == self.total {
            Ok(())
        } else {
            let document = format!("credit memo {}", self.number);
            Err(Error::DoesNotAddUp { document, parts: sum, total: self.total })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn memo(total: &str, adjustment: &str) -> CreditMemo {
        let money = |minor: &str| json!({ "minor": minor, "currency": "EUR" });
        let tax = |minor: &str| json!({ "code": "VAT", "percent": "20", "amount": money(minor) });
        serde_json::from_value(json!({
            "id": 7, "number": "000000007", "order": 41,
            "lines": [{
                "order_line": 411, "sku": "MUG", "quantity": "2", "net": money("1000"), "taxes": [tax("150"), tax("50")]
            }],
            "shipping": money("500"), "shipping_taxes": [tax("100")], "adjustment": money(adjustment),
            "total": money(total)
        }))
        .unwrap()
    }

    #[test]
    fn a_credit_memo_adds_up_to_the_minor_unit() {
        assert_eq!(memo("1800", "0").check(), Ok(()));
        // What is kept lowers it.
        assert_eq!(memo("1700", "-100").check(), Ok(()));
        for off in ["1799", "1801", "-1800"] {
            assert!(matches!(memo(off, "0").check(), Err(Error::DoesNotAddUp { .. })), "{off}");
        }
    }

    #[test]
    fn every_part_of_it_counts() {
        type Part = fn(&mut CreditMemo) -> &mut Money;
        let parts: [Part; 5] = [
            |memo| &mut memo.lines[0].net,
            |memo| &mut memo.lines[0].taxes[1].amount,
            |memo| &mut memo.shipping,
            |memo| &mut memo.shipping_taxes[0].amount,
            |memo| &mut memo.adjustment,
        ];
        for part in parts {
            let mut memo = memo("1800", "0");
            *part(&mut memo) = Money::new(1, memo.total.currency());
            assert!(matches!(memo.check(), Err(Error::DoesNotAddUp { .. })), "{memo:?}");
        }
    }

    #[test]
    fn another_currency_is_no_part_of_it() {
        let mut memo = memo("1800", "0");
        memo.shipping = Money::new(500, "USD".parse().unwrap());
        assert!(matches!(memo.check(), Err(Error::CurrencyMismatch { .. })));
    }
}
