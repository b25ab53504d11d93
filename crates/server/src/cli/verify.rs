//! `bushel ledger verify`: prove the books.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use indicatif::{ProgressBar, ProgressStyle};

use super::connect::{Connection, Target};
use super::{output, rest};
use crate::operator::ledger::http::{Report, VerifyLine};

/// Read the whole journal again and compare everything with it
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    target: Target,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let report = verify(&connection).await;
        connection.close().await;
        let report = report?;
        print(&report)?;
        if self.json {
            output::json(&report)?;
        }
        Ok(if report.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn verify(connection: &Connection) -> anyhow::Result<Report> {
    let mut body = rest::post(connection, "/v1/operator/ledger/verify").await?;
    let bar = bar();
    let mut rest = Vec::new();
    while let Some(line) = next_line(&mut body, &mut rest).await? {
        match serde_json::from_slice(&line).context("the server sent something unexpected")? {
            VerifyLine::Progress { transfers, total } => {
                bar.set_length(total.max(transfers).try_into().unwrap_or(0));
                bar.set_position(transfers.try_into().unwrap_or(0));
            }
            VerifyLine::Report(report) => {
                bar.finish_and_clear();
                return Ok(report);
            }
            VerifyLine::Failed { detail } => bail!("the books could not be verified: {detail}"),
        }
    }
    bail!("the server stopped before the verification was complete; its log says why")
}

async fn next_line(body: &mut Incoming, rest: &mut Vec<u8>) -> anyhow::Result<Option<Vec<u8>>> {
    loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = rest.drain(..=end).collect();
            return Ok(Some(line));
        }
        let Some(frame) = body.frame().await else { return Ok(None) };
        let frame = frame.context("the connection broke")?;
        if let Ok(bytes) = frame.into_data() {
            rest.extend_from_slice(&bytes);
        }
    }
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{bar:40.green} {human_pos} of {human_len} transfers, {eta} to go";
    ProgressBar::new(0).with_style(ProgressStyle::with_template(style).expect("it is well-formed"))
}

fn print(report: &Report) -> std::io::Result<()> {
    let Report { transfers, accounts, assets, sealed_sequence, .. } = report;
    if report.sound {
        let counts = format!("{transfers} transfers, {accounts} accounts, {assets} assets");
        output::line(output::GREEN, &format!("the books are sound: {counts}"))?;
    } else {
        output::line(output::RED, "the books are NOT sound:")?;
        for misfit in &report.findings {
            let text = format!("  {}, {}: {}", misfit.table, misfit.row, misfit.problem);
            output::line(output::RED, &text)?;
        }
    }
    match &report.hash {
        Some(hash) => {
            let text = format!("hash chain up to sequence {sealed_sequence}: {hash}");
            output::line(output::DIM, &text)
        }
        None => output::line(output::DIM, "hash chain: no block is sealed yet"),
    }
}
