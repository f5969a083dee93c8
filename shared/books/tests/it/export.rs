//! Plain text for judges that we did not write.

use books::day::{self, Grouping};
use books::export::{beancount, hledger};
use books::{Chart, Ledger, Role};
use canonical::Journal;
use expect_test::expect;

use crate::given::{currency, date, ledger, movement};

/// A chart with codes that no plain-text language would take, two of which look alike there.
fn odd() -> Ledger {
    let codes = [
        (Role::StripeClearing(currency("EUR")), "stripe: clearing; €"),
        (Role::Bank(currency("EUR")), "Bank  (EUR)"),
        (Role::ReservesHeld(currency("EUR")), "Bank-EUR"),
        (Role::Suspense(currency("EUR")), "***"),
        (Role::FxGainLoss, "7700"),
    ];
    let chart = Chart::new(codes.map(|(role, code)| (role, code.parse().unwrap())));
    Ledger { chart, ..ledger("USD", "UTC", &[("EUR", "2026-03-01", "1.10")]) }
}

fn journals(ledger: &Ledger) -> Vec<Journal> {
    let entries =
        [movement("txn_1", "topup", "5.00 EUR"), movement("txn_2", "risk_reserved_funds", "-2.00 EUR")];
    day::journals(ledger, date("2026-03-01"), 1, Grouping::PerTransaction, &entries).unwrap().journals
}

#[test]
fn hledger_gets_every_currency_and_account_declared() {
    let ledger = odd();
    let text = hledger(&ledger.chart, &journals(&ledger));
    expect![[r#"
        commodity 1000.00 EUR
        commodity 1000.00 USD
        account Assets:X  ; code:***
        account Expenses:7700  ; code:7700
        account Assets:Bank-EUR  ; code:Bank  (EUR)
        account Assets:Bank-EUR-2  ; code:Bank-EUR
        account Assets:Stripe-clearing  ; code:stripe: clearing  €

        2026-03-01 * (tb:acct_1:bt:txn_1) topup
            Assets:Stripe-clearing  5.00 EUR @@ 5.50 USD  ; bt:txn_1
            Assets:Bank-EUR  -5.00 EUR @@ 5.50 USD  ; bt:txn_1

        2026-03-01 * (tb:acct_1:bt:txn_2) risk_reserved_funds
            Assets:Stripe-clearing  -2.00 EUR @@ 2.20 USD  ; bt:txn_2
            Assets:Bank-EUR-2  2.00 EUR @@ 2.20 USD  ; bt:txn_2
    "#]]
    .assert_eq(&text);
}

#[test]
fn beancount_gets_names_that_it_takes() {
    let ledger = odd();
    let text = beancount(&ledger, &journals(&ledger));
    expect![[r#"
        option "operating_currency" "USD"
        option "inferred_tolerance_default" "USD:0.00001"
        2026-03-01 open Assets:X
          code: "***"
        2026-03-01 open Expenses:7700
          code: "7700"
        2026-03-01 open Assets:Bank-EUR
          code: "Bank  (EUR)"
        2026-03-01 open Assets:Bank-EUR-2
          code: "Bank-EUR"
        2026-03-01 open Assets:Stripe-clearing
          code: "stripe: clearing; €"

        2026-03-01 * "tb:acct_1:bt:txn_1" "topup"
          Assets:Stripe-clearing  5.00 EUR @@ 5.50 USD
            bt: "txn_1"
          Assets:Bank-EUR  -5.00 EUR @@ 5.50 USD
            bt: "txn_1"

        2026-03-01 * "tb:acct_1:bt:txn_2" "risk_reserved_funds"
          Assets:Stripe-clearing  -2.00 EUR @@ 2.20 USD
            bt: "txn_2"
          Assets:Bank-EUR-2  2.00 EUR @@ 2.20 USD
            bt: "txn_2"
    "#]]
    .assert_eq(&text);
}
