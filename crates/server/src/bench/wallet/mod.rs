//! `bushel bench wallet`: transfers between people through the public API, held against single
//! transfers of the ledger's own API in the same run. A wallet transfer proves who is calling,
//! finds the recipient, and is repeatable by its `Idempotency-Key`; it should cost little more.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use serde::Serialize;

use super::http::client::Client;
use super::http::{self, client};
use super::latency::{Latencies, Percentiles};
use super::report::{Usage, percent, present, rate};
use super::{Common, Stage, clients, people};
use crate::chance::Chance;
use crate::cli::output;

/// Transfers between people, beside single transfers of the ledger
#[derive(Debug, Args)]
pub(super) struct WalletBench {
    /// Clients at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// How long each of the two goes on
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// People between whom the transfers move
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    people: u32,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    connections: u32,
    ledger_per_second: u64,
    ledger_latency: Percentiles,
    wallet_per_second: u64,
    wallet_latency: Percentiles,
    /// The wallet's rate of the ledger's.
    percent: u64,
    usage: Usage,
}

/// What each client of the wallet does.
#[derive(Clone)]
struct Plan {
    address: String,
    people: u32,
    begin: Instant,
    end: Instant,
}

impl WalletBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        ensure!(self.connections <= self.people, "each connection is a person of its own");
        let data = self.common.data.clone();
        let report = Stage::with(data, async |stage| self.measure(stage).await).await?;
        present(&report, show, self.common.json)
    }

    async fn measure(&self, stage: &Stage) -> anyhow::Result<Report> {
        let address = stage.address()?;
        output::note(&format!("making {} people", self.people));
        people::make(stage.server.contexts(), self.people).await?;
        let mut tokens = Vec::new();
        for number in 0..self.connections {
            tokens.push(people::sign_in(&address, number).await?.0);
        }
        output::note("measuring the ledger alone");
        let (ledger, ledger_time) = self.ledger(stage, &address).await?;
        output::note("measuring the wallet");
        let postgres = stage.postgres();
        let before = Usage::now(postgres);
        let (wallet, wallet_time) = self.wallet(address, tokens).await?;
        let usage = Usage::now(postgres).since(before);
        let (ledger_latency, wallet_latency) = (ledger.percentiles(), wallet.percentiles());
        let ledger_per_second = rate(ledger_latency.count as u64, ledger_time);
        let wallet_per_second = rate(wallet_latency.count as u64, wallet_time);
        Ok(Report {
            connections: self.connections,
            ledger_per_second,
            ledger_latency,
            wallet_per_second,
            wallet_latency,
            percent: percent(wallet_per_second, ledger_per_second),
            usage,
        })
    }

    async fn ledger(&self, stage: &Stage, address: &str) -> anyhow::Result<(Latencies, Duration)> {
        let token = stage.token()?;
        let accounts = http::prepare(address, &token, self.people.min(8_000)).await?;
        let plan = client::Plan {
            address: address.to_owned(),
            token,
            asset: http::ASSET,
            accounts,
            begin: Instant::now() + http::WARM_UP,
            time: Duration::from_secs(self.seconds),
        };
        Ok((http::drive(&plan, self.connections).await?, plan.time))
    }

    async fn wallet(
        &self,
        address: String,
        tokens: Vec<String>,
    ) -> anyhow::Result<(Latencies, Duration)> {
        let time = Duration::from_secs(self.seconds);
        let begin = Instant::now() + http::WARM_UP;
        let plan = Plan { address, people: self.people, begin, end: begin + time };
        let people = (0..).zip(tokens).map(|(number, token)| pay(plan.clone(), number, token));
        Ok((clients::measure(people.collect()).await?, time))
    }
}

/// Sends from one person to others until the time is over.
async fn pay(plan: Plan, number: u32, token: String) -> anyhow::Result<Latencies> {
    let mut client = Client::connect(&plan.address, &token).await?;
    let mut chance = Chance::new(u64::from(number) << 32 | 0x9e37_79b9);
    let mut latencies = Latencies::default();
    for nonce in 0_u64.. {
        let other = (number + 1 + chance.below(plan.people - 1)) % plan.people;
        let body = format!(
            "{{\"to\":{{\"handle\":\"{}\"}},\"asset\":\"{}\",\"amount\":\"{}\"}}",
            people::handle(other),
            people::ASSET,
            1 + chance.below(100)
        );
        let key = format!("Idempotency-Key: bench-{nonce}\r\n");
        let sent = Instant::now();
        if sent >= plan.end {
            break;
        }
        let answer = client.send("POST", "/v1/wallet/transfers", &key, body.as_bytes()).await?;
        if sent >= plan.begin {
            latencies.add(sent.elapsed());
        }
        ensure!(answer.0 == 201, "a transfer was answered with {}: {}", answer.0, answer.1);
    }
    Ok(latencies)
}

fn show(report: &Report) -> std::io::Result<()> {
    let count = |number: u64| output::grouped(&number.to_string());
    output::line(
        output::BOLD,
        &format!(
            "{} wallet transfers/s over {} connections: {} % of the ledger's {}",
            count(report.wallet_per_second),
            report.connections,
            report.percent,
            count(report.ledger_per_second),
        ),
    )?;
    let plain = anstyle::Style::new();
    output::line(plain, &format!("wallet: {}", report.wallet_latency.text()))?;
    output::line(plain, &format!("ledger: {}", report.ledger_latency.text()))?;
    output::line(
        output::DIM,
        &format!(
            "memory at most {} MiB; processor {} ms, Postgres {} ms",
            report.usage.resident_peak_mib,
            count(report.usage.cpu.cpu_ms),
            count(report.usage.cpu.postgres_cpu_ms),
        ),
    )
}
