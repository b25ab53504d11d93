//! `bushel bench ledger`: batches of transfers, as fast as they are taken, while a reader asks
//! for balances and history; then the limit: the same rows by COPY alone.
//!
//! Nothing is reported before the books were checked: every balance against what was sent, and
//! the running balances of some accounts against each other.

mod check;
mod drive;
mod reader;
mod wire;

use std::process::ExitCode;
use std::time::Duration;

use ::ledger::engine::NewAccount;
use ::ledger::{AssetStatus, BATCH_MAX, Ledger, LedgerOptions, NewAsset};
use anyhow::ensure;
use clap::Args;
use kernel::id::{IdSource as _, UuidV7};
use serde::Serialize;

use super::latency::Percentiles;
use super::report::{Usage, percent, present, rate};
use super::{Common, Stage, copy};
use crate::cli::output;

const ASSET: &str = "BENCH";

/// Batches of transfers, in process or over gRPC
#[derive(Debug, Args)]
pub(super) struct LedgerBench {
    /// Transfers to make
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    transfers: u64,
    /// Accounts between which they move
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    accounts: u32,
    /// Transfers of one request
    #[arg(long, value_name = "N", default_value_t = 8_000, value_parser = clap::value_parser!(u32).range(1..=BATCH_MAX as i64))]
    batch: u32,
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=64))]
    in_flight: u32,
    /// Percent of the transfers that touch one account
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    hot: u32,
    /// Send them over gRPC on loopback, instead of in process
    #[arg(long)]
    grpc: bool,
    /// At the end check the whole history of many accounts, not of a few
    #[arg(long)]
    history: bool,
    /// Leave out the comparison with COPY alone
    #[arg(long)]
    no_copy: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    transfers: u64,
    accounts: u32,
    batch: u32,
    hot_percent: u32,
    over: &'static str,
    seconds: f64,
    transfers_per_second: u64,
    /// One for each million, in order.
    per_million: Vec<u64>,
    last_million_percent_of_first: u64,
    batch_latency: Percentiles,
    balance_latency: Percentiles,
    history_latency: Percentiles,
    usage: Usage,
    copy: Option<copy::Copied>,
    percent_of_copy: Option<u64>,
    /// Reads and balances that were checked and found right.
    checked_pages: usize,
    checked_entries: u64,
}

impl LedgerBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let data = self.common.data.clone();
        let report = Stage::with(data, async |stage| self.measure(stage).await).await?;
        present(&report, show, self.common.json)
    }

    async fn measure(&self, stage: &Stage) -> anyhow::Result<Report> {
        let server = &stage.server;
        let ledger = server.ledger();
        let first = UuidV7.next_bits();
        let asset = prepare(ledger, first, self.accounts).await?;
        let postgres = stage.postgres();
        let before = Usage::now(postgres);
        let reader = reader::Reader::start(ledger.clone(), first, self.accounts);
        let plan = drive::Plan {
            transfers: self.transfers,
            batch: self.batch as usize,
            in_flight: self.in_flight as usize,
            first_account: first,
            asset,
        };
        let mut load = super::load::Load::new(self.accounts, self.hot, seed(first));
        let driven = if self.grpc {
            wire::drive(server, &plan, &mut load, self.accounts).await?
        } else {
            drive::drive(ledger, &plan, &mut load, self.accounts).await?
        };
        let usage = Usage::now(postgres).since(before);
        let read = reader.stop().await?;
        let histories = if self.history { 200 } else { 10 };
        let checked_entries = check::books(ledger, first, &driven.expected, histories).await?;
        let copied = if self.no_copy { None } else { Some(self.copy(server).await?) };
        let per_second = rate(self.transfers, driven.time);
        let edge = |rate: Option<&u64>| rate.copied().unwrap_or(per_second);
        Ok(Report {
            transfers: self.transfers,
            accounts: self.accounts,
            batch: self.batch,
            hot_percent: self.hot,
            over: if self.grpc { "grpc" } else { "in process" },
            seconds: driven.time.as_secs_f64(),
            transfers_per_second: per_second,
            last_million_percent_of_first: percent(
                edge(driven.per_million.last()),
                edge(driven.per_million.first()),
            ),
            per_million: driven.per_million,
            batch_latency: driven.latencies.percentiles(),
            balance_latency: read.balances.percentiles(),
            checked_pages: read.pages,
            history_latency: read.history.percentiles(),
            usage,
            percent_of_copy: copied
                .as_ref()
                .map(|copied| percent(per_second, copied.rows_per_second)),
            copy: copied,
            checked_entries,
        })
    }

    async fn copy(&self, server: &crate::serve::Server) -> anyhow::Result<copy::Copied> {
        // The ledger is idle by now, but its last range may still be sealed.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let options = LedgerOptions::default();
        let plan = copy::Plan {
            rows: self.transfers,
            batch: self.batch as usize,
            connections: options.writers,
            range_size: options.range_size,
        };
        let load = super::load::Load::new(self.accounts, self.hot, 7);
        copy::run(server.database(), plan, load).await
    }
}

