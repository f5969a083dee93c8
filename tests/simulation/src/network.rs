//! The network between a process and the doubles: it delays, loses, and carries out what was given up long ago.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, Response};
use jiff::Timestamp;
use outbound::{Chunks, Loss, Method, Prepared, Received, Transport};
use sandbox::{Dropped, System};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};
use tower::ServiceExt as _;

use crate::chance::Chance;
use crate::clock::SimClock;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::switch::Switch;

/// Longest answer of a double.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a request that was given up may wait before it is carried out, beyond its timeout: less than every settle time of
/// `infra/environments/simulation.yaml`.
const LATE_MS_MAX: u64 = 4_500;

/// The network of one process.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) doubles: Router,
    pub(crate) clock: SimClock,
    pub(crate) faults: Arc<Faults>,
    pub(crate) switch: Switch,
    pub(crate) chance: Chance,
    pub(crate) journal: Journal,
    /// When each document was last put, by path. All processes share it.
    pub(crate) puts: Arc<Mutex<BTreeMap<String, Instant>>>,
    /// Who asks, for the journal.
    pub(crate) who: String,
}

/// What becomes of a request.
#[derive(Debug, Default)]
struct Way {
    unreachable: bool,
    dropped: bool,
    unanswered: bool,
    /// Before it reaches its system.
    delay: Duration,
    /// What its system does, as `X-Sandbox-Fault` says it.
    fault: Option<String>,
}

impl Network {
    fn way(&self, system: System, prepared: &Prepared) -> Way {
        let (faults, switch, chance) = (&self.faults, &self.switch, &self.chance);
        let mut way = Way { delay: chance.millis(5, 60), ..Way::default() };
        if !switch.is_on() {
            return way;
        }
        if faults.is_away(system, self.clock.elapsed_ms()) || switch.strikes(faults.unreachable) {
            way.unreachable = true;
            return way;
        }
        let is_read = prepared.method == Method::Get;
        if switch.strikes(faults.slow) {
            way.delay = chance.millis(60, faults.latency_ms);
            // A write that is given up is carried out within its settle time, as the systems' contracts say.
            let longest = prepared.timeout + Duration::from_millis(LATE_MS_MAX);
            way.delay = way.delay.min(longest);
        }
        way.dropped = switch.strikes(faults.dropped);
        way.unanswered = switch.strikes(faults.unanswered);
        if !is_read && switch.strikes(faults.late) {
            way.delay = prepared.timeout + chance.millis(1, LATE_MS_MAX);
        }
        let mut strikes = |times: u64, text: String| {
            if way.fault.is_none() && switch.strikes(times) {
                way.fault = Some(text);
            }
        };
        strikes(faults.limited, "error=429".to_owned());
        strikes(faults.failed, format!("error={}", chance.pick(&[500, 502, 503])));
        strikes(faults.page, (*chance.pick(&["html_body", "html_200"])).to_owned());
        if is_read {
            // Stripe's objects are read as they are written; the others answer from a replica now and then.
            let stale = if system == System::Stripe { 0 } else { faults.stale };
            strikes(stale, format!("stale_read={}", chance.between(100, 1_900)));
        } else {
            let after = *chance.pick(&["commit_then_500", "commit_then_timeout", "drop_after_headers"]);
            strikes(faults.failed_after, after.to_owned());
        }
        way
    }
}

#[async_trait]
impl Transport for Network {
    fn now(&self) -> Timestamp {
        self.clock.time()
    }

