//! A pair's connectors, made of its settings and its secrets, and made anew when a secret changes.
//!
//! The one place that knows all connectors. It must not know what any of them does, nor a flow.

mod stored;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use canonical::PairId;
use environment::{Pair, Secret, SecretError, SecretKind, SecretName, Secrets, Stage, Unreadable};
use flow::engine::Connected;
use flow::guard::Throttle;
use flow::{ActionSpec, Call, Class, Connector, Fault, Ports, System};
use jiff::SignedDuration;
use outbound::{Outbound, Pool};
use serde::de::DeserializeOwned;

pub use stored::{MagentoSecret, SigningSecret, StripeSecret, TokenSecret};

/// Connectors by pair, built when first asked for.
pub struct Connections {
    stage: Stage,
    secrets: Arc<dyn Secrets>,
    ports: Ports,
    pool: Pool,
    /// A std mutex: nothing awaits under it.
    made: Mutex<Made>,
}

/// Connectors with the versions of the secrets that they were made of.
type Made = BTreeMap<PairId, (Vec<String>, Arc<Connected>)>;

/// The secrets that connectors are made of.
const KINDS: [SecretKind; 4] = [SecretKind::Stripe, SecretKind::Magento, SecretKind::Erp, SecretKind::Wms];

/// What all connectors can do, without a client or a secret.
///
/// # Errors
/// An action's name is malformed (a mistake in a connector).
pub fn specs() -> Result<Vec<ActionSpec>, Fault> {
    let all = [
        stripe::specs()?,
        magento::specs()?,
        erp::specs()?,
        wms::specs()?,
        bookkeeping::specs()?,
        flow::stored::specs()?,
    ];
    Ok(all.into_iter().flatten().collect())
}

