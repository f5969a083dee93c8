//! How a request leaves the process, and what comes back before anything is made of it.

use std::time::Duration;

use async_trait::async_trait;
use canonical::redact;
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use url::Url;

use crate::{Error, Method};

/// Who we are, in the other side's logs.
const USER_AGENT: &str = concat!("tillbridge/", env!("CARGO_PKG_VERSION"));
/// Longest time to connect, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept: below the 60 s after which load balancers drop them.
const IDLE: Duration = Duration::from_secs(50);
/// Characters of a network error that are kept.
const PROBLEM_MAX: usize = 200;

/// The network, and the time that goes with it. HTTP by default; a simulation has its own.
#[async_trait]
pub trait Transport: Send + Sync {
    /// What time it is: deadlines, signatures and `Retry-After` dates are measured with it.
    fn now(&self) -> Timestamp;

    /// Sends one request. All of it, the body included, ends within its timeout.
    ///
    /// # Errors
    /// There is no answer.
    async fn send(&self, prepared: Prepared) -> Result<Received, Loss>;
}

/// A request with everything that goes over the wire. Not `Debug`: its headers hold credentials.
pub struct Prepared {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Headers; their values are checked.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Longest that it may take.
    pub timeout: Duration,
}

/// The head of an answer, and the body still to come.
pub struct Received {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, and values; those that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Box<dyn Chunks>,
}

/// A body as it arrives, so that one that is too long is not read to its end.
#[async_trait]
pub trait Chunks: Send {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The connection broke, or the time is up.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss>;
}

/// Why there is no answer. `problem` is redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is no request; nothing was sent.
    Unsendable {
        /// What is wrong with it.
        problem: String,
    },
    /// The host cannot be reached; nothing was sent.
    NoConnection {
        /// What the network said.
        problem: String,
    },
    /// It was sent, and may have been carried out.
    NoAnswer {
        /// What the network said.
        problem: String,
    },
}

/// HTTP by the system's network and clock.
pub(crate) struct Http(reqwest::Client);

impl Http {
    /// A client without a connection.
    ///
    /// # Errors
    /// The TLS library or the system's certificates cannot be used.
    pub(crate) fn new() -> Result<Self, Error> {
        // A second installation in one process is refused and harmless: it is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // `HTTPS_PROXY` and its like name hosts that the environment file does not.
            .no_proxy()
            .referer(false)
            .user_agent(USER_AGENT)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|error| Error::Unsendable {
                system: "tillbridge",
                action: "start".to_owned(),
                problem: error.to_string(),
            })?;
        Ok(Self(http))
    }
}

#[async_trait]
impl Transport for Http {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn send(&self, prepared: Prepared) -> Result<Received, Loss> {
        let Prepared { method, url, headers, body, timeout } = prepared;
        let mut builder = self.0.request(method.to_reqwest(), url).timeout(timeout);
        for (name, value) in headers {
            let mut value = HeaderValue::try_from(value).map_err(|_| Loss::Unsendable {
                problem: format!("the header {name} holds what no header may"),
            })?;
            value.set_sensitive(name == "authorization");
            builder = builder.header(name, value);
        }
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let response = builder.send().await.map_err(|error| loss(&error))?;
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = response.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        Ok(Received {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: Box::new(HttpBody(response)),
        })
    }
}

struct HttpBody(reqwest::Response);

#[async_trait]
impl Chunks for HttpBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        let chunk = self.0.chunk().await.map_err(|error| loss(&error))?;
        Ok(chunk.map(|bytes| bytes.to_vec()))
    }
}

/// What a request without an answer means.
fn loss(error: &reqwest::Error) -> Loss {
    let mut problem = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(now) = cause {
        // The first of the chain repeats the URL, whose query may hold what people searched for.
        if now.source().is_none() || error.is_timeout() {
            problem = now.to_string();
        }
        cause = now.source();
    }
    if error.is_timeout() {
        "it took longer than the time allowed".clone_into(&mut problem);
    }
    let problem = redact(&problem, PROBLEM_MAX);
    if error.is_builder() {
        Loss::Unsendable { problem }
    } else if error.is_connect() {
        Loss::NoConnection { problem }
    } else {
        Loss::NoAnswer { problem }
    }
}
