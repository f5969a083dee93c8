//! Charts, roles and rates: what is missing is named.

use books::{Chart, Error, Rates, Role};

use crate::given::{chart, currency, date, money, movement};

#[test]
fn every_role_reads_as_it_is_written() {
    let currencies = [currency("USD"), currency("JPY")];
    let codes = ["US-NY-*-Rate 1".to_owned(), "DE.19".to_owned()];
    let all: Vec<Role> = Role::all(&currencies, &codes).collect();
    assert_eq!(all.len(), 13 + 9 + 2 + 2 * 6);
    for role in all {
        assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
    }
    assert_eq!("bank.usd".parse::<Role>().unwrap(), Role::Bank(currency("USD")));
    for text in [
        "",
        "bank",
        "bank.",
        "bank.XXX",
        "stripe_fees.none",
        "stripe_fees",
        "tax_payable.",
        "moon",
        "loans.USD",
    ] {
        assert!(text.parse::<Role>().is_err(), "{text:?}");
    }
}

#[test]
fn a_chart_names_all_that_is_missing() {
    let codes = ["US-NY".to_owned(), "DE-19".to_owned()];
    assert_eq!(chart().missing(&[currency("USD"), currency("KWD")], &codes), []);
    let missing = chart().missing(&[currency("CHF")], &["FR-20".to_owned()]);
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "tax_payable.FR-20",
            "stripe_clearing.CHF",
            "cash_in_transit.CHF",
            "bank.CHF",
            "disputes_receivable.CHF",
            "reserves_held.CHF",
            "suspense.CHF"
        ]
    );
    assert_eq!(Chart::default().missing(&[], &[]).len(), 22);
}

#[test]
fn a_missing_account_is_an_error_that_names_role_and_currency() {
    let ledger = crate::given::ledger("CHF", "UTC", &[]);
    let error = books::rules::post(&ledger, &movement("txn_1", "topup", "5.00 CHF")).unwrap_err();
    assert_eq!(error.code(), "account_missing");
    assert!(error.to_string().contains("stripe_clearing.CHF"), "{error}");
}

#[test]
fn a_chart_is_json_by_role() {
    let text = r#"{"receivable":"1100","stripe_clearing.USD":"1200 - Stripe - TC"}"#;
    let chart: Chart = serde_json::from_str(text).unwrap();
    assert_eq!(chart.account(&Role::Receivable).unwrap().as_str(), "1100");
    assert_eq!(serde_json::to_string(&chart).unwrap(), text);
    assert!(serde_json::from_str::<Chart>(r#"{"moon":"1"}"#).is_err());
}

#[test]
fn a_rate_is_the_days_or_one_that_is_not_too_old() {
    let eur = currency("EUR");
    let friday = date("2026-03-06");
    let mut exact = Rates::new(currency("USD"), 0);
    let mut ecb = Rates::new(currency("USD"), 3);
    for rates in [&mut exact, &mut ecb] {
        rates.set(eur, friday, "1.0845".to_owned().try_into().unwrap()).unwrap();
    }
    let amount = money("10.00 EUR");
    assert_eq!(exact.base(amount, friday), Ok(money("10.85 USD")));
    assert_eq!(ecb.base(amount, date("2026-03-09")), Ok(money("10.85 USD")));
    for (rates, day) in [(&exact, "2026-03-07"), (&ecb, "2026-03-10"), (&ecb, "2026-03-05")] {
        let error = Error::RateMissing { currency: eur, date: date(day) };
        assert_eq!(rates.base(amount, date(day)), Err(error));
    }
    assert_eq!(exact.base(money("7.00 USD"), date("2000-01-01")), Ok(money("7.00 USD")));
    assert!(exact.set(eur, friday, "0".to_owned().try_into().unwrap()).is_err());
}
