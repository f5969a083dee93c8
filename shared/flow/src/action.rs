//! Actions describe themselves: one row is the dispatch, the schemas and the rules for repeating it.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use canonical::{NaturalKey, PairId};
use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ActionName, Class, Connector, Fault};

/// Whether an action changes anything outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing; may be repeated freely.
    Read,
    /// Changes something; converges by its natural key.
    Write {
        /// How long the other side may still be committing a request that was given up.
        #[serde(skip)]
        settle: SignedDuration,
    },
}

/// What is known of an action without calling it.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// `connector.noun.verb`.
    pub name: ActionName,
    /// Read or write.
    pub effect: Effect,
    /// The longest that one of its requests may take.
    pub timeout: SignedDuration,
    /// JSON Schema of `with`.
    pub input: Schema,
    /// JSON Schema of its output.
    pub output: Schema,
    /// Names that its output gives to what the execution is about: kind, and where it stands in the output.
    pub links: &'static [(&'static str, &'static str)],
    /// Where its input names the order of the shop that it writes to, as a JSON pointer: one write in flight for each.
    pub locks: Option<&'static str>,
}

/// What a call knows of the execution that makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The pair.
    pub pair: PairId,
    /// No request is sent that could still be running at this time (the end of the lease, less 5 s).
    pub deadline: Timestamp,
    /// Rises when an idempotency key is burnt (DESIGN §4). Part of `Idempotency-Key`.
    pub generation: u32,
    /// One id from ingest to the last step, sent along where the other side takes one.
    pub trace_id: String,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send>>;
type Find<C> = Box<dyn Fn(C, Value) -> Answer<Option<Value>> + Send + Sync>;
type Run<C> = Box<dyn Fn(C, Value) -> Answer<Value> + Send + Sync>;
type KeyOf<C> = Box<dyn Fn(&C, &Value) -> Result<NaturalKey, Fault> + Send + Sync>;

/// One action of a connector whose client is `C`: the row of its table.
pub struct Action<C> {
    spec: ActionSpec,
    key: Option<KeyOf<C>>,
    find: Option<Find<C>>,
    run: Run<C>,
}

impl<C: Send + Sync + 'static> Action<C> {
    /// An action that only reads. `name` is `connector.noun.verb`.
    ///
    /// # Errors
    /// A name of another form.
    pub fn read<I, O, E, F, Fut>(name: &str, timeout: SignedDuration, run: F) -> Result<Self, Fault>
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        E: Into<Fault>,
        F: Fn(C, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, E>> + Send + 'static,
    {
        let spec = spec::<I, O>(name, Effect::Read, timeout)?;
        Ok(Self { spec, key: None, find: None, run: erase_run(run) })
    }

    /// An action that writes. `key` names the effect, `find` looks whether it exists (complete: `None` where a part
    /// is missing), `run` converges: find, apply only what is missing, read back.
    ///
    /// # Errors
    /// A name of another form.
    pub fn write<I, O, E, K, F, FFut, R, RFut>(
        name: &str,
        timeout: SignedDuration,
        settle: SignedDuration,
        key: K,
        find: F,
        run: R,
    ) -> Result<Self, Fault>
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        E: Into<Fault>,
        K: Fn(&C, &I) -> Result<NaturalKey, E> + Send + Sync + 'static,
        F: Fn(C, I) -> FFut + Send + Sync + 'static,
        FFut: Future<Output = Result<Option<O>, E>> + Send + 'static,
        R: Fn(C, I) -> RFut + Send + Sync + 'static,
        RFut: Future<Output = Result<O, E>> + Send + 'static,
    {
        let spec = spec::<I, O>(name, Effect::Write { settle }, timeout)?;
        let key: KeyOf<C> = Box::new(move |client, input| {
            let input = I::deserialize(input).map_err(|error| invalid_input(&error))?;
            key(client, &input).map_err(Into::into)
        });
        let find: Find<C> = Box::new(move |client, input| match read_input(input) {
            Err(fault) => Box::pin(std::future::ready(Err(fault))),
            Ok(input) => {
                let answer = find(client, input);
                Box::pin(async move { answer.await.map_err(Into::into)?.map(write_output).transpose() })
            }
        });
        Ok(Self { spec, key: Some(key), find: Some(find), run: erase_run(run) })
    }

    /// Says which names its output gives to what the execution is about (`("order_number", "/number")`), so that
    /// any of them leads an operator to the whole story.
    #[must_use]
    pub fn links(mut self, links: &'static [(&'static str, &'static str)]) -> Self {
        self.spec.links = links;
        self
    }

    /// Says where its input names the order of the shop that it writes to (`/order`): one write in flight for each,
    /// over all flows.
    #[must_use]
    pub fn locks(mut self, order: &'static str) -> Self {
        self.spec.locks = Some(order);
        self
    }

    /// What is known of it.
    #[must_use]
    pub fn spec(&self) -> &ActionSpec {
        &self.spec
    }
}

