//! The local cloud: MiniStack as a process, the template deployed into it by the real `sam deploy`, the secrets of the local stage.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::command::{self, command, run_quietly};
use crate::daemon::{self, Daemon};
use crate::state::{State, folder, temporary};
use crate::{http, likeness, root, venv};

/// Where it answers: at `ports::CLOUD`.
pub(crate) const URL: &str = "http://127.0.0.1:4566";
/// The stage, the same word as in samconfig.toml.
pub(crate) const STAGE: &str = "local";
/// The pair of the local environment file.
pub(crate) const PAIR: &str = "main";
/// Limit for the cloud's start.
const READY_S_MAX: u64 = 60;
/// Limit for one deployment.
const DEPLOY_S_MAX: u64 = 180;
const REGION: &str = "us-east-1";

/// Points a command at the local cloud. The keys open nothing: the local cloud does not check them.
pub(crate) fn aim(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ENDPOINT_URL", URL)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("SAM_CLI_TELEMETRY", "0")
}

/// Whether something answers at its address.
fn answers() -> bool {
    http::get(&format!("{URL}/_ministack/health")).is_ok_and(|answer| answer.status == 200)
}

/// Starts it, or keeps the one that runs.
pub(crate) fn start(running: Option<Daemon>) -> Result<Daemon> {
    if let Some(daemon) = running.filter(Daemon::runs) {
        return Ok(daemon);
    }
    if answers() {
        bail!("{URL} is answered by a process that `cargo xtask up` did not start; end it first");
    }
    let log = folder().join("ministack.log");
    let home = folder().join("ministack");
    std::fs::create_dir_all(&home)?;
    let mut ministack = command(venv::program("ministack"));
    // In its own environment, so that the functions inherit the address. It runs whatever code it is sent: for this machine alone.
    aim(&mut ministack)
        .envs([("MINISTACK_HOST", "127.0.0.1"), ("BIND_HOST", "127.0.0.1")])
        .envs([("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")])
        // What Lambda tells a function whose `LoggingConfig` says JSON.
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        // Else the functions' code (200 MB) and the cloud's keys stay in /tmp for ever.
        .env("TMPDIR", temporary()?)
        .env("STATE_DIR", folder().join("ministack-state"))
        .current_dir(&home);
    let daemon = daemon::start(&mut ministack, &log)?;
    command::wait_until("starting the local cloud", Duration::from_secs(READY_S_MAX), || {
        if !daemon.runs() {
            bail!("MiniStack ended:\n{}", command::tail(&log)?);
        }
        Ok(answers())
    })?;
    Ok(daemon)
}

/// Writes the local stage's secrets, as `infra/local/secrets.json` has them.
pub(crate) fn put_secrets() -> Result<()> {
    let text = std::fs::read_to_string(root::path("infra/local/secrets.json"))?;
    let secrets: BTreeMap<String, Value> = serde_json::from_str(&text).context("infra/local/secrets.json")?;
    for (system, value) in secrets {
        let name = format!("tillbridge/{STAGE}/{PAIR}/{system}");
        let created =
            secrets_manager("CreateSecret", &json!({"Name": name, "SecretString": value.to_string()}))?;
        if created.status == 400 {
            let put = json!({"SecretId": name, "SecretString": value.to_string()});
            secrets_manager("PutSecretValue", &put)?.json("putting a secret")?;
        } else {
            created.json("creating a secret")?;
        }
    }
    Ok(())
}

fn secrets_manager(operation: &str, body: &Value) -> Result<http::Answer> {
    call("secretsmanager", &format!("secretsmanager.{operation}"), "1.1", body)
}

/// Calls an AWS service that speaks JSON. The local cloud wants to know the service and does not check the signature.
pub(crate) fn call(service: &str, target: &str, json: &str, body: &Value) -> Result<http::Answer> {
    let (content_type, authorization) = (format!("application/x-amz-json-{json}"), authorization(service));
    let headers = [
        ("content-type", content_type.as_str()),
        ("x-amz-target", target),
        ("authorization", authorization.as_str()),
    ];
    http::post(URL, &headers, &body.to_string())
}

/// The header by which the local cloud knows the service; it does not check the signature.
pub(crate) fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

/// The SAM CLI, for the local cloud; what it keeps for itself lies below target/ and not in ~/.aws-sam.
pub(crate) fn sam() -> Result<Command> {
    let mut sam = command(venv::program("sam"));
    aim(&mut sam).env("TMPDIR", temporary()?).env("__SAM_CLI_APP_DIR", folder().join("sam"));
    Ok(sam)
}

/// Deploys the template and notes where everything is.
pub(crate) fn deploy(state: &mut State) -> Result<()> {
    let mut sam = sam()?;
    sam.args(["deploy", "--config-env", STAGE]);
    run_quietly(
        "deploying template.yaml",
        &mut sam,
        &folder().join("deploy.log"),
        Duration::from_secs(DEPLOY_S_MAX),
    )?;
    let outputs = outputs("tillbridge-local")?;
    let output =
        |name: &str| outputs.get(name).cloned().with_context(|| format!("the stack has no output {name}"));
    state.stage = STAGE.to_owned();
    state.api_id = output("ApiId")?;
    state.webhook_url = format!("{URL}/restapis/{}/{STAGE}/_user_request_/webhooks", state.api_id);
    state.table = output("TableName")?;
    state.dead_letter_queue_url = output("DeadLetterQueueUrl")?;
    // A flow's queue is an output called <Flow>QueueUrl.
    state.queue_urls = outputs
        .iter()
        .filter_map(|(name, url)| Some((kebab(name.strip_suffix("QueueUrl")?), url.clone())))
        .filter(|(flow, _)| flow != "dead-letter")
        .collect();
    likeness::improve(state)
}

/// A stack's outputs.
pub(crate) fn outputs(stack: &str) -> Result<BTreeMap<String, String>> {
    let mut sam = sam()?;
    sam.args(["list", "stack-outputs", "--output", "json", "--stack-name", stack]);
    let text = command::output("reading the stack's outputs", &mut sam)?;
    let list: Vec<BTreeMap<String, String>> =
        serde_json::from_str(&text).with_context(|| format!("sam list stack-outputs said {text}"))?;
    Ok(list
        .into_iter()
        .filter_map(|mut output| Some((output.remove("OutputKey")?, output.remove("OutputValue")?)))
        .collect())
}

/// `OrderToCash` → `order-to-cash`.
pub(crate) fn kebab(pascal: &str) -> String {
    let mut kebab = String::new();
    for letter in pascal.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}
