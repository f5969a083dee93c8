//! What is posted (credit notes, payments, journals) is there once, whatever goes wrong with any request.

use flow::Class;
use sandbox::{ErpSettings, Settings};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::converge::FAULTS;
use crate::document::{credit_note, exchanged, fee, order, payment};
use crate::scripted::{erp, problem};
use crate::world::{CREDIT_NOTE, JOURNAL, ORDER, PAYMENT, World};

/// An action, the kind of what it posts, and a document.
struct Case {
    action: &'static str,
    kind: &'static str,
    document: Value,
}

impl Case {
    /// States of what is under the document's key, oldest first.
    fn states(&self, world: &World) -> Vec<String> {
        let own = |found: &Value| found["key"] == self.document["key"];
        let all = world.documents(self.kind).into_iter().filter(own);
        all.map(|found| found["state"].as_str().unwrap().to_owned()).collect()
    }

    fn path(&self) -> String {
        format!("/{}/", self.kind)
    }
}

fn cases() -> [Case; 4] {
    let case = |action, kind, document| Case { action, kind, document };
    [
        case(CREDIT_NOTE, "invoices", credit_note()),
        case(PAYMENT, "payments", payment()),
        case(PAYMENT, "journals", exchanged()),
        case(JOURNAL, "journals", fee()),
    ]
}

#[tokio::test]
async fn it_is_there_once_however_its_request_fails() {
    for case in cases() {
        for (fault, class) in FAULTS {
            let world = World::billed().await;
            world.plan("PUT", &case.path(), fault);
            let met = world.erp.put(case.action, &case.document).await.unwrap_err();
            assert_eq!(met.class, class, "{} {fault}: {met:?}", case.action);
            world.erp.converge(case.action, &case.document).await;
            assert_eq!(case.states(&world), ["posted"], "{} {fault}", case.action);
        }
    }
}

#[tokio::test]
async fn it_is_put_and_looked_for_in_two_calls_and_found_in_one() {
    for case in cases() {
        let world = World::billed().await;
        let key = case.document["key"].as_str().unwrap();
        assert_eq!(world.erp.key(case.action, &case.document).unwrap().as_str(), key);
        assert_eq!(world.erp.find(case.action, &case.document).await, Ok(None));
        world.sandbox.clear_requests();
        let made = world.erp.put(case.action, &case.document).await.unwrap();
        assert_eq!((&made["key"], &made["created"]), (&json!(key), &json!(true)));
        let put = format!("PUT /v1/{}/{}", case.kind, key.replace(':', "%3A"));
        assert_eq!(world.asked(), [put, format!("GET /v1/{}", case.kind)]);
        let again = world.erp.put(case.action, &case.document).await.unwrap();
        assert_eq!((&again["id"], &again["created"]), (&made["id"], &json!(false)));
        assert_eq!(world.erp.find(case.action, &case.document).await, Ok(Some(again)));
        assert_eq!(case.states(&world), ["posted"], "{}", case.action);
    }
}

/// The last call only looks for a second document: a fault there is a fault of a read.
#[tokio::test]
async fn a_look_that_fails_or_lags_is_repeated() {
    for case in cases() {
        for (fault, class) in [
            ("error=500", Class::Transient),
            ("drop", Class::Transient),
            ("html_200", Class::Transient),
            ("stale_read=600000", Class::Conflict),
        ] {
            let world = World::billed().await;
            world.plan("GET", &format!("/{}", case.kind), fault);
            let met = world.erp.put(case.action, &case.document).await.unwrap_err();
            assert_eq!(met.class, class, "{} {fault}: {met:?}", case.action);
            world.erp.converge(case.action, &case.document).await;
            assert_eq!(case.states(&world), ["posted"], "{} {fault}", case.action);
        }
    }
}

/// The ERP's own guard is off for a moment. Where its sums leave no room for a second one, the first is ours; else a person looks.
#[tokio::test]
async fn of_two_made_at_once_the_first_is_found_or_a_person_reverses_one() {
    for (case, fits) in cases().into_iter().zip([true, false, true, true]) {
        let world = World::billed().await;
        let first = world.erp.put(case.action, &case.document).await.unwrap();
        world.plan("PUT", &case.path(), "duplicate_on_race");
        let second = world.erp.put(case.action, &case.document).await;
        if !fits {
            assert_eq!((&second.as_ref().unwrap()["id"], case.states(&world).len()), (&first["id"], 1));
            continue;
        }
        let looked = world.erp.find(case.action, &case.document).await;
        for fault in [second.unwrap_err(), looked.unwrap_err()] {
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "duplicate_document"));
            let kept = format!("{} is kept", first["id"].as_str().unwrap());
            assert!(fault.message.contains(&kept) && fault.message.contains("reverse"), "{}", fault.message);
        }
    }
}

#[tokio::test]
async fn what_was_cancelled_in_the_erp_is_not_made_again() {
    for case in cases() {
        for state in ["cancelled", "reversed"] {
            let cancelled = json!({ "id": "X-9", "state": state });
            let (_server, erp) = erp(
                ResponseTemplate::new(200).set_body_json(json!({ "data": [cancelled] })),
                ResponseTemplate::new(200).set_body_json(&cancelled),
            )
            .await;
            assert_eq!(erp.find(case.action, &case.document).await, Ok(None));
            let fault = erp.put(case.action, &case.document).await.unwrap_err();
            assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "document_cancelled"));
            assert!(fault.message.contains("X-9"), "{}", fault.message);
        }
    }
}

/// The key is taken, and by something that is taken back.
#[tokio::test]
async fn a_key_that_a_cancelled_one_holds_is_for_a_person() {
    for case in cases() {
        let cancelled = json!({ "id": "X-9", "state": "cancelled" });
        let (_server, erp) = erp(
            ResponseTemplate::new(200).set_body_json(json!({ "data": [cancelled] })),
            problem(409, "content_differs", &json!({ "existing_hash": "h" })),
        )
        .await;
        let fault = erp.put(case.action, &case.document).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "document_cancelled"));
    }
}

#[tokio::test]
async fn a_closed_period_says_which_day_is_open() {
    for case in cases() {
        let settings = ErpSettings { open_from: "2026-04-01".to_owned(), ..ErpSettings::default() };
        let world = World::with(Settings { erp: settings, ..Settings::default() }).await;
        world.erp.put(ORDER, &order()).await.unwrap();
        let fault = world.erp.put(case.action, &case.document).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "period_closed"), "{fault:?}");
        for part in ["first_open 2026-04-01", "/date period_closed", "first open day"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
    }
}
