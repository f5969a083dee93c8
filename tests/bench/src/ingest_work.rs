//! Ingest's own work on an event (verify, route, encode), against what nobody gets around: the HMAC of the body and one
//! parse of it.
//!
//! The baseline's parse is `serde_json::from_slice::<Value>`, which is what a plain handler does. Shown beside it: a parse
//! that builds nothing (`IgnoredAny`), the least that can tell JSON from what is none.

use anyhow::{Context, Result, bail};
use canonical::{PairId, StripeAccount};
use environment::Mode;
use flow::plan::Trigger;
use flow::route::Routes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ingest::{Accepted, Endpoint, Incoming, Source, work};
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::IgnoredAny;
use serde_json::Value;
use sha2::Sha256;

use crate::measure::interleaved;
use crate::payload;
use crate::report::{Limit, Report, ratio, size, time};

/// Of the baseline, in thousandths.
const RATIO_MAX: u128 = 1_500;
const ROUNDS: usize = 200;
/// What each contender takes in during one round.
const ROUND_BYTES: usize = 400_000;

/// What the work needs besides the body.
struct Door {
    routes: Routes,
    pair: PairId,
    account: StripeAccount,
    secrets: Vec<SecretString>,
    now: Timestamp,
}

impl Door {
    fn new() -> Result<Self> {
        let mut flows = flows::routes()?;
        // No shipped flow wants invoices yet; a large body must be routed and encoded as a small one is.
        let trigger = Trigger {
            source: "stripe".to_owned(),
            event: payload::INVOICE_EVENT.to_owned(),
            entity: vec!["/data/object/id".to_owned()],
        };
        flows.push(("invoices".parse()?, vec![trigger]));
        Ok(Self {
            routes: Routes::new(flows, &[Source::Stripe.as_str()]),
            pair: "main".parse()?,
            account: sandbox::STRIPE_ACCOUNT.parse()?,
            secrets: vec![SecretString::from(sandbox::STRIPE_SIGNING_SECRET)],
            now: Timestamp::from_second(1_772_442_850)?,
        })
    }

    /// The function under test; an event that is not queued would be less work.
    fn pass(&self, headers: &HeaderMap, body: &[u8]) -> Result<()> {
        let endpoint =
            Endpoint { source: Source::Stripe, pair: &self.pair, account: &self.account, mode: Mode::Test };
        let incoming = Incoming {
            headers,
            body,
            event_name: None,
            received_at: self.now,
            trace_id: "1-67891233-abcdef012345",
        };
        match work(endpoint, &self.routes, &self.secrets, incoming).outcome {
            Ok(Accepted::Queue(messages)) if messages.len() == 1 => Ok(()),
            other => bail!("the event is not queued once: {other:?}"),
        }
    }

    fn digest(&self, body: &[u8]) -> Result<()> {
        let secret = self.secrets.first().context("no secret")?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())?;
        mac.update(b"1772442850.");
        mac.update(body);
        std::hint::black_box(mac.finalize());
        Ok(())
    }
}

/// Measures and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let door = Door::new()?;
    let mut rows = vec![
        ["body", "size", "work", "HMAC + parse", "ratio", "limit", "", "HMAC + skip", "ratio"]
            .map(str::to_owned),
    ];
    let bodies = [
        ("charge", payload::charge()?),
        ("invoice", payload::invoice(20_000)?),
        ("invoice", payload::invoice(100_000)?),
    ];
    for (name, body) in bodies {
        let body = body.as_bytes();
        let signature = stripe::webhook::sign(&door.secrets[0], body, door.now);
        let headers =
            HeaderMap::from_iter([("stripe-signature".parse()?, HeaderValue::try_from(signature)?)]);
        let mut own = || door.pass(&headers, body);
        let mut parse = || {
            door.digest(body)?;
            std::hint::black_box(serde_json::from_slice::<Value>(body)?);
            Ok(())
        };
        let mut skip = || {
            door.digest(body)?;
            std::hint::black_box(serde_json::from_slice::<IgnoredAny>(body)?);
            Ok(())
        };
        let iterations = u32::try_from(ROUND_BYTES / body.len())?.max(1);
        let rounds = interleaved(ROUNDS, iterations, [&mut own, &mut parse, &mut skip])?;
        let (parse, skip) = (rounds.per_mille(0, 1), rounds.per_mille(0, 2));
        let what = format!("ingest's work on {} is {} x HMAC + parse", size(body.len() as u64), ratio(parse));
        rows.push([
            name.to_owned(),
            size(body.len() as u64),
            time(rounds.median(0)),
            time(rounds.median(1)),
            ratio(parse),
            ratio(RATIO_MAX),
            report.judge(&what, Limit::Time, parse <= RATIO_MAX),
            time(rounds.median(2)),
            ratio(skip),
        ]);
    }
    Report::section("Ingest's own work per event: verify, route, encode", &rows);
    Ok(())
}
