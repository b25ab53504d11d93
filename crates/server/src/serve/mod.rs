//! The server: its parts started and stopped in order, and the command `bushel serve`.
//!
//! Start: listener, data folder, Postgres, migrations, token, ledger, answers. Stop: the same
//! backwards, and within bounds, because whoever stops us may not wait for ever. While the
//! ledger isn't ready the health addresses answer already.
//!
//! Reading order: `server` (start and stop), `ports` and `listener` (connections), `edge` (what happens to
//! every request), then one file for each of its concerns.

mod access;
mod call;
mod cleanup;
mod contexts;
mod docs;
mod edge;
mod forward;
mod health;
mod limits;
mod listener;
mod metrics;
mod openapi;
mod pages;
mod personal_data;
mod ports;
mod presence;
mod public_url;
pub(crate) mod refusal;
mod router;
mod security_txt;
mod server;
mod settings;
mod storage;
mod tls;
mod web;

pub(crate) use access::{access_of, check_origin};
pub(crate) use contexts::{ContextOptions, Contexts};
pub(crate) use openapi::{document, text as document_text};
pub(crate) use presence::Presence;
pub(crate) use server::{Options, Server};
pub(crate) use settings::{GrowthOptions, Settings};
pub(crate) use storage::Storage;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::operator::token::First;

/// Serve the API until SIGTERM or Ctrl-C
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Folder of the data; created if it isn't there
    #[arg(long, value_name = "DIR", default_value = crate::DATA_DEFAULT)]
    data: PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where other Bushels on the same database reach this one, such as http://10.0.0.5:8080
    #[arg(long, value_name = "URL")]
    advertise: Option<String>,
    /// A Postgres to use instead of the private one
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The operator token, if DATABASE_URL has one already
    #[arg(long, value_name = "TOKEN", env = "BUSHEL_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Where to report a weakness, for /.well-known/security.txt, such as mailto:me@example.org
    #[arg(long, value_name = "URI", env = "BUSHEL_SECURITY_CONTACT")]
    security_contact: Option<String>,
    /// Fill an empty database with a demo world, in which anybody on this host can be anybody
    #[arg(long, overrides_with = "empty")]
    demo: bool,
    /// Take --demo back: begin with an empty bank
    #[arg(long, overrides_with = "demo")]
    empty: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Runs the command.
pub(crate) async fn run(command: Serve, metrics: kernel::telemetry::Metrics) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut terminate = signal(SignalKind::terminate()).context("no signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("no signals")?;
    let has_public_url = command.settings.public_url.is_some();
    debug_assert!(!(command.demo && command.empty), "each takes the other back");
    let options = Options {
        data: command.data,
        listen: command.listen,
        advertise: command.advertise,
        tls: command.settings.tls(),
        contexts: command.settings.contexts()?,
        growth: command.settings.growth()?,
        public_url: command.settings.public_url,
        database_url: command.database_url,
        token: command.token,
        secret_key: command.settings.secret_key,
        rate_limit: command.settings.rate_limit,
        security_contact: command.security_contact,
        demo: command.demo,
        metrics: Some(metrics),
    };
    let server = Server::start(options).await?;
    announce_token(&server);
    let is_ready = tokio::select! {
        ready = server.ready() => ready?,
        _ = terminate.recv() => false,
        _ = interrupt.recv() => false,
    };
    if is_ready {
        announce_pages(&server, command.demo).await?;
        if let Some(url) = server.tls_url() {
            say(&format!("TLS at {url}"));
        }
        say(&format!("ready {}", server.url()));
        tracing::info!(url = server.url(), ms = began.elapsed().as_millis() as u64, "ready");
        if !has_public_url && matches!(server.ledger().role(), ledger::Role::Following(_)) {
            tracing::warn!(
                "another process shares this database, and this one has no --public-url: it \
                 refuses the other's sessions. All of them need the same one"
            );
        }
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    tracing::info!("stopping");
    server.stop().await;
    tracing::info!("stopped");
    Ok(())
}

fn announce_token(server: &Server) {
    let file = server.data().token();
    match server.first() {
        First::Made(token) => {
            say(&format!("operator token: {}", token.as_str()));
            say(&format!("(shown only this once; stored in {})", file.display()));
        }
        First::Known => {}
        First::Missing => tracing::warn!(
            "the operator token of this database is not in {}; commands need it as --token or \
             BUSHEL_TOKEN, and a start with it stores it there",
            file.display()
        ),
    }
}

/// Where people go; whoever sees a demo world is told that it is one.
async fn announce_pages(server: &Server, wants_demo: bool) -> anyhow::Result<()> {
    let url = server.public_url();
    if server.is_demo().await? {
        say(&format!(
            "demo world: open {url}/ and be somebody in it; `bushel demo remove` ends it"
        ));
        return Ok(());
    }
    if wants_demo {
        say("no demo world: this database is in use already");
    }
    say(&format!("for people: open {url}/"));
    Ok(())
}

/// A reader of our stdout that has gone away is no reason to stop.
fn say(line: &str) {
    use std::io::Write as _;
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
