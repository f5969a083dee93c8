//! Orders in another currency than the company's.

use serde_json::json;

use super::started;
use crate::documents::{DAY, Sale};
use crate::driver::{Worker, is_the_one};
use crate::system::{Kind, System};

/// The same numbers of smallest units, which is another amount in each currency.
pub(crate) async fn an_order_in_another_currency_is_settled_in_it<S: System>() {
    let system = started!(S);
    let worker = Worker::of(&system);
    for (number, currency, rate, total) in
        [(1, "EUR", "1.0945", "91.33"), (2, "JPY", "0.0067", "9133"), (3, "KWD", "3.25", "9.133")]
    {
        let sale = Sale::numbered(&system, number).in_currency(currency, rate);
        let (invoice, note) = (sale.invoice().key(), sale.credit_note().key());
        worker.put_all(&[sale.order(), sale.invoice()]).await;
        assert_eq!(system.total(Kind::Order, &sale.order().key()).await, total, "{currency}");
        assert_eq!(system.open(&invoice).await, total, "{currency}");
        worker.put_all(&[sale.payment(), sale.credit_note(), sale.refund()]).await;
        for key in [&invoice, &note] {
            assert_eq!(system.open(key).await, "0", "{currency} {key}");
        }
        for document in [sale.order(), sale.invoice(), sale.payment(), sale.credit_note(), sale.refund()] {
            let again = worker.put(&document).await.unwrap_or_else(|fault| panic!("{currency}: {fault:?}"));
            assert_eq!(again["created"], json!(false), "{currency} {}", document.kind);
        }
    }
}

/// 91.33 EUR at 1.0945 are 99.96 USD, of which 99.41 came: 0.55 are lost.
pub(crate) async fn what_the_provider_changed_is_a_journal<S: System>() {
    let system = started!(S);
    let (worker, sale) = (Worker::of(&system), Sale::of(&system).in_currency("EUR", "1.0945"));
    let (fx, clearing) = (sale.account("fx_gain_loss"), sale.account("stripe_clearing.USD"));
    let held = async || [worker.balance(&fx, "USD", DAY).await, worker.balance(&clearing, "USD", DAY).await];
    worker.put_all(&[sale.order(), sale.invoice()]).await;
    let before = held().await;
    let exchanged = sale.exchanged(9941);
    let output = worker.put(&exchanged).await.unwrap();
    assert_eq!(output["posted_as"], json!("journal"));
    let after = held().await;
    assert_eq!([after[0] - before[0], after[1] - before[1]], [55, 9941]);
    assert_eq!(worker.put(&exchanged).await.unwrap()["created"], json!(false));
    let as_journal = crate::documents::Document { kind: Kind::Journal, ..exchanged };
    is_the_one(&system, &as_journal, &output, "as a journal").await;
}
