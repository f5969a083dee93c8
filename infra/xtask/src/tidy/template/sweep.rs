//! The sweep runs on its schedule; locally so seldom that no test meets it.

use super::document::Template;

/// Minutes between two sweeps of the local stack, at least.
const LOCAL_MINUTES_MIN: u64 = 30;

/// Checks the function and the local stage's settings.
pub(crate) fn check(template: &Template, settings: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let Some(sweep) =
        template.of("AWS::Serverless::Function").find(|function| function.id == "SweepFunction")
    else {
        return vec!["SweepFunction is missing: nothing looks for what no webhook brought".to_owned()];
    };
    if !sweep.property("/ReservedConcurrentExecutions").is_null() {
        broken.push(
            "SweepFunction: it must reserve no concurrency; a new account has none to spare".to_owned(),
        );
    }
    let schedule = sweep.text("/Events/Schedule/Properties/ScheduleExpression");
    if schedule != "rate(${SweepEveryMinutes} minutes)" {
        broken.push("SweepFunction: its schedule must be a rate of SweepEveryMinutes".to_owned());
    }
    let local = settings.lines().find(|line| line.contains("Stage=local ")).unwrap_or_default();
    let minutes = local.split([' ', '"', '=']).skip_while(|word| *word != "SweepEveryMinutes").nth(1);
    if minutes.and_then(|minutes| minutes.parse().ok()).unwrap_or(0) < LOCAL_MINUTES_MIN {
        broken
            .push(format!("local: SweepEveryMinutes must be at least {LOCAL_MINUTES_MIN} in samconfig.toml"));
    }
    broken
}
