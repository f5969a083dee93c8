//! Editing JSON: single values by `--set`, or the whole in an editor.

use std::io::{IsTerminal, Write as _};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::Stop;
use crate::acting::confirmed;

/// One `--set`: where, and what shall stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    /// A JSON pointer.
    at: String,
    value: String,
}

impl std::str::FromStr for Set {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, value) = text.split_once('=').ok_or("write /where/it/stands=value")?;
        let at = match path.strip_prefix('/') {
            _ if path.is_empty() => return Err("write /where/it/stands=value".to_owned()),
            Some(_) => path.to_owned(),
            None => format!("/{}", path.replace('.', "/")),
        };
        Ok(Self { at, value: value.to_owned() })
    }
}

impl Set {
    /// Puts the value in its place. A text stays a text: `--set /sku=42` puts `"42"` where a text stands. Elsewhere the value is
    /// read as JSON, and as a text where it is none.
    ///
    /// # Errors
    /// There is no such place.
    pub(crate) fn apply(&self, data: &mut Value) -> Result<()> {
        let (parent, name) = self.at.rsplit_once('/').unwrap_or(("", &self.at));
        let name = name.replace("~1", "/").replace("~0", "~");
        let nowhere = || Stop::Usage(format!("there is no {}; `tillbridge show` lists the places", self.at));
        let place = match data.pointer_mut(parent).ok_or_else(nowhere)? {
            Value::Object(members) => members.entry(name).or_insert(Value::Null),
            Value::Array(items) => {
                let n: usize = name.parse().map_err(|_| nowhere())?;
                items.get_mut(n).ok_or_else(nowhere)?
            }
            _ => return Err(nowhere().into()),
        };
        let json = serde_json::from_str::<Value>(&self.value).ok();
        *place = match (&place, json) {
            (_, Some(json @ Value::String(_))) => json,
            (Value::String(_), _) | (_, None) => Value::from(self.value.clone()),
            (_, Some(json)) => json,
        };
        Ok(())
    }
}

/// Lets a person edit JSON in `$VISUAL` or `$EDITOR`. The file can be read by nobody else and is gone afterwards.
///
/// # Errors
/// There is no editor, it fails, or what it leaves is no JSON.
pub(crate) fn in_editor(data: &Value) -> Result<Value> {
    let editor =
        ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|e| !e.is_empty()));
    let editor = editor.ok_or_else(|| {
        Stop::Usage("say what to change with --set /where/it/stands=value, or set EDITOR".to_owned())
    })?;
    let mut file = tempfile::Builder::new().prefix("tillbridge-").suffix(".json").tempfile()?;
    file.write_all(format!("{:#}\n", sorted(data)).as_bytes())?;
    file.flush()?;
    loop {
        // By the shell, as an editor may be set with options (`code --wait`).
        let status =
            Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file.path()).status();
        let status = status.with_context(|| format!("the editor `{editor}`"))?;
        if !status.success() {
            return Err(Stop::Usage(format!(
                "the editor `{editor}` ended with {status}; nothing was changed"
            ))
            .into());
        }
        let text = std::fs::read_to_string(file.path())?;
        match serde_json::from_str(&text) {
            Ok(edited) => return Ok(edited),
            Err(error) => {
                let message = format!("what the editor left is no JSON: {error}.");
                let again =
                    std::io::stdin().is_terminal() && confirmed(&format!("{message} Edit again?"), false)?;
                if !again {
                    return Err(Stop::Usage(format!("{message} Nothing was changed")).into());
                }
            }
        }
    }
}

/// The same with its names in order: the table keeps none.
fn sorted(data: &Value) -> Value {
    match data {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(text: &str, mut data: Value) -> Result<Value, String> {
        let set: Set = text.parse()?;
        set.apply(&mut data).map_err(|error| error.to_string())?;
        Ok(data)
    }

    #[test]
    fn a_value_is_put_where_it_is_said_and_a_text_stays_a_text() {
        let data = json!({ "lines": [{ "sku": "A", "n": 1, "x/y": null }] });
        for (text, expected) in [
            ("/lines/0/sku=B-1", json!({ "sku": "B-1", "n": 1, "x/y": null })),
            ("lines.0.sku=42", json!({ "sku": "42", "n": 1, "x/y": null })),
            ("/lines/0/sku=\"C=1\"", json!({ "sku": "C=1", "n": 1, "x/y": null })),
            ("/lines/0/n=2", json!({ "sku": "A", "n": 2, "x/y": null })),
            ("/lines/0/n=000123", json!({ "sku": "A", "n": "000123", "x/y": null })),
            ("/lines/0/x~1y={\"a\":[1]}", json!({ "sku": "A", "n": 1, "x/y": { "a": [1] } })),
            ("/lines/0/new=true", json!({ "sku": "A", "n": 1, "x/y": null, "new": true })),
        ] {
            assert_eq!(set(text, data.clone()), Ok(json!({ "lines": [expected] })), "{text}");
        }
        for wrong in
            ["", "=1", "/lines/0/sku", "/lines/1/sku=B", "/lines/x=1", "/lines/0/sku/deeper=1", "/no/such=1"]
        {
            assert!(set(wrong, data.clone()).is_err(), "{wrong}");
        }
    }
}
