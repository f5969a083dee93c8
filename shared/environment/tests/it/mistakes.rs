//! Each mistake names the file, the place in it, what is wrong and what would be right; all of them at once.

use environment::{Error, Stage};

use crate::good::LEAST;

/// The mistakes of a file.
fn mistakes(yaml: &str) -> Vec<String> {
    match Stage::parse("staging", yaml) {
        Err(error @ Error::Invalid { .. }) => {
            let Error::Invalid { mistakes, .. } = &error else { unreachable!() };
            assert!(error.to_string().starts_with("infra/environments/staging.yaml has "), "{error}");
            for mistake in mistakes {
                assert!(error.to_string().contains(mistake), "{error}");
            }
            mistakes.clone()
        }
        other => panic!("{other:?}\n{yaml}"),
    }
}

#[test]
fn each_mistake_is_named_with_its_place_and_what_would_be_right() {
    // What is changed in a good file, and the whole mistake.
    let cases = [
        ("stage: staging", "stage: production", "stage: is `production`, but the file is for `staging`"),
        (
            "'https://erp.example.com/erp/v1'",
            "'ftp://erp.example.com'",
            "pairs.main.erp.base_url: `ftp://erp.example.com/` is no web address",
        ),
        (
            "https://shop.example.com",
            "https://user:pass@shop.example.com",
            "pairs.main.magento.base_url: holds credentials; put them into Secrets Manager",
        ),
        (
            "Europe/Berlin",
            "Europe/Berlni",
            "pairs.main.erp.time_zone: `Europe/Berlni` is no IANA time zone (Europe/Berlin)",
        ),
        ("Europe/Berlin", "CEST", "pairs.main.erp.time_zone: `CEST` is no IANA time zone (Europe/Berlin)"),
        (
            "currency: EUR",
            "currency: EUR, timeout_s: 0",
            "pairs.main.erp.timeout_s: 0 is not between 1 and 60",
        ),
        (
            "currency: EUR",
            "currency: EUR, timeout_s: 61",
            "pairs.main.erp.timeout_s: 61 is not between 1 and 60",
        ),
        (
            "currency: EUR",
            "currency: EUR, requests_per_s: 0",
            "pairs.main.erp.requests_per_s: 0 is not between 1 and 1000",
        ),
        (
            "currency: EUR",
            "currency: EUR, settle_s: 301",
            "pairs.main.erp.settle_s: 301 is not between 0 and 300",
        ),
        (
            "currency: EUR",
            "currency: EUR, rates: { USD: \"0\" }",
            "pairs.main.erp.rates.USD: 0 is no rate; write how much EUR one USD is (\"0.9137\")",
        ),
        (
            "currency: EUR",
            "currency: EUR, rates: { USD: \"-1\" }",
            "pairs.main.erp.rates.USD: -1 is no rate; write how much EUR one USD is (\"0.9137\")",
        ),
        (
            "currency: EUR",
            "currency: EUR, rates: { EUR: \"1\" }",
            "pairs.main.erp.rates.EUR: is the company's own currency; take it out",
        ),
        (
            "currency: EUR",
            "currency: EUR, accounts: { sales: \" 4000\" }",
            "pairs.main.erp.accounts.sales: ` 4000` is no account's code; write it without blanks around it",
        ),
        (
            "currency: EUR",
            "currency: EUR, cost_center: \" \"",
            "pairs.main.erp.cost_center: is empty; write the ERP's code of it or take it out",
        ),
        (
            "currency: EUR",
            "currency: EUR, company: \"\"",
            "pairs.main.erp.company: is empty; write the company's name in the ERP or take it out",
        ),
        (
            "currency: EUR",
            "currency: EUR, erpnext: { uom: \"\" }",
            "pairs.main.erp.erpnext.uom: is empty; write the site's name of it or take it out",
        ),
        (
            "currency: EUR",
            "currency: EUR, system: erpnext, accounts: { receivable: R, sales: S, shipping_income: S, sales_returns: S, \
             tax_payable.VAT: T }",
            "pairs.main.erp.company: is missing; write the company's name in ERPNext",
        ),
        (
            "currency: EUR",
            "currency: EUR, system: erpnext, company: C, accounts: { receivable: R, sales: S, shipping_income: S, \
             sales_returns: S }",
            "pairs.main.erp.accounts.tax_payable: is missing; write the account's name in ERPNext, or one for each tax code \
             (tax_payable.<code>)",
        ),
        (
            "currency: EUR",
            "currency: EUR, accounts: { sales: \"\" }",
            "pairs.main.erp.accounts.sales: is empty; write the account's code or take it out",
        ),
        (
            "base_url: 'https://shop.example.com'",
            "base_url: 'https://shop.example.com', signed_scheme: ftp",
            "pairs.main.magento.signed_scheme: `ftp` is neither http nor https",
        ),
        (
            "base_url: 'https://shop.example.com'",
            "base_url: 'https://shop.example.com', payment_methods: [stripe_payments, ' ']",
            "pairs.main.magento.payment_methods: one is empty; write the method's code (stripe_payments) or take it out",
        ),
        (
            "    books: true\n",
            "    books: true\n    payment_failed: { status: 'Payment Failed' }\n",
            "pairs.main.payment_failed.status: `Payment Failed` is no status's code; write its code as Stores › Order Status \
             shows it (payment_failed)",
        ),
        (
            "    books: true\n",
            "    books: true\n    payment_failed: { status: processing }\n",
            "pairs.main.payment_failed.status: `processing` is `magento.paid_status` too; orders that are paid and that are not \
             must differ",
        ),
        (
            "    books: true\n",
            "    books: true\n    payment_failed: { cancel_after_attempts: 100 }\n",
            "pairs.main.payment_failed.cancel_after_attempts: 100 is not between 0 and 99",
        ),
        (
            "    books: true\n",
            "    books: true\n    payment_failed: { pay_again_url: 'pay/{order}' }\n",
            "pairs.main.payment_failed.pay_again_url: `pay/{order}` is no web address",
        ),
        (
            "    books: true\n",
            "    books: true\n    payment_failed: { pay_again_url: 'https://shop.example.com/{number}' }\n",
            "pairs.main.payment_failed.pay_again_url: `https://shop.example.com/{number}` has braces around something else than \
             `{order}`",
        ),
        (
            "api_version: 2026-10-28.endive",
            "api_version: \"\"",
            "pairs.main.stripe.api_version: is empty; write the version that the flows were made for (2026-10-28.endive)",
        ),
        (
            "    books: true\n",
            "",
            "pairs: none of acct_1 says `books: true`; exactly one must, and keeps the account's books",
        ),
        (
            "    books: true\n",
            "    books: true\n    tables: { order_status: { processing: \"\" } }\n",
            "pairs.main.tables.order_status.processing: is empty; write what it becomes or take it out",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(LEAST.contains(from), "{from}");
        assert_eq!(mistakes(&LEAST.replacen(from, to, 1)), [expected]);
    }
    let live = LEAST.replace("mode: test", "mode: live").replace("https://wms", "http://wms");
    let expected =
        "pairs.main.wms.base_url: `http://wms.example.com/wms/v1` is not https, which live mode needs";
    assert_eq!(mistakes(&live), [expected]);
    assert!(Stage::parse("staging", &LEAST.replace("https://wms", "http://wms")).is_ok());
    let link = "    books: true\n    payment_failed: { pay_again_url: 'http://shop.example.com/{order}' }\n";
    let linked = LEAST.replace("    books: true\n", link);
    let expected = "pairs.main.payment_failed.pay_again_url: `http://shop.example.com/{order}` is not https, which live mode needs";
    assert_eq!(mistakes(&linked.replace("mode: test", "mode: live")), [expected]);
    assert!(Stage::parse("staging", &linked).is_ok());
    assert_eq!(mistakes("stage: staging\nmode: test\npairs: {}\n"), ["pairs: none; add one called `main`"]);
}

#[test]
fn two_pairs_that_keep_the_books_of_one_account_are_told_once_and_by_name() {
    let second = LEAST.split_once("  main:\n").unwrap().1;
    let other = second.replace("acct_1", "acct_2");
    let yaml = format!("{LEAST}  middle:\n{other}  second:\n{second}");
    assert_eq!(
        mistakes(&yaml),
        ["pairs: main, second of acct_1 say `books: true`; exactly one must, and keeps the account's books"]
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let yaml = LEAST
        .replace("Europe/Berlin", "Nowhere")
        .replace("https://wms.example.com", "ftp://wms.example.com")
        .replace("    books: true\n", "")
        .replace("stage: staging", "stage: other");
    let mistakes = mistakes(&yaml);
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
}

/// What has not the form of a file at all is told by line and place; the first such mistake ends the reading.
#[test]
fn what_has_another_form_is_told_by_line() {
    let cases = [
        ("time_zone: Europe/Berlin, ", "", "time_zone"),
        ("mode: test", "mode: tset", "tset"),
        ("currency: EUR", "currency: EURO", "EURO"),
        ("currency: EUR", "currency: EUR, acounts: {}", "acounts"),
        ("account: acct_1", "account: ac_1", "ac_1"),
        ("  main:", "  Main Shop:", "Main Shop"),
        ("'https://shop.example.com'", "'no address'", "base_url"),
        ("currency: EUR", "currency: EUR, rates: { USD: much }", "much"),
        ("    books: true", "    books: perhaps", "perhaps"),
        ("    books: true", "    invoice_on: sunday", "sunday"),
        ("pairs:", "pairs: [", ""),
    ];
    for (from, to, said) in cases {
        assert!(LEAST.contains(from), "{from}");
        match Stage::parse("staging", &LEAST.replacen(from, to, 1)) {
            Err(error @ Error::Malformed { .. }) => {
                let text = error.to_string();
                assert!(text.starts_with("infra/environments/staging.yaml: "), "{text}");
                assert!(text.contains(said), "`{said}` is not in: {text}");
                assert!(text.contains("line"), "no line in: {text}");
            }
            other => panic!("{from} → {to}: {other:?}"),
        }
    }
}
