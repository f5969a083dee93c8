//! Signing secrets: from Secrets Manager, cached, read again when a signature does not fit.

use std::sync::Arc;

use canonical::PairId;
use environment::{SecretError, SecretName, Secrets};
use secrecy::SecretString;
use serde::Deserialize;

use crate::source::Source;

/// The signing secrets of a stage's endpoints.
#[derive(Clone)]
pub struct SigningSecrets {
    stage: String,
    secrets: Arc<dyn Secrets>,
}

#[derive(Deserialize)]
struct Stored {
    /// One, or two while rotating.
    signing_secrets: Vec<SecretString>,
}

impl SigningSecrets {
    /// The secrets of a stage.
    #[must_use]
    pub fn new(stage: &str, secrets: Arc<dyn Secrets>) -> Self {
        Self { stage: stage.to_owned(), secrets }
    }

    /// An endpoint's secrets, at most five minutes old.
    pub(crate) async fn get(&self, source: Source, pair: &PairId) -> Result<Vec<SecretString>, SecretError> {
        Ok(self.secrets.get(&self.name(source, pair)).await?.json::<Stored>()?.signing_secrets)
    }

    /// An endpoint's secrets, at most half a minute old: they may have been rotated.
    pub(crate) async fn refresh(
        &self,
        source: Source,
        pair: &PairId,
    ) -> Result<Vec<SecretString>, SecretError> {
        Ok(self.secrets.refresh(&self.name(source, pair)).await?.json::<Stored>()?.signing_secrets)
    }

    fn name(&self, source: Source, pair: &PairId) -> SecretName {
        SecretName::new(&self.stage, pair, source.secret())
    }
}
