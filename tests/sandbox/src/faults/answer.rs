//! How each system says no: a refusal that does not look like its own teaches a client nothing.

use serde_json::json;

use crate::System;
use crate::problem::Problem;
use crate::reply::Reply;

/// The refusal of a system, in its own form.
pub(crate) fn refusal(system: System, status: u16, code: Option<&str>) -> Reply {
    match system {
        System::Stripe => crate::stripe::refusal(status, code),
        System::Magento => magento(status, code),
        System::Erp | System::Wms => generic(status, code),
        System::Erpnext => crate::erpnext::answer(status, code),
    }
}

/// What a proxy or a broken shop puts in place of an answer.
pub(crate) fn html_page(status: u16) -> Reply {
    Reply::html(
        status,
        "<!DOCTYPE html>\n<html><head><title>Service Temporarily Unavailable</title></head>\
         <body><h1>Backend fetch failed</h1><p>XID: 32770</p><hr><p>Varnish cache server</p></body></html>\n",
    )
}

/// MAGENTO.md §1.4: 500 is masked, 503 is maintenance, 403 and 502 come from before the shop and are pages. A code is
/// sent as the message, for texts such as `Could not save an invoice, see error log for details`.
fn magento(status: u16, code: Option<&str>) -> Reply {
    match (status, code) {
        (_, Some(message)) => Reply::json(status, &json!({"message": message})),
        (403 | 502 | 504, None) => html_page(status),
        (503, None) => html_page(503).with("retry-after", "60"),
        (429, None) => Reply::json(429, &json!({"message": "Too Many Requests"})),
        (401, None) => Reply::json(
            401,
            &json!({
                "message": "The consumer isn't authorized to access %resources.",
                "parameters": {"resources": "Magento_Sales::actions_view"},
            }),
        ),
        (404, None) => Reply::json(404, &json!({"message": "Request does not match any route."})),
        (400, None) => Reply::json(400, &json!({"message": "Decoding error."})),
        (_, None) => {
            let message =
                "Internal Error. Details are available in Magento log file. Report ID: webapi-65f0a1b2c3d4e";
            Reply::json(status, &json!({"message": message}))
        }
    }
}

fn generic(status: u16, code: Option<&str>) -> Reply {
    let own = match status {
        400 => "malformed",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "content_differs",
        412 => "precondition_failed",
        422 => "validation",
        429 => "too_many_requests",
        503 => "unavailable",
        _ => "internal",
    };
    let mut problem = Problem::new(status, own, "injected by the sandbox");
    if let Some(code) = code {
        problem = problem.with("code", code);
    }
    problem.reply("injected")
}
