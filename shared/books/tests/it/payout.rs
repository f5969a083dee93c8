//! Payouts: whether they are whole, and what their movements are matched with.

use books::payout::{Documents, ErpDocument, Item, Outcome, ShopDocument, ShopKind, Side, explain};
use books::report::{ColumnNames, JournalReference, items_csv};
use books::{Context, Entry, Error, PayoutReport, Receivable, Reconciliation};
use canonical::{Payout, ReconciliationStatus};
use expect_test::expect;

use crate::given::{money, movement};

fn payout(amount: &str) -> Payout {
    let amount = serde_json::to_value(money(amount)).unwrap();
    serde_json::from_value(serde_json::json!({
        "id": "po_1", "amount": amount, "status": "paid", "automatic": true, "method": "standard",
        "arrival_date": "2026-03-06", "reconciliation_status": "completed", "balance_transaction": "txn_own"
    }))
    .unwrap()
}

/// A movement of an order, with its source.
pub(crate) fn of(order: &str, source: &str, category: &str, amount: &str, receivable: &str) -> Entry {
    let mut row = movement(&format!("txn_{source}"), category, amount).transaction;
    let mut text = serde_json::to_value(&row).unwrap();
    text["source"] = source.into();
    row = serde_json::from_value(text).unwrap();
    let context = Context {
        order: Some(order.parse().unwrap()),
        intent: Some(format!("pi_{order}").parse().unwrap()),
        receivable: Some(Receivable { amount: money(receivable), base: money(receivable) }),
        ..Context::default()
    };
    Entry { transaction: row, context }
}

fn own(amount: &str) -> Entry {
    movement("txn_own", "payout", amount)
}

pub(crate) fn shop(
    id: &str,
    order: &str,
    kind: ShopKind,
    reference: Option<&str>,
    amount: &str,
) -> ShopDocument {
    let (order, reference) = (order.parse().unwrap(), reference.map(str::to_owned));
    ShopDocument { id: id.into(), order, kind, reference, amount: money(amount) }
}

pub(crate) fn erp(key: &str, amount: &str) -> ErpDocument {
    ErpDocument { key: format!("tb:acct_1:{key}").parse().unwrap(), amount: money(amount) }
}

pub(crate) fn start(amount: &str) -> Reconciliation {
    Reconciliation::new("acct_1".parse().unwrap(), payout(amount)).unwrap()
}

fn outcome(entry: Entry, documents: &Documents) -> Outcome {
    start("1.00 USD").page(&[entry], documents).unwrap()[0].outcome
}

