//! What every system was asked, for tests that count calls and look for what must not leave.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use serde::Serialize;

use crate::System;
use crate::reply::Incoming;

/// How many requests are kept.
const REQUESTS_MAX: usize = 10_000;
/// How much of a body is kept, bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// One request and how it ended.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Rising by one.
    pub n: u64,
    /// When it came, RFC 3339.
    pub at: String,
    /// Who was asked.
    pub system: System,
    /// `GET`, …
    pub method: String,
    /// Path without the system's prefix, as it came.
    pub path: String,
    /// Query as it came.
    pub query: String,
    /// Headers; credentials are cut to their first word.
    pub headers: Vec<(String, String)>,
    /// The body as text, its first 64 KiB.
    pub body: String,
    /// The status; absent where the connection was dropped or the answer is still to come.
    pub status: Option<u16>,
    /// The faults that were at work.
    pub faults: Vec<String>,
}

/// The log, bounded.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<(u64, VecDeque<Seen>)>);

impl Requests {
    /// Notes a request; gives its number.
    pub(crate) fn note(&self, system: System, incoming: &Incoming, faults: Vec<String>) -> u64 {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, seen) = &mut *guard;
        *next += 1;
        let cut = &incoming.body[..incoming.body.len().min(BODY_BYTES_MAX)];
        seen.push_back(Seen {
            n: *next,
            at: crate::clock::now().to_string(),
            system,
            method: incoming.method.to_string(),
            path: incoming.path.clone(),
            query: incoming.query.clone(),
            headers: redacted(&incoming.headers),
            body: String::from_utf8_lossy(cut).into_owned(),
            status: None,
            faults,
        });
        if seen.len() > REQUESTS_MAX {
            seen.pop_front();
        }
        *next
    }

    /// Notes how it ended.
    pub(crate) fn ended(&self, n: u64, status: Option<u16>) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = guard.1.iter_mut().rev().find(|entry| entry.n == n) {
            entry.status = status;
        }
    }

    /// All after a number, oldest first.
    pub(crate) fn after(&self, n: u64) -> Vec<Seen> {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1.iter().filter(|entry| entry.n > n).cloned().collect()
    }

    /// Forgets all; the numbers go on.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clear();
    }
}

fn redacted(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let text = match name.as_str() {
                "authorization" | "proxy-authorization" | "cookie" => {
                    format!("{} [redacted]", text.split(' ').next().unwrap_or_default())
                }
                _ => text,
            };
            (name.to_string(), text)
        })
        .collect()
}
