//! Secrets Manager, cached.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use environment::SecretName;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::Error;
use crate::error::classify;

/// How long a secret is believed.
const KEPT: Duration = Duration::from_secs(300);
/// Between two reads that a refusal asks for: a flood of forged requests must not become a flood of reads.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// A secret's text with the id of its version.
#[derive(Clone)]
pub struct Secret {
    /// Rises with rotation: who holds an older one reads again.
    pub version: String,
    text: SecretString,
    name: SecretName,
}

impl Secret {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &SecretName {
        &self.name
    }

    /// The secret as its JSON says.
    ///
    /// # Errors
    /// A field is missing or of another form; the message never holds what the secret holds.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(self.text.expose_secret()).map_err(|error| Error::MalformedSecret {
            name: self.name.as_str().to_owned(),
            // serde's own text may quote the value; line and column do not.
            message: match error.classify() {
                serde_json::error::Category::Data => {
                    format!("a field is missing or wrong (column {})", error.column())
                }
                _ => "it is not JSON".to_owned(),
            },
        })
    }
}

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

    /// A secret, from the cache where it is fresh.
    ///
    /// # Errors
    /// It is missing, or may not or cannot be read.
    pub async fn get(&self, name: &SecretName) -> Result<Secret, Error> {
        self.younger_than(name, KEPT).await
    }

    /// A secret whose value was just refused somewhere: read again, but at most twice a minute.
    ///
    /// # Errors
    /// It is missing, or may not or cannot be read.
    pub async fn refresh(&self, name: &SecretName) -> Result<Secret, Error> {
        self.younger_than(name, REFRESH_PAUSE).await
    }

    async fn younger_than(&self, name: &SecretName, age_max: Duration) -> Result<Secret, Error> {
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
                Some((_, secret)) if error.class() == flow::Class::Transient => Ok(secret),
                _ => Err(error),
            },
        }
    }

    async fn read(&self, name: &SecretName) -> Result<Secret, Error> {
        let failed = |class: flow::Class, message: String| Error::Secret {
            name: name.as_str().to_owned(),
            class,
            message,
        };
        let answer =
            self.client.get_secret_value().secret_id(name.as_str()).send().await.map_err(|error| {
                let (class, message) = classify("GetSecretValue", &error);
                match class {
                    flow::Class::NotFound => {
                        failed(flow::Class::Auth, "it is missing; store it in Secrets Manager".to_owned())
                    }
                    class => failed(class, message),
                }
            })?;
        let text = answer
            .secret_string
            .ok_or_else(|| failed(flow::Class::Auth, "it holds bytes; store JSON text".to_owned()))?;
        let version = answer.version_id.unwrap_or_default();
        Ok(Secret { version, text: SecretString::from(text), name: name.clone() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<SecretName, (Instant, Secret)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