#[test]
fn only_a_whole_list_is_looked_at() {
    let with = |status, automatic| {
        let payout = Payout { reconciliation_status: status, automatic, ..payout("1.00 USD") };
        Reconciliation::new("acct_1".parse().unwrap(), payout).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(with(Some(ReconciliationStatus::Completed), true), Ok(()));
    assert_eq!(with(None, true), Ok(()));
    assert_eq!(with(Some(ReconciliationStatus::InProgress), true), Err("list_incomplete"));
    assert_eq!(with(Some(ReconciliationStatus::Other("soon".into())), true), Err("list_incomplete"));
    assert_eq!(with(Some(ReconciliationStatus::NotApplicable), true), Err("no_list"));
    assert_eq!(with(None, false), Err("no_list"));
}

#[test]
fn what_a_movement_is_matched_with() {
    use ShopKind::{CreditMemo, Invoice};
    let charge = || of("42", "ch_1", "charge", "100.00 USD", "92.00 EUR");
    let invoice = |reference, amount| shop("i1", "42", Invoice, reference, amount);
    let paid = |amount| vec![erp("payment:ch_1", amount)];
    let differs = |side, difference| Outcome::AmountDiffers { side, difference: money(difference) };
    let cases = [
        (invoice(Some("ch_1"), "92.00 EUR"), paid("92.00 EUR"), Outcome::Matched),
        (invoice(Some("ch_1-capture"), "92.00 EUR"), paid("92.00 EUR"), Outcome::Matched),
        (invoice(Some("pi_42"), "92.00 EUR"), paid("92.00 EUR"), Outcome::Matched),
        // By order and amount where the document names no payment.
        (invoice(None, "92.00 EUR"), paid("92.00 EUR"), Outcome::Matched),
        (invoice(None, "91.00 EUR"), paid("92.00 EUR"), Outcome::MissingInMagento),
        (shop("i1", "43", Invoice, None, "92.00 EUR"), paid("92.00 EUR"), Outcome::MissingInMagento),
        // Another payment's document is not taken for its amount.
        (invoice(Some("ch_2"), "92.00 EUR"), paid("92.00 EUR"), Outcome::MissingInMagento),
        (
            shop("m1", "42", CreditMemo, Some("ch_1"), "92.00 EUR"),
            paid("92.00 EUR"),
            Outcome::MissingInMagento,
        ),
        (invoice(Some("ch_1"), "92.01 EUR"), paid("92.00 EUR"), differs(Side::Magento, "0.01 EUR")),
        (
            invoice(Some("ch_1"), "92.00 USD"),
            paid("92.00 EUR"),
            Outcome::CurrencyDiffers { side: Side::Magento },
        ),
        (invoice(Some("ch_1"), "92.00 EUR"), paid("90.00 EUR"), differs(Side::Erp, "-2.00 EUR")),
        (invoice(Some("ch_1"), "92.00 EUR"), paid("92.00 USD"), Outcome::CurrencyDiffers { side: Side::Erp }),
        (invoice(Some("ch_1"), "92.00 EUR"), vec![], Outcome::MissingInErp),
        (invoice(Some("ch_1"), "92.00 EUR"), vec![erp("refund:ch_1", "92.00 EUR")], Outcome::MissingInErp),
    ];
    for (document, booked, expected) in cases {
        let shown = format!("{document:?} {booked:?}");
        assert_eq!(outcome(charge(), &Documents::new([document], booked)), expected, "{shown}");
    }
}

#[test]
fn two_invoices_of_one_payment_are_one_sum_and_a_part_that_was_captured_is_compared() {
    let half = |id| shop(id, "42", ShopKind::Invoice, Some("ch_1"), "30.00 USD");
    let booked = || [erp("payment:ch_1", "100.00 USD")];
    let mut charge = of("42", "ch_1", "charge", "100.00 USD", "100.00 USD");
    let documents = Documents::new([half("i1"), half("i2")], booked());
    let missing = Outcome::AmountDiffers { side: Side::Magento, difference: money("-40.00 USD") };
    assert_eq!(outcome(charge.clone(), &documents), missing);
    charge.context.captured = Some(money("60.00 USD"));
    assert_eq!(outcome(charge.clone(), &documents), Outcome::Matched);
    let mixed = shop("i2", "42", ShopKind::Invoice, Some("ch_1"), "30.00 EUR");
    let documents = Documents::new([half("i1"), mixed], booked());
    assert_eq!(outcome(charge, &documents), Outcome::CurrencyDiffers { side: Side::Magento });
}

#[test]
fn what_has_no_document_of_its_own_is_matched_with_its_order_only() {
    let nothing = Documents::default();
    for category in
        ["partial_capture_reversal", "dispute", "dispute_reversal", "refund_failure", "charge_failure"]
    {
        assert_eq!(outcome(of("42", "du_1", category, "-5.00 USD", "5.00 USD"), &nothing), Outcome::Matched);
        assert_eq!(outcome(movement("txn_1", category, "-5.00 USD"), &nothing), Outcome::Foreign);
    }
    for category in ["fee", "payout", "other_adjustment", "risk_reserved_funds", "moon_tax"] {
        assert_eq!(outcome(movement("txn_1", category, "-5.00 USD"), &nothing), Outcome::NotAnOrder);
    }
    for category in ["charge", "refund"] {
        assert_eq!(outcome(movement("txn_1", category, "5.00 USD"), &nothing), Outcome::Foreign);
    }
    assert!(Outcome::Foreign.is_exception() && !Outcome::NotAnOrder.is_exception());
}

/// Two equal refunds of an order need two memos, also when they are on two pages with one store between.
#[test]
fn a_document_is_taken_once() {
    let refund = |source| of("42", source, "refund", "-5.00 USD", "5.00 USD");
    let booked = || ["re_1", "re_2"].map(|id| erp(&format!("refund:{id}"), "5.00 USD"));
    let memo = |id| shop(id, "42", ShopKind::CreditMemo, None, "5.00 USD");
    let outcomes = |documents: &Documents| {
        let mut state = start("-10.00 USD");
        let first = state.page(&[refund("re_1")], documents).unwrap()[0].outcome;
        let stored = serde_json::to_string(&state).unwrap();
        let mut state: Reconciliation = serde_json::from_str(&stored).unwrap();
        assert_eq!(state.last().map(ToString::to_string), Some("txn_re_1".into()));
        (first, state.page(&[refund("re_2")], documents).unwrap()[0].outcome)
    };
    let one = Documents::new([memo("m1")], booked());
    assert_eq!(outcomes(&one), (Outcome::Matched, Outcome::MissingInMagento));
    let two = Documents::new([memo("m1"), memo("m2")], booked());
    assert_eq!(outcomes(&two), (Outcome::Matched, Outcome::Matched));
}

fn reconciled(amount: &str, entries: &[Entry]) -> Result<(Vec<Item>, PayoutReport), Error> {
    let documents = Documents::new(
        [shop("i1", "42", ShopKind::Invoice, Some("ch_1"), "108.00 USD")],
        [erp("payment:ch_1", "108.00 USD")],
    );
    let mut state = start(amount);
    let items = state.page(entries, &documents)?;
    Ok((items, state.finish()?))
}

fn fee(amount: &str) -> Entry {
    movement("txn_fee", "fee", amount)
}

#[test]
fn a_payout_is_whole_to_the_minor_unit_or_nothing_counts() {
    let charge = || of("42", "ch_1", "charge", "108.00 USD", "108.00 USD");
    assert!(reconciled("104.57 USD", &[charge(), fee("-3.43 USD"), own("-104.57 USD")]).is_ok());
    // Below nothing, the signs are turned.
    assert!(reconciled("-3.43 USD", &[fee("-3.43 USD"), own("3.43 USD")]).is_ok());
    // An instant payout's fee is in its own row, and taken on top.
    let own_row = || {
        let mut text = serde_json::to_value(own("-100.00 USD").transaction).unwrap();
        (text["fee"]["minor"], text["net"]["minor"]) = ("100".into(), "-10100".into());
        Entry { transaction: serde_json::from_value(text).unwrap(), context: Context::default() }
    };
    let rows = [movement("txn_1", "topup", "101.00 USD"), own_row()];
    let (_, report) = reconciled("100.00 USD", &rows).unwrap();
    assert_eq!((report.taken, report.payout.fee), (money("101.00 USD"), Some(money("1.00 USD"))));
    // A payout that failed before comes back in this one.
    let back = movement("txn_back", "payout_reversal", "5.00 USD");
    assert!(reconciled("113.00 USD", &[charge(), back, own("-113.00 USD")]).is_ok());
    for (rows, difference, took) in [
        (vec![charge(), fee("-3.42 USD"), own("-104.57 USD")], "0.01 USD", Some("104.57 USD")),
        (vec![charge(), own("-104.57 USD")], "3.43 USD", Some("104.57 USD")),
        (vec![charge(), fee("-3.43 USD")], "0.00 USD", None),
        (vec![charge(), fee("-3.43 USD"), own("-104.56 USD")], "0.00 USD", Some("104.56 USD")),
        (vec![own("-104.57 USD")], "-104.57 USD", Some("104.57 USD")),
        (vec![], "-104.57 USD", None),
    ] {
        let Err(Error::PayoutMismatch(mismatch)) = reconciled("104.57 USD", &rows) else {
            panic!("{rows:?} are no payout of 104.57");
        };
        assert_eq!(mismatch.difference, money(difference), "{mismatch}");
        assert_eq!(mismatch.own, took.map(money));
        assert_eq!(mismatch.rows, u64::try_from(rows.len()).unwrap());
    }
    let two = [charge(), movement("txn_2", "topup", "1.00 EUR")];
    assert_eq!(reconciled("1.00 USD", &two).unwrap_err().code(), "malformed_document");
}

#[test]
fn a_row_that_explains_the_difference_is_named() {
    let rows = [fee("-3.43 USD").transaction, movement("txn_1", "charge", "50.00 USD").transaction];
    let explained =
        |difference| explain(money(difference), &rows).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(explained("3.43 USD"), ["txn_fee"]);
    assert_eq!(explained("100.00 USD"), ["txn_1"], "a sign that is turned counts twice");
    assert_eq!(explained("1.00 USD"), [""; 0]);
}

#[test]
fn the_report_can_be_filed() {
    let rows = [
        of("42", "ch_1", "charge", "108.00 USD", "108.00 USD"),
        of("=HYPERLINK(1)", "ch_2", "charge", "10.00 USD", "11.00 EUR"),
        fee("-3.43 USD"),
        own("-114.57 USD"),
    ];
    let (items, mut report) = reconciled("114.57 USD", &rows).unwrap();
    let (key, number) = ("tb:acct_1:day:2026-03-01:USD".parse().unwrap(), Some("ACC-JV-2026-00001".into()));
    report.journals.push(JournalReference { key, number });
    let csv = |items: &[Item], names| items_csv(&report.payout.id, items, names);
    expect![[r#"
        part,name,rows,gross,fees,net,currency
        payout,po_1,4,114.57,0.00,114.57,USD
        category,charge,2,118.00,0.00,118.00,USD
        category,fee,1,-3.43,0.00,-3.43,USD
        category,payout,1,-114.57,0.00,-114.57,USD
        result,matched,1,108.00,0.00,108.00,USD
        result,missing_in_magento,1,10.00,0.00,10.00,USD
        result,not_an_order,2,-118.00,0.00,-118.00,USD
        journal,tb:acct_1:day:2026-03-01:USD,ACC-JV-2026-00001,,,,
    "#]]
    .assert_eq(&report.csv());
    expect![[r#"
        payout,transaction,source,category,order,gross,fee,net,currency,result,side,difference
        po_1,txn_ch_1,ch_1,charge,42,108.00,0.00,108.00,USD,matched,,
        po_1,txn_ch_2,ch_2,charge,'=HYPERLINK(1),10.00,0.00,10.00,USD,missing_in_magento,,
        po_1,txn_fee,,fee,,-3.43,0.00,-3.43,USD,not_an_order,,
        po_1,txn_own,,payout,,-114.57,0.00,-114.57,USD,not_an_order,,
    "#]]
    .assert_eq(&csv(&items, ColumnNames::First));
    let pages = csv(&items[..2], ColumnNames::First) + &csv(&items[2..], ColumnNames::None);
    assert_eq!(pages, csv(&items, ColumnNames::First));
}
