//! `sandbox`: serves the doubles, or plays recorded histories against the Magento double.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use sandbox::{PORT, Sandbox, Settings, play_magento_scenarios, serve};
use tokio::net::TcpListener;

/// Doubles of Stripe, Magento, an ERP and a WMS.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves all four on 127.0.0.1, until it is stopped.
    Serve {
        /// The port.
        #[arg(long, default_value_t = PORT)]
        port: u16,
    },
    /// Plays a file of recorded histories against the Magento double; fails where it answers differently.
    MagentoScenarios {
        /// The histories, as JSON.
        file: PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    match Arguments::parse().command {
        Command::Serve { port } => {
            let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
            let public_url = format!("http://{}", listener.local_addr()?);
            println!("The sandbox listens on {public_url}; open it in a browser to see all four systems.");
            let sandbox = Sandbox::new(Settings { public_url, ..Settings::default() });
            match serve(listener, sandbox).await? {}
        }
        Command::MagentoScenarios { file } => play_magento_scenarios(&file),
    }
}
