//! A span of days: each figure is the sum of its parts, documents are taken once, and what has none is said.

use std::collections::BTreeSet;

use books::payout::ShopKind;
use books::report::span::{Moved, OpenKind, Section, Sold, Summed, sum};
use canonical::{Money, Totals};

use crate::given::{Movement, date, money};

fn moved(row: serde_json::Value, order: Option<&str>, names: &[&str], paid: Option<&str>) -> Moved {
    let entry = serde_json::from_value::<Movement>(row).unwrap().entry();
    Moved {
        day: date("2026-03-01"),
        order: order.map(|order| order.parse().unwrap()),
        store: order.map(|_| "1".to_owned()),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        paid: paid.map(money),
        booked_by: BTreeSet::new(),
        transaction: entry.transaction,
    }
}

fn sold(number: &str, kind: ShopKind, reference: Option<&str>, [total, tax, shipping]: [&str; 3]) -> Sold {
    Sold {
        number: number.to_owned(),
        order: "42".parse().unwrap(),
        store: Some("1".to_owned()),
        kind,
        reference: reference.map(str::to_owned),
        total: money(total),
        tax: money(tax),
        shipping: money(shipping),
        tax_code: "US-NY".to_owned(),
    }
}

/// The worked case of the books, with an order in EUR beside it.
fn rows() -> Vec<Moved> {
    let at = "2026-03-01T10:00:00Z";
    let row = |id: &str, category: &str, amount: &str, fee: &str| serde_json::json!({ "id": id, "category": category, "amount": amount, "fee": fee, "created": at });
    vec![
        moved(
            row("txn_1", "charge", "108.00 USD", "3.43 USD"),
            Some("42"),
            &["ch_1", "pi_1"],
            Some("108.00 USD"),
        ),
        moved(row("txn_2", "refund", "-54.00 USD", "0.00 USD"), Some("42"), &["re_1"], Some("54.00 USD")),
        moved(row("txn_3", "charge", "20.00 EUR", "0.50 EUR"), None, &["ch_3"], Some("20.00 EUR")),
        moved(row("txn_4", "dispute", "-7.00 USD", "15.00 USD"), None, &["du_1"], None),
        moved(row("txn_5", "payout", "-40.00 USD", "1.00 USD"), None, &["po_1"], None),
        moved(row("txn_6", "other_adjustment", "2.00 USD", "0.00 USD"), None, &[], None),
    ]
}

fn documents() -> Vec<Sold> {
    vec![
        sold("I1", ShopKind::Invoice, Some("pi_1"), ["108.00 USD", "8.00 USD", "5.00 USD"]),
        sold("M1", ShopKind::CreditMemo, None, ["54.00 USD", "4.00 USD", "0.00 USD"]),
        sold("M2", ShopKind::CreditMemo, None, ["54.00 USD", "4.00 USD", "0.00 USD"]),
        sold("I2", ShopKind::Invoice, Some("ch_of_another_month"), ["9.00 USD", "0.00 USD", "0.00 USD"]),
    ]
}

fn figures(summed: &Summed) -> Vec<String> {
    let shown = |figure: &books::report::span::Figure| {
        format!("{:?} {} {}", figure.section, figure.name, figure.amount)
    };
    summed.figures.iter().map(shown).collect()
}

#[test]
fn each_movement_and_document_is_in_its_section() {
    let summed = sum(rows(), &documents()).unwrap();
    assert_eq!(
        figures(&summed),
        [
            "Sales sales 95.00 USD",
            "Shipping shipping 5.00 USD",
            "Tax US-NY 8.00 USD",
            "CreditMemos sales -50.00 USD",
            "CreditMemos tax US-NY -4.00 USD",
            "Payments charge 20.00 EUR",
            "Payments charge 108.00 USD",
            "Refunds refund -54.00 USD",
            "Fees stripe_fees.dispute -15.00 USD",
            "Fees stripe_fees.instant_payout -1.00 USD",
            "Fees stripe_fees.processing -0.50 EUR",
            "Fees stripe_fees.processing -3.43 USD",
            "Disputes dispute -7.00 USD",
            "Other other_adjustment 2.00 USD",
            "Net net 19.50 EUR",
            "Net net -21.00 USD",
            "Net net 50.57 USD",
            "Payouts payout -40.00 USD",
        ]
    );
}

#[test]
fn figures_are_made_of_their_parts_and_make_the_net() {
    let summed = sum(rows(), &documents()).unwrap();
    let total = |wanted: &[Section]| {
        let of = summed.figures.iter().filter(|figure| wanted.contains(&figure.section));
        Totals::of(of.map(|figure| figure.amount)).unwrap()
    };
    for figure in &summed.figures {
        let parts = figure.parts.iter().map(|part| part.amount);
        assert_eq!(Money::sum(figure.amount.currency(), parts).unwrap(), figure.amount, "{figure:?}");
    }
    let moved = [Section::Payments, Section::Refunds, Section::Fees, Section::Disputes, Section::Other];
    assert_eq!(total(&moved), total(&[Section::Net]));
}

#[test]
fn what_is_open_has_names() {
    let summed = sum(rows(), &documents()).unwrap();
    let open: Vec<_> =
        summed.open.iter().map(|open| (open.kind, open.documents.clone(), open.amount)).collect();
    assert_eq!(
        open,
        [
            (OpenKind::NotBooked, vec![], money("20.00 EUR")),
            (OpenKind::NotPaid, vec!["M2".to_owned()], money("54.00 USD")),
        ]
    );
    let less = sold("I1", ShopKind::Invoice, Some("ch_1"), ["100.00 USD", "8.00 USD", "0.00 USD"]);
    let summed = sum(rows(), &[less]).unwrap();
    assert_eq!((summed.open[0].kind, summed.open[0].amount), (OpenKind::Differs, money("-8.00 USD")));
}