    async fn send(&self, prepared: Prepared) -> Result<Received, Loss> {
        let called = Instant::now();
        yield_now().await;
        let path = prepared.url.path().to_owned();
        let system = system(&path);
        let mut way = self.way(system, &prepared);
        // A process that slept right here: nothing can hold its request back, and its system checks it when it comes.
        let is_of_the_dead = called.elapsed() > Duration::from_secs(1);
        if is_of_the_dead {
            way.delay = way.delay.min(Duration::from_millis(60));
        }
        let may_race =
            self.faults.races && prepared.method == Method::Put && !is_of_the_dead && way.fault.is_none();
        let method = prepared.method.as_str();
        let no_answer = |problem: &str| Loss::NoAnswer { problem: problem.to_owned() };
        let marks = format!(
            "{}{}{}",
            way.fault.as_ref().map(|fault| format!(" [{fault}]")).unwrap_or_default(),
            if way.dropped {
                " [dropped]"
            } else if way.unanswered {
                " [unanswered]"
            } else {
                ""
            },
            if way.delay > prepared.timeout { " [late]" } else { "" },
        );
        if way.unreachable {
            self.journal.tell(format!("{} {method} {path} [unreachable]", self.who));
            sleep(self.chance.millis(1, 3_000)).await;
            return Err(Loss::NoConnection { problem: "nobody listens".to_owned() });
        }
        if way.dropped {
            self.journal.tell(format!("{} {method} {path}{marks}", self.who));
            sleep(way.delay.min(prepared.timeout)).await;
            return Err(no_answer("the connection broke"));
        }
        let (told, answer) = oneshot::channel();
        let mut request = request(&prepared, way.fault.as_deref());
        let puts = Arc::clone(&self.puts);
        let sent = Instant::now();
        let (doubles, delay, journal, who) =
            (self.doubles.clone(), way.delay, self.journal.clone(), self.who.clone());
        // A task of its own: what is on its way arrives, whatever becomes of the process that sent it.
        tokio::spawn(async move {
            sleep(delay).await;
            if may_race && let Ok(request) = &mut request {
                // Its system looked for the key when the request came, and writes it only now: what was put meanwhile it
                // has not seen (the contracts of ERP and WMS say so of keys).
                let mut puts = puts.lock().unwrap_or_else(PoisonError::into_inner);
                if puts.insert(path.clone(), Instant::now()).is_some_and(|put| put > sent) {
                    request
                        .headers_mut()
                        .insert("x-sandbox-fault", HeaderValue::from_static("duplicate_on_race"));
                    journal.tell(format!("{who} PUT {path} races"));
                }
            }
            let Ok(request) = request else { return };
            let method = request.method().to_string();
            let response = doubles.oneshot(request).await.unwrap_or_else(|never| match never {});
            journal.tell(format!("{who} {method} {path}{marks} → {}", response.status().as_u16()));
            // Nobody may listen any more.
            let _ = told.send(received(response).await);
        });
        let outcome = match timeout(prepared.timeout, answer).await {
            Err(_) => Err(no_answer("it took longer than the time allowed")),
            Ok(Err(_)) => Err(no_answer("the connection broke")),
            Ok(Ok(_)) if way.unanswered => Err(no_answer("the connection broke before the answer")),
            Ok(Ok(answer)) => answer,
        };
        yield_now().await;
        outcome
    }
}

/// Whose path it is.
fn system(path: &str) -> System {
    let is = |system: &&System| path.trim_start_matches('/').starts_with(system.as_str());
    System::ALL.iter().find(is).copied().unwrap_or(System::Magento)
}

fn request(prepared: &Prepared, fault: Option<&str>) -> Result<Request<Body>, axum::http::Error> {
    let url = &prepared.url;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut builder =
        Request::builder().method(prepared.method.as_str()).uri(format!("{}{query}", url.path()));
    for (name, value) in &prepared.headers {
        builder = builder.header(*name, value);
    }
    if let Some(fault) = fault {
        builder = builder.header("x-sandbox-fault", fault);
    }
    builder.body(prepared.body.clone().map_or_else(Body::empty, Body::from))
}

async fn received(response: Response<Body>) -> Result<Received, Loss> {
    let broke = || Loss::NoAnswer { problem: "the connection broke".to_owned() };
    if response.extensions().get::<Dropped>().is_some() {
        return Err(broke());
    }
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.ok().map(|bytes| bytes.to_vec());
    Ok(Received { status, headers, body: Box::new(Whole(body.map(Some).ok_or_else(broke))) })
}

/// A body that came at once, or broke.
struct Whole(Result<Option<Vec<u8>>, Loss>);

#[async_trait]
impl Chunks for Whole {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        match &mut self.0 {
            Ok(body) => Ok(body.take()),
            Err(loss) => Err(loss.clone()),
        }
    }
}
