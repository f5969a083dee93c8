//! The public side of the stack, as senders of webhooks see it.

use anyhow::Result;

/// What ingest answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// The API.
#[derive(Clone, Debug)]
pub struct Webhooks {
    http: reqwest::Client,
    url: String,
}

impl Webhooks {
    pub(crate) fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url }
    }

    /// Posts a body as it is, with these headers and no others.
    ///
    /// # Errors
    /// No answer.
    pub async fn post(
        &self,
        source: &str,
        pair: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer> {
        let mut request = self.http.post(format!("{}/{source}/{pair}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        Ok(Answer { status: response.status().as_u16(), body: response.text().await? })
    }
}
