//! `stripe.payment.tag`: converges to a payment whose metadata names its order. Writes only keys that are not there:
//! what others have written stays, and is reported.
//!
//! Source: <https://docs.stripe.com/api/metadata> (50 keys, names of 40 and values of 500 characters; an update merges).

use std::collections::BTreeMap;

use canonical::{IncrementId, NaturalKey, OrderId, Payment, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::order_reference::{KIND_KEY, MERCHANT_KEY, ORDER_ID_KEY, ORDER_KEY, PAIR_KEY, STORE_KEY};
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.payment.tag";
/// Metadata keys that an object may have.
pub const KEYS_MAX: usize = 50;
/// What a payment that is tagged here paid for.
const KIND: &str = "order";
/// Bytes of a digest that tell one set of missing keys from another.
const DIGEST_BYTES: usize = 4;

/// What is tagged with what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payment: its intent is tagged, or the charge where it has none.
    pub payment: Payment,
    /// The order that it paid.
    pub order: TaggedOrder,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// The order's names. More fields, such as those of a whole order, do no harm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct TaggedOrder {
    /// The shop's own id: `tb_order_id`.
    pub id: OrderId,
    /// The number that people see: `magentoorderid` and `tb_order`.
    pub number: IncrementId,
    /// The store view that sold it: `tb_store`.
    pub store: u64,
}

/// What became of the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Keys that were missing and now are there. Empty where nothing had to be written.
    pub written: Vec<String>,
    /// Keys that somebody else has given another value; they stay as they are.
    pub kept: Vec<String>,
}

/// Intent or charge, read for its metadata only.
#[derive(Deserialize)]
struct Tagged {
    metadata: Option<BTreeMap<String, String>>,
}

/// Where the keys stand: in the intent, else in the charge.
struct Target<'a> {
    path: String,
    id: &'a str,
    wanted: Vec<(&'static str, String)>,
}

/// What names the effect: `tb:<account>:payment_tag:<intent or charge>`.
///
/// # Errors
/// An id so long that no key can hold it.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    let account = input.account.as_ref().unwrap_or(&client.settings().account);
    let id = tagged_id(&input.payment);
    let text = format!("tb:{account}:payment_tag:{id}");
    text.parse().map_err(|source| Error::Malformed { subject: id.to_owned(), source })
}

/// Whether every key is there, with our value or another.
///
/// # Errors
/// As Stripe answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let target = Target::new(&client, &input);
    let present = target.read(&client, &input).await?;
    Ok(target
        .missing(&present)
        .is_empty()
        .then(|| Output { written: Vec::new(), kept: target.kept(&present) }))
}

/// Reads the keys, writes those that are missing, and reads back from the answer.
///
/// # Errors
/// [`Error::MetadataFull`], [`Error::StaleReplay`], else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let target = Target::new(&client, &input);
    let present = target.read(&client, &input).await?;
    let missing = target.missing(&present);
    if missing.is_empty() {
        return Ok(Output { written: Vec::new(), kept: target.kept(&present) });
    }
    let surplus = (present.len() + missing.len()).saturating_sub(KEYS_MAX);
    if surplus > 0 {
        return Err(Error::MetadataFull {
            subject: target.id.to_owned(),
            present: present.len(),
            missing: surplus,
        });
    }
    let fields: Vec<_> =
        missing.iter().map(|(name, value)| (format!("metadata[{name}]"), value.clone())).collect();
    let same = same_write(&key(&client, &input)?, &fields)?;
    let answer = client.post::<Tagged>(NAME, &target.path, &fields, input.account.as_ref(), &same).await?;
    let mut now = answer.object.metadata.unwrap_or_default();
    if answer.is_replay {
        // A replay shows the object as the first request left it. What it is now must be asked.
        now = target.read(&client, &input).await?;
    }
    if !target.missing(&now).is_empty() {
        return Err(Error::StaleReplay { subject: target.id.to_owned(), request_id: answer.request_id });
    }
    let written = missing.iter().map(|(name, _)| (*name).to_owned()).collect();
    Ok(Output { written, kept: target.kept(&now) })
}

/// The natural key of exactly these fields. What is missing may be less at the next try, when somebody else has written
/// some of it; Stripe refuses a key that comes back with other bytes.
fn same_write(key: &NaturalKey, fields: &[(String, String)]) -> Result<NaturalKey, Error> {
    let mut hash = Sha256::new();
    for (name, value) in fields {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(value.as_bytes());
        hash.update([0]);
    }
    let digest = hex::encode(&hash.finalize()[..DIGEST_BYTES]);
    let text = format!("{key}:{digest}");
    text.parse().map_err(|source| Error::Malformed { subject: text, source })
}

fn tagged_id(payment: &Payment) -> &str {
    payment.intent.as_ref().map_or(payment.charge.as_str(), |intent| intent.as_str())
}

impl<'a> Target<'a> {
    fn new(client: &Client, input: &'a Input) -> Self {
        let id = tagged_id(&input.payment);
        let collection = if input.payment.intent.is_some() { "payment_intents" } else { "charges" };
        let number = input.order.number.to_string();
        Self {
            path: format!("/v1/{collection}/{}", form::segment(id)),
            id,
            wanted: vec![
                (MERCHANT_KEY, number.clone()),
                (PAIR_KEY, client.settings().pair.to_string()),
                (ORDER_KEY, number),
                (ORDER_ID_KEY, input.order.id.to_string()),
                (STORE_KEY, input.order.store.to_string()),
                (KIND_KEY, KIND.to_owned()),
            ],
        }
    }

    async fn read(&self, client: &Client, input: &Input) -> Result<BTreeMap<String, String>, Error> {
        let read = client.get::<Tagged>(NAME, &self.path, &[], input.account.as_ref()).await?;
        Ok(read.object.metadata.unwrap_or_default())
    }

    fn missing(&self, present: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
        self.wanted.iter().filter(|(name, _)| !present.contains_key(*name)).cloned().collect()
    }

    fn kept(&self, present: &BTreeMap<String, String>) -> Vec<String> {
        let differs =
            |(name, value): &&(&'static str, String)| present.get(*name).is_some_and(|there| there != value);
        self.wanted.iter().filter(differs).map(|(name, _)| (*name).to_owned()).collect()
    }
}