fn spec<I: JsonSchema, O: JsonSchema>(
    name: &str,
    effect: Effect,
    timeout: SignedDuration,
) -> Result<ActionSpec, Fault> {
    let name = name.parse().map_err(|error: crate::name::NameError| {
        Fault::new(Class::Validation, "malformed_action_name", error.to_string())
    })?;
    Ok(ActionSpec {
        name,
        effect,
        timeout,
        input: schemars::schema_for!(I),
        output: schemars::schema_for!(O),
        links: &[],
        locks: None,
    })
}

fn erase_run<C, I, O, E, F, Fut>(run: F) -> Run<C>
where
    C: Send + Sync + 'static,
    I: DeserializeOwned + Send + 'static,
    O: Serialize + 'static,
    E: Into<Fault>,
    F: Fn(C, I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O, E>> + Send + 'static,
{
    Box::new(move |client, input| match read_input(input) {
        Err(fault) => Box::pin(std::future::ready(Err(fault))),
        Ok(input) => {
            let answer = run(client, input);
            Box::pin(async move { write_output(answer.await.map_err(Into::into)?) })
        }
    })
}

fn read_input<I: DeserializeOwned>(input: Value) -> Result<I, Fault> {
    serde_json::from_value(input).map_err(|error| invalid_input(&error))
}

fn invalid_input(error: &serde_json::Error) -> Fault {
    let why = canonical::redact(&error.to_string(), MESSAGE_MAX);
    Fault::new(
        Class::Validation,
        "invalid_input",
        format!("the step's `with` does not fit its action: {why}"),
    )
}

fn write_output<O: Serialize>(output: O) -> Result<Value, Fault> {
    serde_json::to_value(output).map_err(|error| {
        let why = canonical::redact(&error.to_string(), MESSAGE_MAX);
        Fault::new(
            Class::Validation,
            "invalid_output",
            format!("the action's answer cannot be written: {why}"),
        )
    })
}

/// Characters of another library's message that are kept.
const MESSAGE_MAX: usize = 400;

/// A connector made of a client and its rows.
pub struct Table<C> {
    client: C,
    bind: fn(&C, &Call) -> C,
    actions: Vec<Action<C>>,
    names: Names<C>,
}

/// What an event from a source says that things are called.
type Names<C> = fn(&C, &str, &Value) -> Vec<(&'static str, String)>;

impl<C: Send + Sync + 'static> Table<C> {
    /// A connector. `bind` gives the client of one call (its deadline, its idempotency generation).
    #[must_use]
    pub fn new(client: C, bind: fn(&C, &Call) -> C, actions: Vec<Action<C>>) -> Self {
        Self { client, bind, actions, names: |_, _, _| Vec::new() }
    }

    /// Says how its system's events name things.
    #[must_use]
    pub fn names(self, names: Names<C>) -> Self {
        Self { names, ..self }
    }

    fn action(&self, name: &ActionName) -> Result<&Action<C>, Fault> {
        self.actions.iter().find(|action| action.spec.name == *name).ok_or_else(|| {
            Fault::new(Class::Validation, "unknown_action", format!("no connector has the action `{name}`"))
        })
    }
}

#[async_trait]
impl<C: Send + Sync + 'static> Connector for Table<C> {
    fn specs(&self) -> Vec<ActionSpec> {
        self.actions.iter().map(|action| action.spec.clone()).collect()
    }

    fn spec(&self, action: &ActionName) -> Option<Cow<'_, ActionSpec>> {
        self.actions.iter().map(Action::spec).find(|spec| spec.name == *action).map(Cow::Borrowed)
    }

    fn names(&self, source: &str, event: &Value) -> Vec<(&'static str, String)> {
        (self.names)(&self.client, source, event)
    }

    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault> {
        match &self.action(action)?.key {
            Some(key) => key(&self.client, input),
            None => Err(only_reads(action)),
        }
    }

    async fn find(&self, action: &ActionName, call: &Call, input: Value) -> Result<Option<Value>, Fault> {
        let find = self.action(action)?.find.as_ref().ok_or_else(|| only_reads(action))?;
        find((self.bind)(&self.client, call), input).await
    }

    async fn run(&self, action: &ActionName, call: &Call, input: Value) -> Result<Value, Fault> {
        (self.action(action)?.run)((self.bind)(&self.client, call), input).await
    }
}

fn only_reads(action: &ActionName) -> Fault {
    Fault::new(Class::Validation, "not_a_write", format!("`{action}` only reads and has no natural key"))
}
