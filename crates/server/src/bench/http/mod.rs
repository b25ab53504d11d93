//! `bushel bench http`: single transfers through the public API, as many clients send them: each
//! waits for its answer before it sends the next one. The clients speak HTTP/1.1 by hand and have
//! a thread of their own, so that they cost the server as little as possible.

pub(super) mod client;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use kernel::id::{IdSource as _, UuidV7};
use serde::Serialize;
use serde_json::json;

use super::latency::{Latencies, Percentiles};
use super::report::{Usage, present, rate};
use super::{Common, Stage, clients};
use crate::cli::output;
use client::Client;

pub(super) const ASSET: &str = "BENCH";
/// Before anything is counted.
pub(super) const WARM_UP: Duration = Duration::from_secs(1);

/// Single transfers through the public API
#[derive(Debug, Args)]
pub(super) struct HttpBench {
    /// Clients at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    connections: u32,
    /// How long they go on
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Accounts between which the transfers move
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=8_000))]
    accounts: u32,
    /// A server anywhere, instead of one of our own
    #[arg(long, value_name = "URL", requires = "token")]
    server: Option<String>,
    /// The operator token of that server
    #[arg(long, value_name = "TOKEN", env = "BUSHEL_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    connections: u32,
    seconds: f64,
    transfers: usize,
    transfers_per_second: u64,
    latency: Percentiles,
    usage: Usage,
}

impl HttpBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let report = match (&self.server, &self.token) {
            (Some(server), Some(token)) => self.measure(server, token, None).await?,
            _ => {
                let on_stage = async |stage: &Stage| {
                    self.measure(stage.server.url(), &stage.token()?, stage.postgres()).await
                };
                Stage::with(self.common.data.clone(), on_stage).await?
            }
        };
        present(&report, show, self.common.json)
    }

    async fn measure(
        &self,
        url: &str,
        token: &str,
        postgres: Option<u32>,
    ) -> anyhow::Result<Report> {
        let address = url.strip_prefix("http://").context("only http:// can be measured")?;
        let address = address.trim_end_matches('/').to_owned();
        let accounts = prepare(&address, token, self.accounts).await?;
        let before = Usage::now(postgres);
        let plan = client::Plan {
            address,
            token: token.to_owned(),
            asset: ASSET,
            accounts,
            begin: Instant::now() + WARM_UP,
            time: Duration::from_secs(self.seconds),
        };
        let latencies = drive(&plan, self.connections).await?;
        let latency = latencies.percentiles();
        Ok(Report {
            connections: self.connections,
            seconds: plan.time.as_secs_f64(),
            transfers: latency.count,
            transfers_per_second: rate(latency.count as u64, plan.time),
            latency,
            usage: Usage::now(postgres).since(before),
        })
    }
}

/// Sends single transfers over so many connections.
pub(super) async fn drive(plan: &client::Plan, connections: u32) -> anyhow::Result<Latencies> {
    let all = (0..connections).map(|number| client::run(plan.clone(), number));
    clients::measure(all.collect()).await
}

/// Creates the asset and the accounts; answers with the accounts' ids.
pub(super) async fn prepare(
    address: &str,
    token: &str,
    accounts: u32,
) -> anyhow::Result<Vec<String>> {
    let mut client = Client::connect(address, token).await?;
    let asset = json!({ "code": ASSET, "scale": 2, "kind": "other" });
    let (status, body) = client.post("/v1/ledger/assets", asset.to_string().as_bytes()).await?;
    ensure!((200..300).contains(&status), "the asset can't be made: {body}");
    let first = UuidV7.next_bits();
    let id = |index: u32| ledger::AccountId::from_u128(first + u128::from(index)).to_string();
    let ids: Vec<String> = (0..accounts).map(id).collect();
    let items: Vec<_> = ids.iter().map(|id| json!({ "id": id, "asset": ASSET })).collect();
    let body = json!({ "accounts": items }).to_string();
    let (status, body) = client.post("/v1/ledger/accounts", body.as_bytes()).await?;
    ensure!((200..300).contains(&status), "the accounts can't be made: {body}");
    Ok(ids)
}

fn show(report: &Report) -> std::io::Result<()> {
    let count = |number: u64| output::grouped(&number.to_string());
    output::line(
        output::BOLD,
        &format!(
            "{} transfers/s over {} connections",
            count(report.transfers_per_second),
            report.connections
        ),
    )?;
    output::line(anstyle::Style::new(), &report.latency.text())?;
    output::line(
        output::DIM,
        &format!(
            "{} transfers in {:.1} s; memory at most {} MiB; processor {} ms, Postgres {} ms",
            count(report.transfers as u64),
            report.seconds,
            report.usage.resident_peak_mib,
            count(report.usage.cpu.cpu_ms),
            count(report.usage.cpu.postgres_cpu_ms),
        ),
    )
}