/// Another load for each run, so that runs on one folder don't repeat each other.
fn seed(first: u128) -> u64 {
    u64::try_from(first >> 64).expect("64 bits")
        ^ u64::try_from(first & u128::from(u64::MAX)).expect("64 bits")
}

/// Creates the asset and the accounts, whose ids count up from `first`.
async fn prepare(ledger: &Ledger, first: u128, accounts: u32) -> anyhow::Result<u32> {
    let new = NewAsset {
        code: ASSET.to_owned(),
        scale: 2,
        kind: "other".to_owned(),
        name: None,
        metadata: None,
    };
    let (status, asset) = ledger.create_asset(new).await?;
    ensure!(
        matches!(status, AssetStatus::Created | AssetStatus::Exists),
        "the asset {ASSET} can't be used: {}",
        status.as_str()
    );
    let asset = asset.map(|asset| asset.no).unwrap_or_default();
    let all: Vec<u128> = (0..accounts).map(|index| first + u128::from(index)).collect();
    for ids in all.chunks(BATCH_MAX) {
        let new = |id: &u128| NewAccount { id: *id, asset, code: 1, ..NewAccount::default() };
        let statuses = ledger.create_accounts(ids.iter().map(new).collect()).await?;
        let created = |status: &_| *status == ::ledger::engine::AccountStatus::Created;
        ensure!(statuses.iter().all(created), "an account could not be made");
    }
    Ok(asset)
}

fn show(report: &Report) -> std::io::Result<()> {
    let count = |number: u64| output::grouped(&number.to_string());
    output::line(
        output::BOLD,
        &format!(
            "{} transfers/s over {} transfers, {}",
            count(report.transfers_per_second),
            count(report.transfers),
            report.over
        ),
    )?;
    let plain = anstyle::Style::new();
    let lines = [
        format!("batches of {}: {}", count(report.batch.into()), report.batch_latency.text()),
        format!("last million: {} % of the first", report.last_million_percent_of_first),
        format!("a balance meanwhile: {}", report.balance_latency.text()),
        format!("a page of history meanwhile: {}", report.history_latency.text()),
        format!(
            "memory: {} MiB, at most {} MiB; Postgres {} MiB",
            report.usage.resident_mib, report.usage.resident_peak_mib, report.usage.postgres_mib
        ),
        format!(
            "processor: {} ms; Postgres {} ms",
            count(report.usage.cpu.cpu_ms),
            count(report.usage.cpu.postgres_cpu_ms)
        ),
    ];
    for text in lines {
        output::line(plain, &text)?;
    }
    if let (Some(copy), Some(percent)) = (&report.copy, report.percent_of_copy) {
        let text =
            format!("bare COPY: {} rows/s; this is {percent} % of it", count(copy.rows_per_second));
        output::line(output::GREEN, &text)?;
    }
    output::line(
        output::DIM,
        &format!(
            "checked: all balances, {} entries of history, {} pages under load",
            count(report.checked_entries),
            count(report.checked_pages as u64)
        ),
    )
}
