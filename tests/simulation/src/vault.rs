//! Secrets, cached for five minutes by each process and rotated in between.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use environment::{Secret, SecretError, SecretName, Secrets, Unreadable};
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;

use crate::switch::Switch;

/// How long a process believes a secret, and how soon it reads one again that was refused.
const KEPT: Duration = Duration::from_secs(300);
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// Where all secrets lie. All clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vault(Arc<Mutex<BTreeMap<String, (u64, Value)>>>);

impl Vault {
    /// Stores the next version of a secret, by the last part of its name.
    pub(crate) fn put(&self, kind: &str, value: Value) {
        let mut stored = self.lock();
        let version = stored.get(kind).map_or(1, |(version, _)| version + 1);
        stored.insert(kind.to_owned(), (version, value));
    }

    fn read(&self, name: &SecretName) -> Option<Secret> {
        let kind = name.as_str().rsplit('/').next().unwrap_or_default();
        let stored = self.lock();
        let (version, value) = stored.get(kind)?;
        Some(Secret::new(name.clone(), version.to_string(), SecretString::from(value.to_string())))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (u64, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One process's view of the vault.
pub(crate) struct Reader {
    vault: Vault,
    switch: Switch,
    away: u64,
    kept: Mutex<BTreeMap<SecretName, (Instant, Secret)>>,
}

impl Reader {
    pub(crate) fn new(vault: &Vault, switch: &Switch, away: u64) -> Self {
        Self { vault: vault.clone(), switch: switch.clone(), away, kept: Mutex::default() }
    }

    async fn younger_than(&self, name: &SecretName, age_max: Duration) -> Result<Secret, SecretError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((read_at, secret)) = &kept
            && read_at.elapsed() < age_max
        {
            return Ok(secret.clone());
        }
        tokio::task::yield_now().await;
        let unreadable = |why, message: &str| SecretError::Unreadable {
            name: name.as_str().to_owned(),
            why,
            message: message.to_owned(),
        };
        if self.switch.strikes(self.away) {
            return kept
                .map(|(_, secret)| secret)
                .ok_or_else(|| unreadable(Unreadable::Unavailable, "no answer"));
        }
        let secret = self.vault.read(name).ok_or_else(|| unreadable(Unreadable::Refused, "it is missing"))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(name.clone(), (Instant::now(), secret.clone()));
        Ok(secret)
    }
}

#[async_trait]
impl Secrets for Reader {
    async fn get(&self, name: &SecretName) -> Result<Secret, SecretError> {
        self.younger_than(name, KEPT).await
    }

    async fn refresh(&self, name: &SecretName) -> Result<Secret, SecretError> {
        self.younger_than(name, REFRESH_PAUSE).await
    }
}
