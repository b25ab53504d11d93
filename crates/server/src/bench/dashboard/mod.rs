//! `bushel bench dashboard`: everything that the first page of the web app asks for, by somebody who
//! is in a fifth of all transfers of a ledger that is full: accounts with balances, a chart of 90
//! days for each of three accounts, the last ten transfers, and the open requests.

mod fill;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::http::client::Client;
use super::latency::{Latencies, Percentiles};
use super::report::present;
use super::{Common, Stage, people};
use crate::cli::output;

/// What the dashboard asks for, on a full ledger
#[derive(Debug, Args)]
pub(super) struct DashboardBench {
    /// Transfers in the ledger, spread over 120 days
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    transfers: u32,
    /// How often the page is opened
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    transfers: u32,
    /// Of the person whose page it is.
    own_transfers: u32,
    /// The whole page, the first time.
    first_us: u32,
    page: Percentiles,
    /// One chart of the busiest account.
    chart: Percentiles,
}

/// Opens the page again and again.
struct Visitor {
    client: Client,
    accounts: Vec<String>,
    charts: Latencies,
}

impl DashboardBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let data = self.common.data.clone();
        let report = Stage::with(data, async |stage| self.measure(stage).await).await?;
        present(&report, show, self.common.json)
    }

    async fn measure(&self, stage: &Stage) -> anyhow::Result<Report> {
        let address = stage.address()?;
        output::note(&format!("filling the ledger with {} transfers", self.transfers));
        let own_transfers = fill::fill(stage.server.contexts(), self.transfers).await?;
        ask_for_payment(&address).await?;
        let mut visitor = Visitor::sign_in(&address).await?;
        output::note("measuring");
        let began = Instant::now();
        visitor.open_page().await?;
        let first_us = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
        visitor.charts = Latencies::default();
        let mut pages = Latencies::default();
        for _ in 0..self.rounds {
            let began = Instant::now();
            visitor.open_page().await?;
            pages.add(began.elapsed());
        }
        let (page, chart) = (pages.percentiles(), visitor.charts.percentiles());
        Ok(Report { transfers: self.transfers, own_transfers, first_us, page, chart })
    }
}

/// Some open requests to the person whose page it is.
async fn ask_for_payment(address: &str) -> anyhow::Result<()> {
    const REQUESTS: u32 = 20;
    let mut client = Client::connect(address, &people::sign_in(address, 1).await?.0).await?;
    for _ in 0..REQUESTS {
        let body = json!({ "from": { "handle": people::handle(0) }, "asset": fill::ASSETS[0],
            "amount": "5" });
        let (status, answer) =
            client.post("/v1/wallet/requests", body.to_string().as_bytes()).await?;
        ensure!(status == 201, "a request was answered with {status}: {answer}");
    }
    Ok(())
}

impl Visitor {
    async fn sign_in(address: &str) -> anyhow::Result<Self> {
        let client = Client::connect(address, &people::sign_in(address, 0).await?.0).await?;
        let mut visitor = Self { client, accounts: Vec::new(), charts: Latencies::default() };
        let found = visitor.get("/v1/wallet/accounts").await?;
        let ids = found["data"].as_array().into_iter().flatten();
        visitor.accounts = ids.filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
        ensure!(visitor.accounts.len() == fill::ASSETS.len(), "the accounts are there");
        Ok(visitor)
    }

    /// Asks for all of it, one after the other, and looks at what comes.
    async fn open_page(&mut self) -> anyhow::Result<()> {
        let accounts = self.get("/v1/wallet/accounts").await?;
        for (number, id) in self.accounts.clone().iter().enumerate() {
            let began = Instant::now();
            let chart = self.get(&format!("/v1/wallet/accounts/{id}/balances")).await?;
            if number == 0 {
                self.charts.add(began.elapsed());
            }
            let days = chart["data"].as_array().context("a chart has days")?;
            ensure!(days.len() == 90, "a chart has 90 days, not {}", days.len());
            let (today, total) = (&days[89]["balance"], &accounts["data"][number]["total"]);
            ensure!(today == total, "today ends with {today}, but the account has {total}");
        }
        let transfers = self.get("/v1/wallet/transfers?limit=10").await?;
        ensure!(transfers["data"].as_array().is_some_and(|it| it.len() == 10), "ten transfers");
        let requests = self.get("/v1/wallet/requests?status=open&direction=incoming").await?;
        ensure!(requests["data"].as_array().is_some_and(|it| it.len() == 20), "twenty requests");
        Ok(())
    }

    async fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        let (status, body) = self.client.send("GET", path, "", b"").await?;
        ensure!(status == 200, "{path} was answered with {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }
}

fn show(report: &Report) -> std::io::Result<()> {
    let count = |number: u32| output::grouped(&number.to_string());
    output::line(
        output::BOLD,
        &format!(
            "the dashboard of somebody in {} of {} transfers: {}",
            count(report.own_transfers),
            count(report.transfers),
            report.page.text(),
        ),
    )?;
    let plain = anstyle::Style::new();
    let (ms, rest) = (report.first_us / 1_000, report.first_us % 1_000 / 10);
    output::line(plain, &format!("the first time: {ms}.{rest:02} ms"))?;
    output::line(
        plain,
        &format!("a chart of 90 days of the busiest account: {}", report.chart.text()),
    )
}
