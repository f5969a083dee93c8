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
use crate::{cloud, root, sandbox, up};

/// Limit for the order's whole way.
const WAY_S_MAX: u64 = 90;
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
    let mut standing = Standing::Unseen;
    let result = wait_until("the order goes its way", Duration::from_secs(WAY_S_MAX), || {
        standing = paid.standing(&state)?;
        Ok(standing.is_end())
    });
    result
        .with_context(|| format!("the execution stands at `{standing}`; see target/local/ministack.log"))?;
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
    try_next(&state, &paid)?;
    say(&format!("\nDone in {}.", seconds(begin.elapsed())));
    Ok(())
}

fn trace(order: &str) -> Result<()> {
    let mut trace = command(root::path("target/release/tillbridge"));
    trace.args(["trace", order, "--stage", cloud::STAGE]);
    command::run("tillbridge trace", cloud::aim(&mut trace), Duration::from_secs(TRACE_S_MAX))
}

fn try_next(state: &State, paid: &Paid) -> Result<()> {
    let file = folder().join("event.json");
    std::fs::write(&file, &paid.body)?;
    let hook = format!("{}/stripe/{}", state.webhook_url, cloud::PAIR);
    let down = |down: bool| {
        let body = json!({"system": "magento", "down": down});
        format!("curl -X POST {}/admin/down -H 'content-type: application/json' -d '{body}'", sandbox::URL)
    };
    let aimed = format!(
        "AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1",
        cloud::URL
    );
    say("\nTry next:");
    say(&format!("  look at the four systems side by side\n    open {}", sandbox::URL));
    say("  send the same event again: it is skipped as a duplicate, nothing is written twice");
    say(&format!(
        "    {aimed} target/release/tillbridge send target/local/event.json --stage {}",
        cloud::STAGE
    ));
    say("  forge it: 400, and nothing changes");
    say(&format!("    curl -i {hook} -H 'stripe-signature: t=1,v1=00' -d @target/local/event.json"));
    say("  take Magento down, send an order, bring it back: the order waits and then gets through");
    say(&format!("    {}", down(true)));
    say("    cargo xtask demo   # in a second terminal: it waits");
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