impl Connections {
    /// Connections of a stage. Calls nobody.
    #[must_use]
    pub fn new(stage: Stage, secrets: Arc<dyn Secrets>, ports: Ports, pool: Pool) -> Self {
        Self { stage, secrets, ports, pool, made: Mutex::default() }
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The process's connections, whose calls are counted.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The connectors of a pair.
    ///
    /// # Errors
    /// The pair is not in the environment file, or a secret is missing or malformed.
    pub async fn get(&self, pair: &PairId) -> Result<Arc<Connected>, Fault> {
        let settings = self.settings(pair)?;
        let secrets = self.secrets(pair).await?;
        let versions: Vec<String> = secrets.iter().map(|secret| secret.version.clone()).collect();
        if let Some((made_of, connected)) = self.lock().get(pair)
            && *made_of == versions
        {
            return Ok(Arc::clone(connected));
        }
        let [stripe, magento, erp, wms] = secrets.as_slice() else {
            return Err(Fault::new(Class::Validation, "secrets", "a pair has four secrets"));
        };
        let secret_versions =
            KINDS.iter().zip(&versions).map(|(kind, version)| Ok((system(*kind)?, version.clone())));
        let connected = Arc::new(Connected {
            connection: connection(settings)?,
            secret_versions: secret_versions.collect::<Result<_, Fault>>()?,
            connectors: self.connectors(pair, settings, [stripe, magento, erp, wms])?,
        });
        self.lock().insert(pair.clone(), (versions, Arc::clone(&connected)));
        Ok(connected)
    }

    /// The books of a pair, for one call: for whoever reads them beside the flows.
    ///
    /// # Errors
    /// As [`Connections::get`].
    pub async fn books(&self, call: &Call) -> Result<bookkeeping::Client, Fault> {
        let pair = &call.pair;
        let settings = self.settings(pair)?;
        let secrets = self.secrets(pair).await?;
        let [stripe, magento, erp, _] = secrets.as_slice() else {
            return Err(Fault::new(Class::Validation, "secrets", "a pair has four secrets"));
        };
        let books = bookkeeping::Client::new(
            settings,
            self.stripe(pair, settings, stripe)?,
            self.magento(pair, settings, magento)?,
            self.erp(pair, settings, erp)?,
            self.ports.clone(),
        )?;
        Ok(books.bind(call))
    }

    async fn secrets(&self, pair: &PairId) -> Result<Vec<Secret>, Fault> {
        let mut secrets = Vec::with_capacity(KINDS.len());
        for kind in KINDS {
            let name = SecretName::new(&self.stage.stage, pair, kind);
            secrets.push(self.secrets.get(&name).await.map_err(|error| unreadable(&error))?);
        }
        Ok(secrets)
    }

    fn settings(&self, pair: &PairId) -> Result<&Pair, Fault> {
        self.stage.pairs.get(pair).ok_or_else(|| {
            let message = format!("pair `{pair}` is not in infra/environments/{}.yaml", self.stage.stage);
            Fault::new(Class::Validation, "unknown_pair", message)
        })
    }

    fn connectors(
        &self,
        pair: &PairId,
        settings: &Pair,
        [stripe, magento, erp, wms]: [&Secret; 4],
    ) -> Result<Vec<Arc<dyn Connector>>, Fault> {
        let stripe = self.stripe(pair, settings, stripe)?;
        let magento = self.magento(pair, settings, magento)?;
        let erp = self.erp(pair, settings, erp)?;
        let ports = self.ports.clone();
        let books =
            bookkeeping::Client::new(settings, stripe.clone(), magento.clone(), erp.clone(), ports.clone())?;
        Ok(vec![
            Arc::new(stripe::connector(stripe)?),
            Arc::new(magento::connector(magento)?),
            Arc::new(erp::connector(erp)?),
            Arc::new(wms::connector(self.wms(pair, settings, wms)?)?),
            Arc::new(bookkeeping::connector(books)?),
            Arc::new(flow::stored::connector(ports)?),
        ])
    }

    fn stripe(&self, pair: &PairId, settings: &Pair, secret: &Secret) -> Result<stripe::Client, Fault> {
        let timeout = SignedDuration::from_secs(settings.stripe.timeout_s.into());
        let reached = outbound::Settings {
            system: "stripe",
            base_url: settings.stripe.base_url.clone(),
            timeout,
            body_bytes_max: stripe::ANSWER_BYTES_MAX,
        };
        let own = stripe::Settings {
            pair: pair.clone(),
            account: settings.stripe.account.clone(),
            api_version: settings.stripe.api_version.clone(),
            livemode: self.stage.mode.is_live(),
            order_keys: settings.stripe.order_keys.clone(),
            timeout,
        };
        let StripeSecret { api_key, previous_api_key } = fields(secret)?;
        let pool = self.paced(pair, SecretKind::Stripe, settings.stripe.requests_per_s)?;
        let client =
            stripe::Client::new(Outbound::new(reached, &pool), own, &api_key, previous_api_key.as_ref());
        client.map_err(|error| unusable(secret, error))
    }

    fn magento(&self, pair: &PairId, settings: &Pair, secret: &Secret) -> Result<magento::Client, Fault> {
        let reached = outbound::Settings {
            system: "magento",
            base_url: settings.magento.base_url.clone(),
            timeout: SignedDuration::from_secs(settings.magento.timeout_s.into()),
            body_bytes_max: magento::ANSWER_BYTES_MAX,
        };
        let own = magento::Settings {
            magento: settings.magento.clone(),
            account: settings.stripe.account.clone(),
            order_owner: settings.order_owner,
            shares_account: self.stage.shares_account(pair),
        };
        let credentials = fields::<MagentoSecret>(secret)?.credentials(settings.magento.auth);
        let pool = self.paced(pair, SecretKind::Magento, settings.magento.requests_per_s)?;
        Ok(magento::Client::new(Outbound::new(reached, &pool), own, credentials))
    }

    fn erp(&self, pair: &PairId, settings: &Pair, secret: &Secret) -> Result<erp::Client, Fault> {
        let pool = self.paced(pair, SecretKind::Erp, settings.erp.requests_per_s)?;
        let client = erp::Client::new(&settings.erp, tokens(secret)?, &pool);
        client.map_err(|error| unusable(secret, error))
    }

    fn wms(&self, pair: &PairId, settings: &Pair, secret: &Secret) -> Result<wms::Client, Fault> {
        let pool = self.paced(pair, SecretKind::Wms, settings.wms.requests_per_s)?;
        let client = wms::Client::new(&settings.wms, tokens(secret)?, &pool);
        client.map_err(|error| unusable(secret, error))
    }

    /// The process's connections for one system of a pair, which gets so many requests a second and no more.
    fn paced(&self, pair: &PairId, kind: SecretKind, per_second: u32) -> Result<Pool, Fault> {
        let Ports { store, clock, .. } = &self.ports;
        let system = system(kind)?;
        let throttle = Throttle::new(pair.clone(), system, per_second, Arc::clone(store), Arc::clone(clock));
        Ok(self.pool.paced(throttle))
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The system that a secret is for.
fn system(kind: SecretKind) -> Result<System, Fault> {
    let unnamed =
        |error: flow::name::NameError| Fault::new(Class::Validation, "malformed_system", error.to_string());
    kind.as_str().parse().map_err(unnamed)
}

/// A secret that has its form, and that no client can use: like a missing one it is waited for, so that whoever mends it
/// need not replay what came meanwhile.
fn unusable(secret: &Secret, why: impl Into<Fault>) -> Fault {
    let why = why.into();
    let message =
        format!("secret {} cannot be used: {}; store it again", secret.name().as_str(), why.message);
    Fault { class: Class::Auth, message, ..why }
}

fn tokens(secret: &Secret) -> Result<Vec<secrecy::SecretString>, Fault> {
    Ok(fields::<TokenSecret>(secret)?.tokens())
}

fn fields<T: DeserializeOwned>(secret: &Secret) -> Result<T, Fault> {
    secret.json().map_err(|error| unreadable(&error))
}

/// The fault of a secret that cannot be had.
fn unreadable(error: &SecretError) -> Fault {
    let class = match error.why() {
        Unreadable::Refused => Class::Auth,
        Unreadable::Throttled => Class::Throttled,
        Unreadable::Unavailable => Class::Transient,
        Unreadable::Invalid => Class::Validation,
    };
    Fault::new(class, "secret", error.to_string())
}

/// The pair's settings as flow documents see them.
///
/// # Errors
/// They cannot be written as JSON (a fault of ours).
pub fn connection(settings: &Pair) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(settings)
        .map_err(|error| Fault::new(Class::Validation, "settings", format!("the pair's settings: {error}")))
}
