//! `report exceptions`.

use std::path::Path;

use anyhow::Result;
use bookkeeping::payout::reports;
use books::report::{ColumnNames, items_csv};
use flow::Store;
use serde_json::json;

use super::payout::{exceptions_table, line, others, under_way, warn_of_others};
use super::{Form, deliver, html, made};
use crate::{Context, Ended};

/// A line more.
fn put(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

pub(super) async fn exceptions(
    context: &Context,
    store: &dyn Store,
    form: Form,
    out: Option<&Path>,
) -> Result<Ended> {
    let (mut from, mut found, mut is_whole, mut names) = (None, 0_u64, true, ColumnNames::First);
    let mut text = String::new();
    loop {
        let (page, next) = reports(store, &context.pair, from).await?;
        for one in page.iter().filter(|one| one.report.is_none()) {
            is_whole = false;
            if form == Form::Table {
                put(&mut text, &under_way(&one.payout, one.rows_so_far));
            }
        }
        for one in page.iter().filter(|one| one.exception_count > 0) {
            found += one.exception_count;
            match form {
                Form::Json => {
                    let (exceptions, exception_count) = (&one.exceptions, one.exception_count);
                    let shown = json!({
                        "payout": one.payout, "exceptions": exceptions, "exception_count": exception_count
                    });
                    put(&mut text, &shown.to_string());
                }
                Form::Csv => {
                    warn_of_others(&one.payout, &one.exceptions, one.exception_count)?;
                    put(&mut text, items_csv(&one.payout, &one.exceptions, names).trim_end());
                }
                Form::Html => {
                    let title = format!("Payout {}: {} to look at", one.payout, one.exception_count);
                    text += &exceptions_table(&title, &one.payout, &one.exceptions, one.exception_count);
                }
                Form::Table => {
                    put(&mut text, &format!("payout {}", one.payout));
                    for item in &one.exceptions {
                        put(&mut text, &line(item));
                    }
                    if let Some(others) = others(&one.exceptions, one.exception_count) {
                        put(&mut text, &format!("  {others}"));
                    }
                }
            }
            names = ColumnNames::None;
        }
        if next.is_none() {
            break;
        }
        from = next;
    }
    if found == 0 && form == Form::Table {
        put(
            &mut text,
            if is_whole {
                "every movement of every payout is matched"
            } else {
                "every movement of every other payout is matched"
            },
        );
    }
    if form == Form::Html {
        let facts = [("To look at".to_owned(), found.to_string())];
        text = html::page(&made(context), "Movements without a document", &facts, &text);
    }
    deliver(&text, out, "what is to look at", &format!("; {found} in all"))?;
    Ok(if found == 0 { Ended::Well } else { Ended::WithProblems })
}
