//! What a refusal means, by the ERP's own code, and what a person does about it.

use flow::Class;
use outbound::Problem;

/// Codes of a document for more than is left to bill, to give back or to pay.
const USED_UP: [&str; 3] = ["over_invoiced", "over_credit", "over_allocated"];
/// Codes of a document that names a part of a sale that is not there.
const OF_A_SALE: [&str; 3] = ["invoice_unknown", "order_unknown", "customer_unknown"];

/// A code that says more than its status. `wrong_state` stays a conflict: another worker may be about to mend it.
pub(crate) fn class(problem: &Problem) -> Class {
    match problem.code.as_str() {
        "content_differs" | "idempotency_key_reused" if problem.status == 409 => Class::Validation,
        "already_exists" if problem.status == 409 => Class::Duplicate,
        _ => problem.class(),
    }
}

/// Whether all is billed, given back or paid already, by whichever document.
pub(crate) fn says_nothing_is_left(problem: &Problem) -> bool {
    problem.status == 422 && USED_UP.contains(&problem.code.as_str())
}

/// Whether what it is booked against is not there: the customer and the order come before the invoice.
pub(crate) fn is_of_an_unknown_sale(problem: &Problem) -> bool {
    problem.status == 422 && OF_A_SALE.contains(&problem.code.as_str())
}

/// What to do next.
pub(crate) fn advice(problem: &Problem) -> &'static str {
    match (class(problem), problem.code.as_str()) {
        (_, "sku_refused") => "let the company sell the item or map it to another, then replay",
        (_, "period_closed") => "post on the first open day, or have the period opened, then replay",
        (_, "over_credit") => {
            "give back no more than is left, or correct what was given back before, then replay"
        }
        (_, "over_allocated") => {
            "match no more than is open, or correct what was matched before, then replay"
        }
        (_, "unbalanced") => {
            "compare its rates and rounding with ours; report it where ours are wrong, then replay"
        }
        (_, "account_unknown") => {
            "correct that account in erp.accounts (`tillbridge check` finds it), then replay"
        }
        (_, "party_required") => "name the customer on that line in the mapping, then replay",
        (_, "cost_center_required") => {
            "set erp.cost_center, and give that account its role in erp.accounts, deploy, then replay"
        }
        (Class::Validation | Class::NotFound, _) => "correct what it names, then replay",
        (Class::Auth, _) => "put a valid token into the pair's `erp` secret",
        (Class::Permission, _) => "give the token's user that right, then replay",
        (Class::UnknownOutcome, _) => "it may have happened and is looked for",
        (Class::Throttled | Class::Transient | Class::Conflict | Class::Duplicate, _) => "it is tried again",
    }
}
