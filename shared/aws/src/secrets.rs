//! Secrets Manager, cached.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use environment::{Secret, SecretError, SecretName, Unreadable};
use flow::Class;
use secrecy::SecretString;
use tokio::time::Instant;

use crate::error::classify;

/// How long a secret is believed.
const KEPT: Duration = Duration::from_secs(300);
/// Between two reads that a refusal asks for: a flood of forged requests must not become a flood of reads.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// Secrets by name, each read at most once in five minutes.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
    /// A std mutex: nothing awaits under it.
    kept: Arc<std::sync::Mutex<BTreeMap<SecretName, (Instant, Secret)>>>,
}

impl Secrets {
    /// An empty cache.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config), kept: Arc::default() }
    }

    async fn younger_than(&self, name: &SecretName, age_max: Duration) -> Result<Secret, SecretError> {
        let kept = self.lock().get(name).cloned();
        if let Some((read_at, secret)) = &kept
            && read_at.elapsed() < age_max
        {
            return Ok(secret.clone());
        }
        match self.read(name).await {
            Ok(secret) => {
                self.lock().insert(name.clone(), (Instant::now(), secret.clone()));
                Ok(secret)
            }
            // Secrets Manager being away for a while is no reason to stop: the old value mostly still holds.
            Err(error) => match kept {
                Some((_, secret)) if may_pass(&error) => Ok(secret),
                _ => Err(error),
            },
        }
    }

    async fn read(&self, name: &SecretName) -> Result<Secret, SecretError> {
        let failed = |why: Unreadable, message: String| SecretError::Unreadable {
            name: name.as_str().to_owned(),
            why,
            message,
        };
        let answer =
            self.client.get_secret_value().secret_id(name.as_str()).send().await.map_err(|error| {
                let (class, message) = classify("GetSecretValue", &error);
                match class {
                    Class::NotFound => {
                        failed(Unreadable::Refused, "it is missing; store it in Secrets Manager".to_owned())
                    }
                    Class::Throttled => failed(Unreadable::Throttled, message),
                    Class::Transient | Class::UnknownOutcome | Class::Conflict => {
                        failed(Unreadable::Unavailable, message)
                    }
                    Class::Auth | Class::Permission => failed(Unreadable::Refused, message),
                    Class::Validation | Class::Duplicate => failed(Unreadable::Invalid, message),
                }
            })?;
        let text = answer
            .secret_string
            .ok_or_else(|| failed(Unreadable::Refused, "it holds bytes; store JSON text".to_owned()))?;
        let version = answer.version_id.unwrap_or_default();
        Ok(Secret::new(name.clone(), version, SecretString::from(text)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<SecretName, (Instant, Secret)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl environment::Secrets for Secrets {
    async fn get(&self, name: &SecretName) -> Result<Secret, SecretError> {
        self.younger_than(name, KEPT).await
    }

    async fn refresh(&self, name: &SecretName) -> Result<Secret, SecretError> {
        self.younger_than(name, REFRESH_PAUSE).await
    }
}

/// Whether asking again may help.
const fn may_pass(error: &SecretError) -> bool {
    matches!(error.why(), Unreadable::Unavailable)
}
