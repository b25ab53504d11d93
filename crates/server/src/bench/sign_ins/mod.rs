//! `bushel bench sign-ins`: a flood of password sign-ins, and what it does to everybody else.
//! Readers ask for their accounts all the time: alone, beside the flood, and alone again, so that
//! what else changes on the machine meanwhile counts for both.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;

use super::http::client::Client;
use super::latency::{Latencies, Percentiles};
use super::report::{percent, present};
use super::{Common, Stage, clients, people};
use crate::cli::output;

/// The first reader waits so long between two questions, each other one longer by a step: readers
/// that keep pace with each other come all at once, and then measure each other.
const READ_EVERY: Duration = Duration::from_millis(7);
const READ_STEP: Duration = Duration::from_millis(1);

/// A flood of password sign-ins beside other requests
#[derive(Debug, Args)]
pub(super) struct SignInsBench {
    /// Sign-ins in the flood
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    sign_ins: u32,
    /// Connections that they come over
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// How long the readers are alone before, and again after
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    sign_ins: u32,
    signed_in: u32,
    told_to_come_back: u32,
    seconds: f64,
    alone: Percentiles,
    beside: Percentiles,
    /// The readers' p99 beside the flood, of that alone.
    p99_percent: u64,
}

/// How the sign-ins were answered.
#[derive(Default)]
struct Answers {
    signed_in: AtomicU32,
    told_to_come_back: AtomicU32,
}

impl SignInsBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let data = self.common.data.clone();
        let report = Stage::with(data, async |stage| self.measure(stage).await).await?;
        present(&report, show, self.common.json)
    }

    async fn measure(&self, stage: &Stage) -> anyhow::Result<Report> {
        const READERS: u32 = 8;
        let address = stage.address()?;
        people::make(stage.server.contexts(), READERS + self.connections).await?;
        let mut tokens = Vec::new();
        for number in 0..READERS {
            tokens.push(people::sign_in(&address, number).await?.0);
        }
        // Each connection is a person on a device that is known: nobody is warned of each sign-in.
        let mut bodies = Vec::new();
        for number in READERS..READERS + self.connections {
            let (_, device) = people::sign_in(&address, number).await?;
            bodies.push(people::credentials(number, device.as_deref()));
        }
        let time = Duration::from_secs(self.seconds);
        let nothing_else = || async {
            output::note(&format!("measuring readers alone for {} s", time.as_secs()));
            tokio::time::sleep(time).await;
            Ok(())
        };
        let mut alone = read_while(&address, &tokens, nothing_else()).await?;
        output::note(&format!("measuring readers beside {} sign-ins", self.sign_ins));
        let (began, answers) = (Instant::now(), Arc::new(Answers::default()));
        let flood = flood(address.clone(), bodies, self.sign_ins, Arc::clone(&answers));
        let beside = read_while(&address, &tokens, flood).await?;
        let seconds = began.elapsed().as_secs_f64();
        alone.append(read_while(&address, &tokens, nothing_else()).await?);
        let (alone, beside) = (alone.percentiles(), beside.percentiles());
        Ok(Report {
            sign_ins: self.sign_ins,
            signed_in: answers.signed_in.load(Ordering::Relaxed),
            told_to_come_back: answers.told_to_come_back.load(Ordering::Relaxed),
            seconds,
            p99_percent: percent(beside.p99_us.into(), alone.p99_us.into()),
            alone,
            beside,
        })
    }
}

/// Reads over as many connections as there are tokens until `work` is done.
async fn read_while(
    address: &str,
    tokens: &[String],
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<Latencies> {
    let is_over = Arc::new(AtomicBool::new(false));
    let reader = |(number, token): (u32, &String)| {
        let pause = READ_EVERY + READ_STEP * number;
        read(address.to_owned(), token.clone(), pause, Arc::clone(&is_over))
    };
    let readers = tokio::spawn(clients::measure((0..).zip(tokens).map(reader).collect()));
    let worked = work.await;
    is_over.store(true, Ordering::Relaxed);
    let latencies = readers.await.context("the readers panicked")?;
    worked.and(latencies)
}

async fn read(
    address: String,
    token: String,
    pause: Duration,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Latencies> {
    let mut client = Client::connect(&address, &token).await?;
    let mut latencies = Latencies::default();
    while !stop.load(Ordering::Relaxed) {
        let sent = Instant::now();
        let (status, body) = client.send("GET", "/v1/wallet/accounts", "", b"").await?;
        ensure!(status == 200, "a reader was answered with {status}: {body}");
        latencies.add(sent.elapsed());
        tokio::time::sleep(pause).await;
    }
    Ok(latencies)
}

/// Sends sign-ins as fast as they are answered, over a connection for each body.
async fn flood(
    address: String,
    bodies: Vec<String>,
    sign_ins: u32,
    answers: Arc<Answers>,
) -> anyhow::Result<()> {
    let left = Arc::new(AtomicU32::new(sign_ins));
    let client = |body| sign_in(address.clone(), body, Arc::clone(&left), Arc::clone(&answers));
    clients::run(bodies.into_iter().map(client).collect()).await?;
    Ok(())
}

async fn sign_in(
    address: String,
    body: String,
    left: Arc<AtomicU32>,
    answers: Arc<Answers>,
) -> anyhow::Result<()> {
    let mut client = Client::anonymous(&address).await?;
    let take = |left: u32| left.checked_sub(1);
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
        let (status, answer) = client.post("/v1/identity/sign-ins", body.as_bytes()).await?;
        match status {
            200 => answers.signed_in.fetch_add(1, Ordering::Relaxed),
            429 | 503 => answers.told_to_come_back.fetch_add(1, Ordering::Relaxed),
            _ => anyhow::bail!("a sign-in was answered with {status}: {answer}"),
        };
    }
    Ok(())
}

fn show(report: &Report) -> std::io::Result<()> {
    let count = |number: u32| output::grouped(&number.to_string());
    output::line(
        output::BOLD,
        &format!(
            "{} sign-ins in {:.1} s: others' p99 is {} % of what it was",
            count(report.sign_ins),
            report.seconds,
            report.p99_percent
        ),
    )?;
    let plain = anstyle::Style::new();
    output::line(plain, &format!("alone:  {}", report.alone.text()))?;
    output::line(plain, &format!("beside: {}", report.beside.text()))?;
    output::line(
        output::DIM,
        &format!(
            "{} signed in, {} told to come back",
            count(report.signed_in),
            count(report.told_to_come_back)
        ),
    )
}
