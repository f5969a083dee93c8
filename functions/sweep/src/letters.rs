//! Letters without a row get their row. What is parked is listed from the table, never from the queue: a letter that nobody has a
//! row for would be seen by nobody.

use flow::delivery::attribute;
use flow::operate::{Adopted, By, Error, adopt_letter};
use flow::{Class, Delivery, Fault, FlowName, Letter};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::bring::{operated, queue};
use crate::report::Report;
use crate::sweep::Sweep;

/// How long a letter is hidden while it is looked at: long enough that a run does not meet it twice, and short enough that an
/// operator who redrives the queue meets it.
const HIDDEN: SignedDuration = SignedDuration::from_secs(90);
/// Letters that a run looks at: those of all that is parked come before one that is new.
const LETTERS_MAX: usize = 50_000;
/// Time that is left to the rest of the run.
const SPARE: SignedDuration = SignedDuration::from_secs(30);
/// What the part is called in the log.
const PART: &str = "letters";

/// Looks at letters until there are none that can be seen.
pub(crate) async fn adopt(sweep: &Sweep, deadline: Timestamp, report: &mut Report) {
    let mut seen = 0;
    // Beyond that the first ones come again.
    let until = deadline.min(sweep.ports.clock.now() + HIDDEN);
    while seen < LETTERS_MAX && until.duration_since(sweep.ports.clock.now()) > SPARE {
        let letters = match sweep.letters.receive(HIDDEN).await {
            Ok(letters) if letters.is_empty() => return,
            Ok(letters) => letters,
            Err(error) => return report.fault(PART, queue(error)),
        };
        seen += letters.len();
        // Side by side: all the letters of a day's outage must be through within a run, or those behind them are never seen.
        let looked = join_all(letters.iter().map(|letter| one(sweep, letter))).await;
        for (letter, done) in letters.iter().zip(looked) {
            let deletes = match done {
                Ok(Some(Adopted::Parked(execution))) => {
                    *report.adopted_of.entry(execution.flow).or_default() += 1;
                    true
                }
                Ok(Some(Adopted::Known | Adopted::Finished(_))) => true,
                Ok(Some(Adopted::Points | Adopted::Moving)) => false,
                Ok(None) => {
                    report.unreadable += 1;
                    false
                }
                Err(fault) => {
                    report.fault(PART, fault);
                    false
                }
            };
            if deletes && let Err(error) = sweep.letters.delete(&letter.receipt).await {
                report.fault(PART, queue(error));
            }
        }
    }
    report.is_cut_short |= seen > 0;
}

/// Who the records name.
pub(crate) fn by() -> Result<By, Fault> {
    let who = "sweep".parse();
    let who = who.map_err(|_| Fault::new(Class::Validation, "malformed_name", "`sweep` is no name"))?;
    Ok(By { who, why: None })
}

/// What became of a letter; `None` where nobody can tell which execution it is of.
async fn one(sweep: &Sweep, letter: &Letter) -> Result<Option<Adopted>, Fault> {
    let delivery = Delivery::from_message(letter.body.clone(), &letter.attributes, 0);
    let (Ok(delivery), Some(flow)) = (delivery, flow_of(letter)) else { return Ok(None) };
    match adopt_letter(&sweep.ports, &flow, &delivery, &by()?).await {
        Ok(adopted) => Ok(Some(adopted)),
        // Somebody acts on it at this moment: the next run looks again.
        Err(Error::Changed { .. } | Error::NotParked { .. }) => Ok(Some(Adopted::Moving)),
        Err(error) => Err(operated(error)),
    }
}

/// The flow that a letter comes from: as it says, or as the queue is called that gave it up (`tillbridge-<stage>-flow-<flow>.fifo`).
fn flow_of(letter: &Letter) -> Option<FlowName> {
    if let Some(flow) = letter.attributes.get(attribute::FLOW) {
        return flow.parse().ok();
    }
    let (_, flow) = letter.from_queue.as_deref()?.split_once("-flow-")?;
    flow.strip_suffix(".fifo")?.parse().ok()
}
