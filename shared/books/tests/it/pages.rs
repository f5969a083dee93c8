//! A payout that is looked at page by page, with its state stored in between, is found as if it had been looked at at once.

use books::Entry;
use books::payout::{Documents, ErpDocument, ShopDocument, ShopKind};
use proptest::prelude::*;

use crate::given::movement;
use crate::payout::{erp, of, shop, start};

/// A payout of charges and refunds, some of whose documents are missing, name nothing or say another amount.
fn any_payout() -> impl Strategy<Value = (Vec<Entry>, Vec<ShopDocument>, Vec<ErpDocument>)> {
    let row = (1_i64..9_999, any::<bool>(), 0_u8..6, 0_u8..4);
    prop::collection::vec(row, 0..40).prop_map(|rows| {
        let (mut entries, mut shops, mut erps) = (Vec::new(), Vec::new(), Vec::new());
        let mut sum = 0;
        for (at, (minor, is_refund, document, order)) in rows.into_iter().enumerate() {
            // Few amounts, so that equal refunds of one order meet.
            let minor = if is_refund { minor % 3 + 1 } else { minor };
            let shown = |minor: i64| format!("{}.{:02} USD", minor / 100, minor % 100);
            let (category, kind, sign) = if is_refund {
                ("refund", ShopKind::CreditMemo, "-")
            } else {
                ("charge", ShopKind::Invoice, "")
            };
            let (order, source) =
                (order.to_string(), format!("{}_{at}", if is_refund { "re" } else { "ch" }));
            entries.push(of(&order, &source, category, &format!("{sign}{}", shown(minor)), &shown(minor)));
            sum += if is_refund { -minor } else { minor };
            let reference = (document < 2).then_some(source.as_str());
            if document < 4 {
                let amount = shown(if document == 1 { minor + 1 } else { minor });
                shops.push(shop(&format!("d{at}"), &order, kind, reference, &amount));
                let name = if is_refund { "refund" } else { "payment" };
                erps.push(erp(&format!("{name}:{source}"), &shown(minor)));
            }
        }
        let own = canonical::Money::new(-sum, "USD".parse().unwrap());
        entries.push(movement("txn_own", "payout", &own.to_string()));
        (entries, shops, erps)
    })
}

proptest! {
    #[test]
    fn pages_find_what_all_at_once_finds((entries, shops, erps) in any_payout(), page in 1_usize..9) {
        let documents = Documents::new(shops, erps);
        let amount = entries.last().unwrap().transaction.net.negated().unwrap();
        let mut whole = start(&amount.to_string());
        let mut paged = whole.clone();
        let mut items = Vec::new();
        for page in entries.chunks(page) {
            let stored = serde_json::to_string(&paged).unwrap();
            paged = serde_json::from_str(&stored).unwrap();
            items.extend(paged.page(page, &documents).unwrap());
        }
        prop_assert_eq!(&items, &whole.page(&entries, &documents).unwrap());
        let report = whole.finish().unwrap();
        prop_assert_eq!(&paged.finish().unwrap(), &report);
        prop_assert_eq!(report.rows, u64::try_from(items.len()).unwrap());
        let counted: u64 = report.results.values().map(|total| total.rows).sum();
        prop_assert_eq!(counted, report.rows);
    }
}
