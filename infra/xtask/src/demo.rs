//! `cargo xtask demo`: a customer has paid; what becomes of it, in all four systems, and what to try next.

mod event;
mod systems;

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use self::event::{Paid, Standing};
use crate::command::{self, command, seconds, wait_until};
use crate::state::{State, folder};
use crate::{root, sandbox, up};

/// Limit for the order's way, while nothing holds it up.
const WAY_S_MAX: u64 = 90;
/// Limit where something does: a system that is away is asked every 15 minutes in the end.
const WAITING_S_MAX: u64 = 1800;
/// Limit for a trace.
const TRACE_S_MAX: u64 = 60;

/// Plays it.
pub(crate) fn run() -> Result<()> {
    let begin = Instant::now();
    let state = up::run()?;
    say(&format!("\nEverything runs ({}). A customer buys and pays by card.", seconds(begin.elapsed())));
    let paid = Paid::seed("configurable")?;
    say(&format!(
        "  order {} in Magento, charge {} at Stripe: {} {}",
        paid.order, paid.charge, paid.total, paid.currency
    ));

    let answer = paid.send(&state)?;
    if answer.status != 200 {
        bail!("ingest refused the event: {} {}", answer.status, answer.body);
    }
    say(&format!("  Stripe's webhook {} is sent, signed; ingest said 200.\n", paid.event));
    let standing = follow(&paid, &state)?;
    say(&format!("  The execution is {standing}.\n"));

    say("What the four systems hold of it:");
    let held = systems::about(&sandbox::state()?, &paid.names());
    for line in &held {
        say(&format!("  {line}"));
    }
    if standing != Standing::Done {
        bail!("the order did not get through: {standing}");
    }
    say("\nThe story, by the command that operators use:");
    trace(&paid.order)?;
    try_next(&paid)?;
    say(&format!("\nDone in {}.", seconds(begin.elapsed())));
    Ok(())
}

/// Waits for the order's end, and tells what holds it up.
fn follow(paid: &Paid, state: &State) -> Result<Standing> {
    let mut standing = Standing::Unseen;
    let mut held_up = Instant::now();
    let result = wait_until("the order goes its way", Duration::from_secs(WAITING_S_MAX), || {
        let before = std::mem::replace(&mut standing, paid.standing(state)?);
        if let Standing::Waiting(_) = standing {
            if standing != before {
                say(&format!("  {standing}"));
            }
            held_up = Instant::now();
        } else if held_up.elapsed() > Duration::from_secs(WAY_S_MAX) && !standing.is_end() {
            bail!("nothing has happened for {WAY_S_MAX} s");
        }
        Ok(standing.is_end())
    });
    result.with_context(|| {
        format!(
            "order {} is not through yet: the execution is {standing}. It goes on by itself while the stack runs; \
             `target/debug/tillbridge trace {}` tells how far, target/local/ministack.log why",
            paid.order, paid.order
        )
    })?;
    Ok(standing)
}

fn trace(order: &str) -> Result<()> {
    let mut trace = command(root::path("target/debug/tillbridge"));
    // Without `aim`: as a person at a terminal would.
    trace.args(["trace", order]);
    command::run("tillbridge trace", &mut trace, Duration::from_secs(TRACE_S_MAX))
}

fn try_next(paid: &Paid) -> Result<()> {
    let file = folder().join("event.json");
    std::fs::write(&file, &paid.body)?;
    let down = |down: bool| {
        let body = json!({"system": "magento", "down": down});
        format!("curl -X POST {}/admin/down -H 'content-type: application/json' -d '{body}'", sandbox::URL)
    };
    say("\nTry next:");
    say(&format!("  look at the four systems side by side\n    open {}", sandbox::URL));
    say(
        "  send the same event again: ingest takes it (200); within five minutes the queue drops the copy, later its consumer finds",
    );
    say("  it done and skips it. The trace is as before, and no system holds anything twice");
    say("    target/debug/tillbridge send target/local/event.json");
    say("  forge it: 400 signature_mismatch, and nothing changes");
    say("    target/debug/tillbridge send target/local/event.json --forge");
    say(
        "  take Magento down, send an order, bring it back: the order waits and then gets through. It asks again after 1 s, then",
    );
    say(
        "  ever more rarely, up to every 15 minutes: after a minute away the next try is a minute or two off, and the demo says when",
    );
    say(&format!("    {}", down(true)));
    say("    cargo xtask demo   # in a second terminal: it says that it waits");
    say(&format!("    {}", down(false)));
    say("  end everything\n    cargo xtask down");
    Ok(())
}

/// On standard output, at once.
fn say(line: &str) {
    println!("{line}");
    // A closed pipe: nobody reads on, the exit code still tells.
    let _ = std::io::stdout().flush();
}
