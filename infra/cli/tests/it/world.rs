//! A folder with an environment file, a cloud with what the stack makes, the four systems, and the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use aws::{Queues, SdkConfig, Secrets, SystemClock, Table};
use aws_sdk_secretsmanager::config::Credentials;
use cloud::Cloud;
use connections::Connections;
use environment::Stage;
use flow::engine::{Engine, Outcome, Settings};
use flow::{Delivery, Ports, QueueName};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Sandbox, Seed, Seeded};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;

pub(crate) const TABLE: &str = "tillbridge-local";
const FLOW: &str = "order-to-cash";
const FLOW_QUEUE: &str = "tillbridge-local-flow-order-to-cash.fifo";
pub(crate) const LETTER_QUEUE: &str = "tillbridge-local-dead-letter.fifo";

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Each line as JSON.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }
}

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: TempDir,
    /// The text of the environment file.
    pub(crate) yaml: String,
}

pub(crate) fn repository(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl World {
    /// A stage that is set up.
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = sandbox::Settings { public_url: format!("http://{address}"), ..Default::default() };
        let sandbox = Sandbox::new(settings);
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        let cloud = Cloud::start().await.unwrap();
        cloud.create_table(TABLE);
        for flow in flows::names() {
            cloud.create_queue(&format!("tillbridge-local-flow-{flow}.fifo"));
        }
        cloud.create_queue(LETTER_QUEUE);
        let secrets: BTreeMap<String, Value> =
            serde_json::from_str(&repository("infra/local/secrets.json")).unwrap();
        for (kind, secret) in secrets {
            cloud.put_secret(&format!("tillbridge/local/main/{kind}"), &secret.to_string());
        }
        let yaml =
            repository("infra/environments/local.yaml").replace("127.0.0.1:4580", &address.to_string());
        let world = Self { cloud, sandbox, folder: tempfile::tempdir().unwrap(), yaml };
        world.write(&world.yaml);
        world
    }

    /// Writes the environment file.
    pub(crate) fn write(&self, yaml: &str) -> PathBuf {
        let folder = self.folder.path().join("infra/environments");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("local.yaml");
        std::fs::write(&file, yaml).unwrap();
        file
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[]).await
    }

    /// Runs the program with further variables; an empty value takes one away.
    pub(crate) async fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tillbridge"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env("HOME", self.folder.path())
            .env("TILLBRIDGE_TABLE", TABLE)
            .env("AWS_ENDPOINT_URL", self.cloud.endpoint())
            .envs([
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", "eu-central-1"),
                ("USER", "ada"),
            ])
            // Nobody asks the address that only EC2 has.
            .env("AWS_EC2_METADATA_DISABLED", "true");
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        let output = command.output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said =
            Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        // What goes to a file or a pipe has no colour, and nothing that must not be seen.
        for hidden in [
            "\u{1b}",
            "rk_test_sandbox",
            "consumersecret000",
            "tokensecret000000",
            "sandbox-token",
            "sandbox_stripe_signing",
            "verification-token",
            "c2FuZGJveC13bXM",
        ] {
            assert!(!said.out.contains(hidden) && !said.err.contains(hidden), "{hidden} in {said:?}");
        }
        said
    }

    /// Plays a move at Stripe and takes what tells of a payout as far as it goes at once; gives what the move is about.
    pub(crate) async fn pay_out(&self, wanted: &Value) -> Value {
        let played = self.sandbox.play_stripe(wanted).unwrap();
        let events = played["events"].as_array().unwrap().iter();
        for event in events.filter(|event| event["type"].as_str().unwrap().starts_with("payout.")) {
            let outcome = self.hear_of_payout(event).await;
            assert!(matches!(outcome, Outcome::Done | Outcome::Skipped(_)), "{outcome:?}");
        }
        played["object"].clone()
    }

    /// Takes an event of a payout as far as it goes at once.
    pub(crate) async fn hear_of_payout(&self, event: &Value) -> Outcome {
        self.deliver_in("payouts", &delivery(event)).await
    }

    /// Pays an order of a kind and takes its event as far as it goes at once.
    pub(crate) async fn pay(&self, kind: &str) -> Seeded {
        let seed = Seed { kind: kind.to_owned(), available_in_days: Some(0), ..Seed::default() };
        let seeded = self.sandbox.seed(&seed).unwrap();
        let outcome = self.deliver(&delivery(&seeded.event)).await;
        assert!(!matches!(outcome, Outcome::RetryAfter(_)) || kind == "unrelated", "{kind}: {outcome:?}");
        seeded
    }

    /// Pays an order of a kind, whose event has to wait.
    pub(crate) async fn wait(&self, kind: &str) -> Seeded {
        let seeded = self.sandbox.seed(&Seed { kind: kind.to_owned(), ..Seed::default() }).unwrap();
        let outcome = self.deliver(&delivery(&seeded.event)).await;
        assert!(matches!(outcome, Outcome::RetryAfter(_)), "{outcome:?}");
        seeded
    }

    /// Takes the last message that was sent to the flow's queue as far as it goes at once.
    pub(crate) async fn take_last(&self) -> Outcome {
        let sent = self.cloud.sent(FLOW_QUEUE).pop().unwrap();
        self.deliver(&Delivery::from_message(sent.body, &sent.attributes, 1).unwrap()).await
    }

    /// How many messages were sent to the flow's queue.
    pub(crate) fn sent(&self) -> usize {
        self.cloud.sent(FLOW_QUEUE).len()
    }

    /// Runs a delivery over the real ports and connectors.
    async fn deliver(&self, delivery: &Delivery) -> Outcome {
        self.deliver_in(FLOW, delivery).await
    }

    async fn deliver_in(&self, flow: &str, delivery: &Delivery) -> Outcome {
        let config = sdk_config(self.cloud.endpoint()).await;
        let store = Arc::new(Table::new(&config, TABLE));
        let url = |name: &str| self.cloud.create_queue(name);
        let urls = BTreeMap::from([
            (QueueName::Flow(flow.parse().unwrap()), url(&format!("tillbridge-local-flow-{flow}.fifo"))),
            (QueueName::DeadLetter, url(LETTER_QUEUE)),
        ]);
        let stage = Stage::parse("local", &self.yaml).unwrap();
        let ports =
            Ports { store, queue: Arc::new(Queues::new(&config, urls)), clock: Arc::new(SystemClock) };
        let connections = Connections::new(
            stage,
            Arc::new(Secrets::new(&config)),
            ports.clone(),
            outbound::Pool::new().unwrap(),
        );
        let plan = flows::load(flow, &connections::specs().unwrap()).unwrap();
        let settings = Settings { lease: SignedDuration::from_secs(130) };
        let engine = Engine::new(ports, Arc::new(plan), Vec::new(), settings);
        let connected = connections.get(&"main".parse().unwrap()).await.unwrap();
        let deadline = Timestamp::now() + SignedDuration::from_secs(120);
        engine.deliver(Ok(&connected), delivery, deadline).await.outcome
    }
}

async fn sdk_config(endpoint: &str) -> SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .load()
        .await
}

fn delivery(event: &Value) -> Delivery {
    Delivery {
        pair: "main".parse().unwrap(),
        source: "stripe".to_owned(),
        event: event["id"].as_str().unwrap().parse().unwrap(),
        event_type: event["type"].as_str().unwrap().to_owned(),
        entity: match event["data"]["object"]["payment_intent"].as_str() {
            Some(intent) => format!("payment_intent:{intent}"),
            None => format!("payout:{}", event["data"]["object"]["id"].as_str().unwrap()),
        },
        received_at: Timestamp::now(),
        trace_id: "trace-1".to_owned(),
        replay: None,
        park: None,
        receive_count: 1,
        body: event.to_string(),
    }
}
