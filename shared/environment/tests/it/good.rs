//! What a file says, and what it need not say.

use std::path::Path;

use environment::{
    InvoiceOn, MagentoAuth, Mode, OrderOwner, PaymentFailed, Reattempt, RefundsStartIn, Stage,
    UnrelatedCharges,
};
use serde_json::json;

/// The least that a file must say.
pub(crate) const LEAST: &str = "\
stage: staging
mode: test
pairs:
  main:
    books: true
    stripe: { account: acct_1, base_url: 'https://api.stripe.com', api_version: 2026-10-28.endive }
    magento: { base_url: 'https://shop.example.com' }
    erp: { base_url: 'https://erp.example.com/erp/v1', time_zone: Europe/Berlin, currency: EUR }
    wms: { base_url: 'https://wms.example.com/wms/v1' }
";

#[test]
fn what_is_left_out_is_as_most_merchants_want_it() {
    let stage = Stage::parse("staging", LEAST).unwrap();
    let (id, pair) = stage.pairs.first_key_value().unwrap();
    assert_eq!((stage.stage.as_str(), stage.mode, id.as_str()), ("staging", Mode::Test, "main"));
    assert_eq!(pair.order_owner, OrderOwner::Tillbridge);
    assert_eq!(pair.refunds_start_in, RefundsStartIn::Stripe);
    assert_eq!(pair.unrelated_charges, UnrelatedCharges::Park);
    assert_eq!(pair.invoice_on, InvoiceOn::Payment);
    assert_eq!(
        pair.payment_failed,
        PaymentFailed {
            status: "payment_failed".to_owned(),
            status_confirmed: false,
            reattempt: Reattempt::None,
            cancel_after_attempts: 0,
            pay_again_url: None,
        }
    );
    assert_eq!(pair.magento.auth, MagentoAuth::Oauth);
    let timeouts = [pair.stripe.timeout_s, pair.magento.timeout_s, pair.erp.timeout_s, pair.wms.timeout_s];
    assert_eq!(timeouts, [20, 30, 30, 30]);
    let paces = [
        pair.stripe.requests_per_s,
        pair.magento.requests_per_s,
        pair.erp.requests_per_s,
        pair.wms.requests_per_s,
    ];
    assert_eq!(paces, [40, 8, 10, 10]);
    let settles =
        [pair.magento.settle_s, pair.magento.settle_partial_s, pair.erp.settle_s, pair.wms.settle_s];
    assert_eq!(settles, [5, 120, 5, 5]);
    assert_eq!((pair.magento.paid_status.as_str(), pair.magento.allow_order_save), ("processing", false));
}

#[test]
fn every_file_of_this_repository_is_good() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/environments");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let stage = Stage::parse(&name, &std::fs::read_to_string(&path).unwrap());
        stage.unwrap_or_else(|error| panic!("{error}"));
        files += 1;
    }
    assert!(files > 0);
}

/// Flow documents read settings by their names in the file.
#[test]
fn a_pair_is_seen_by_flows_as_the_file_writes_it() {
    let stage = Stage::parse("staging", LEAST).unwrap();
    let seen = serde_json::to_value(stage.pairs.first_key_value().unwrap().1).unwrap();
    for (pointer, value) in [
        ("/invoice_on", json!("payment")),
        ("/unrelated_charges", json!("park")),
        ("/order_owner", json!("tillbridge")),
        ("/payment_failed/reattempt", json!("none")),
        ("/payment_failed/pay_again_url", json!(null)),
        ("/erp/time_zone", json!("Europe/Berlin")),
        ("/erp/currency", json!("EUR")),
        ("/stripe/account", json!("acct_1")),
    ] {
        assert_eq!(seen.pointer(pointer), Some(&value), "{pointer}");
    }
    let again: environment::Pair = serde_json::from_value(seen).unwrap();
    assert_eq!(Some(&again), stage.pairs.values().next());
}

/// Two shops may share an account; one of them keeps its books.
#[test]
fn pairs_may_share_an_account() {
    let second = LEAST.split_once("  main:\n").unwrap().1.replace("    books: true\n", "");
    let stage = Stage::parse("staging", &format!("{LEAST}  second:\n{second}")).unwrap();
    let books: Vec<bool> = stage.pairs.values().map(|pair| pair.books).collect();
    assert_eq!(books, [true, false]);
}
