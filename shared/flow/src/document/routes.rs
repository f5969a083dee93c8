//! The triggers of a document, for those who route events and run no flow.

use super::Source;
use super::load::{Loader, read_head};
use super::mistake::Mistakes;
use crate::FlowName;
use crate::plan::Trigger;

/// The flow's name and its triggers. The steps are not looked at: no action need be known.
///
/// # Errors
/// What is wrong with the document's head.
pub fn triggers(source: &Source) -> Result<(FlowName, Vec<Trigger>), Mistakes> {
    let mut loader = Loader::new(source, &[]);
    let head = read_head(&mut loader);
    let mistakes = loader.into_mistakes();
    match head.and_then(|head| head.known) {
        Some(known) if mistakes.is_empty() => Ok((known.flow, known.triggers)),
        _ => Err(Mistakes(mistakes)),
    }
}
