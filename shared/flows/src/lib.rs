//! The flows that tillbridge ships, as data: a folder each, with `flow.yaml`, its mappings and its golden cases.
//!
//! The folders are embedded when the crate is built; adding one needs no Rust. The crate must not know any system:
//! what a flow does is in its document, and which actions exist is told by whoever loads it.

use flow::document::{self, Mistakes, Source};
use flow::plan::{Plan, Trigger};
use flow::{ActionSpec, FlowName};

struct Embedded {
    folder: &'static str,
    yaml: &'static str,
    mappings: &'static [(&'static str, &'static str)],
}

/// Every folder of this crate that holds a `flow.yaml`, listed by `build.rs`.
const EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/flows.rs"));

/// A flow that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No folder has that name.
    #[error("there is no flow `{name}`; shipped are {}", shipped.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that there are.
        shipped: Vec<&'static str>,
    },
    /// Its document has mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
}

/// The names of all flows, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|flow| flow.folder)
}

/// The documents of all flows, in alphabetical order of their names.
#[must_use]
pub fn all() -> Vec<Source> {
    EMBEDDED.iter().map(source).collect()
}

/// The document of one flow.
///
/// # Errors
/// No flow has that name.
pub fn get(name: &str) -> Result<Source, Error> {
    let found = EMBEDDED.iter().find(|flow| flow.folder == name).map(source);
    found.ok_or_else(|| Error::Unknown { name: name.to_owned(), shipped: names().collect() })
}

/// The plan of one flow. `actions` are those of all connectors.
///
/// # Errors
/// No flow has that name, or its document has mistakes.
pub fn load(name: &str, actions: &[ActionSpec]) -> Result<Plan, Error> {
    Ok(document::load(&get(name)?, actions)?)
}

/// Which events start which flow, for those who route events and run none.
///
/// # Errors
/// A document with mistakes in its head.
pub fn routes() -> Result<Vec<(FlowName, Vec<Trigger>)>, Error> {
    all().iter().map(|source| Ok(document::triggers(source)?)).collect()
}

fn source(embedded: &Embedded) -> Source {
    let mappings = embedded.mappings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Source {
        folder: embedded.folder.to_owned(),
        yaml: embedded.yaml.to_owned(),
        mappings: mappings.collect(),
    }
}
