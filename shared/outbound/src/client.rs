//! A client of one system.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderValue;
use url::Url;

use crate::transport::{Chunks, Loss, Prepared, Received};
use crate::{Answer, Effect, Error, Pool, Request};

/// Between the end of a request that is given up and the end of the lease.
const LEASE_SPARE: SignedDuration = SignedDuration::from_secs(5);

/// 429 Too Many Requests (<https://www.rfc-editor.org/rfc/rfc6585#section-4>).
const TOO_MANY: u16 = 429;

/// How a system is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The system's name, as errors and counters say it.
    pub system: &'static str,
    /// Every request goes below this URL.
    pub base_url: Url,
    /// Longest that a request may take, the body included.
    pub timeout: SignedDuration,
    /// Longest answer that is read.
    pub body_bytes_max: usize,
}

/// A client of one system. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    pool: Pool,
    settings: Settings,
    deadline: Option<Timestamp>,
}

impl Outbound {
    /// A client over the process's connections.
    #[must_use]
    pub fn new(settings: Settings, pool: &Pool) -> Self {
        Self { pool: pool.clone(), settings, deadline: None }
    }

    /// The client of one call: it sends nothing that could still be running at `deadline`, less 5 s.
    #[must_use]
    pub fn at(&self, deadline: Timestamp) -> Self {
        Self { deadline: Some(deadline), ..self.clone() }
    }

    /// How it is reached.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What time it is, as the network's clock says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.pool.transport.now()
    }

    /// The full URL of a path below the base.
    ///
    /// # Errors
    /// The path leads to another host, or out of the base.
    pub fn url(&self, path_and_query: &str, action: &str) -> Result<Url, Error> {
        let unsendable = |problem: &str| Error::Unsendable {
            system: self.settings.system,
            action: action.to_owned(),
            problem: problem.to_owned(),
        };
        // URL parsers drop tabs and line feeds, read `\\` as `/`, and what follows `#` is never sent.
        let plain =
            path_and_query.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#'));
        if !path_and_query.starts_with('/') || !plain {
            return Err(unsendable("its path is not encoded or does not begin with `/`"));
        }
        let base = self.settings.base_url.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path_and_query}"))
            .map_err(|_| unsendable("its path is no URL path"))?;
        // With its slash, so that `/erp/v1` does not cover `/erp/v10`.
        let base_path = format!("{}/", self.settings.base_url.path().trim_end_matches('/'));
        let below = url.path().starts_with(&base_path);
        if url.origin() == self.settings.base_url.origin() && below && url.username().is_empty() {
            Ok(url)
        } else {
            Err(unsendable("its path leads away from base_url"))
        }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// There is no answer, it is too long, or it is a redirect.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let Request { method, path_and_query, headers, body, effect, action } = request;
        let system = self.settings.system;
        let url = self.url(&path_and_query, &action)?;
        self.pool.pass(system, &action).await?;
        let end = self.now().checked_add(self.settings.timeout + LEASE_SPARE);
        if let (Some(deadline), Ok(end)) = (self.deadline, end)
            && end > deadline
        {
            return Err(Error::OutOfTime { system, action });
        }
        let timeout = Duration::try_from(self.settings.timeout).unwrap_or(Duration::from_secs(1));
        // Here and not where it is sent: what cannot be sent is not counted.
        if let Some((name, _)) = headers.iter().find(|(_, value)| HeaderValue::from_str(value).is_err()) {
            let problem = format!("the header {name} holds what no header may");
            return Err(Error::Unsendable { system, action, problem });
        }
        self.pool.count(system);
        let prepared = Prepared { method, url, headers, body, timeout };
        let lost = |loss: Loss| no_answer(system, &action, effect, loss);
        let Received { status, headers, body } = self.pool.transport.send(prepared).await.map_err(lost)?;
        if status == TOO_MANY {
            self.pool.slow_down().await;
        }
        if (300..400).contains(&status) {
            return Err(Error::Redirected { system, action, status });
        }
        let body = self.read(body, &action, effect).await?;
        Ok(Answer { status, headers, body, system, action, effect, received_at: self.now() })
    }

    async fn read(
        &self,
        mut chunks: Box<dyn Chunks>,
        action: &str,
        effect: Effect,
    ) -> Result<Vec<u8>, Error> {
        let system = self.settings.system;
        let bytes_max = self.settings.body_bytes_max;
        let mut body = Vec::new();
        loop {
            let chunk = chunks.next().await.map_err(|loss| no_answer(system, action, effect, loss))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if body.len() + chunk.len() > bytes_max {
                let wrote = effect == Effect::Write;
                return Err(Error::TooLarge { system, action: action.to_owned(), bytes_max, wrote });
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// What a request without an answer means.
fn no_answer(system: &'static str, action: &str, effect: Effect, loss: Loss) -> Error {
    let action = action.to_owned();
    match (loss, effect) {
        (Loss::Unsendable { problem }, _) => Error::Unsendable { system, action, problem },
        (Loss::NoConnection { problem }, _) => Error::NoConnection { system, action, problem },
        (Loss::NoAnswer { problem }, Effect::Read) => Error::NoAnswerToRead { system, action, problem },
        (Loss::NoAnswer { problem }, Effect::Write) => Error::NoAnswerToWrite { system, action, problem },
    }
}
