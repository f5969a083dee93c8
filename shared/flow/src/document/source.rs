//! The text of a flow document, as it is deployed, stored and loaded again.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the document in a flow's folder.
pub const FLOW_FILE: &str = "flow.yaml";

/// A flow's folder: its document and its mapping files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The folder's name, which is the flow's.
    pub folder: String,
    /// The text of `flow.yaml`.
    pub yaml: String,
    /// The texts of the `*.jsonata` files, by file name.
    pub mappings: BTreeMap<String, String>,
}

impl Source {
    /// What identifies the document: any change of any of its texts changes it.
    #[must_use]
    pub fn hash(&self) -> DocumentHash {
        let mut digest = Sha256::new();
        let head = [(self.folder.as_str(), self.yaml.as_str())];
        let mappings = self.mappings.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        for (name, text) in head.into_iter().chain(mappings) {
            for part in [name, text] {
                digest.update(part.len().to_be_bytes());
                digest.update(part.as_bytes());
            }
        }
        DocumentHash(hex::encode(digest.finalize()))
    }

    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }
}

/// SHA-256 of a document with its mappings, as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentHash(String);

impl DocumentHash {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
