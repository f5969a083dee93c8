//! `tillbridge send`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use connections::SigningSecret;
use environment::{SecretKind, SecretName};
use jiff::{SignedDuration, Timestamp};
use outbound::{Effect, Method, Outbound, Pool, Request};
use secrecy::SecretString;

use crate::print::say;
use crate::{Context, Ended, Stop};

/// Longest wait for ingest's answer.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);
/// Largest answer of ingest's.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Signs an event with the stage's webhook secret and posts it to ingest.
#[derive(clap::Args)]
pub struct Send {
    /// The event, as Stripe would send it.
    file: PathBuf,
    /// How often.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// Sign it with another secret, to see it refused.
    #[arg(long)]
    forge: bool,
    /// Where webhooks go, without source and pair; the local stack's where `cargo xtask up` has run.
    #[arg(long)]
    url: Option<String>,
}

impl Send {
    /// Sends.
    ///
    /// # Errors
    /// The file, the secret or ingest cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let body = std::fs::read(&self.file)
            .map_err(|error| Stop::Usage(format!("{} cannot be read: {error}", self.file.display())))?;
        let url = match (&self.url, &context.local) {
            (Some(url), _) => url.clone(),
            (None, Some(local)) if !local.webhook_url.is_empty() => local.webhook_url.clone(),
            _ => {
                let advice = "name the endpoint with --url https://<api>/webhooks, or run `cargo xtask up`";
                return Err(Stop::Usage(format!("where to? {advice}")).into());
            }
        };
        let base_url = url.parse().map_err(|_| Stop::Usage(format!("`{url}` is no URL")))?;
        let name = SecretName::new(&context.stage.stage, &context.pair, SecretKind::StripeWebhook);
        let stored: SigningSecret = context.secrets.get(&name).await?.json()?;
        let secret =
            stored.signing_secrets.first().context("the stripe-webhook secret holds no signing secret")?;
        let forged = SecretString::from("whsec_forged");
        let secret = if self.forge { &forged } else { secret };
        let settings = outbound::Settings {
            system: "ingest",
            base_url,
            timeout: TIMEOUT,
            body_bytes_max: ANSWER_BYTES_MAX,
        };
        let outbound = Outbound::new(settings, &Pool::new()?);
        let mut all_taken = true;
        for _ in 0..self.times {
            let signature = stripe::webhook::sign(secret, &body, Timestamp::now());
            let answer = outbound
                .send(Request {
                    method: Method::Post,
                    path_and_query: format!("/stripe/{}", context.pair),
                    headers: vec![
                        ("content-type", "application/json; charset=utf-8".to_owned()),
                        (stripe::webhook::SIGNATURE_HEADER, signature),
                    ],
                    body: Some(body.clone()),
                    effect: Effect::Write,
                    action: "send an event".to_owned(),
                })
                .await?;
            all_taken &= answer.is_success();
            if context.json {
                say(&serde_json::json!({ "status": answer.status, "answer": answer.excerpt() }).to_string())?;
            } else {
                say(&format!("{} {}", answer.status, answer.excerpt()))?;
            }
        }
        Ok(if all_taken { Ended::Well } else { Ended::WithProblems })
    }
}
