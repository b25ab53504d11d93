//! `bushel bench shop`: what the operations of a shop cost, one after the other over HTTP: lists,
//! searches, carts, whole checkouts, and an order of very many lines.

mod buyer;
mod goods;
mod operations;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use super::latency::{Latencies, Percentiles};
use super::report::{Cpu, present};
use super::{Common, Stage, clients, people};
use crate::cli::output;

/// What the operations of a shop cost
#[derive(Debug, Args)]
pub(super) struct ShopBench {
    /// Products in the catalogue
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..=50_000))]
    products: u32,
    /// How often each operation is done
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    rounds: u32,
    /// Lines of the long order
    #[arg(long, value_name = "N", default_value_t = 1_114, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    lines: u32,
    #[command(flatten)]
    common: Common,
}

#[derive(Serialize)]
struct Report {
    products: u32,
    operations: Vec<Cost>,
    long_order_lines: u32,
    /// Completing a cart with all of them.
    long_checkout_ms: u64,
    /// Writing the same down as staff, sent at once.
    long_staff_order_ms: u64,
}

/// What one operation cost.
#[derive(Serialize)]
struct Cost {
    name: &'static str,
    times: Percentiles,
    /// Processor time of this process for one operation, without the client's.
    cpu_us: u64,
    postgres_cpu_us: u64,
}

/// Where operations are measured, and what was found.
struct Measured<'a> {
    stage: &'a Stage,
    rounds: u32,
    costs: Vec<Cost>,
}

impl ShopBench {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(self.lines <= self.products, "the long order needs as many products");
        let data = self.common.data.clone();
        let report = Stage::with(data, async |stage| self.measure(stage).await).await?;
        present(&report, show, self.common.json)
    }

    async fn measure(&self, stage: &Stage) -> anyhow::Result<Report> {
        let address = stage.address()?;
        people::make(stage.server.contexts(), 1).await?;
        output::note(&format!("making {} products", self.products));
        goods::make(&address, &stage.token()?, self.products).await?;
        let mut measured = Measured { stage, rounds: self.rounds, costs: Vec::new() };
        operations::measure(&mut measured, &address, self.products).await?;
        output::note(&format!("an order of {} lines", self.lines));
        let lines = self.lines;
        let mut buyer = buyer::Buyer::sign_in(&address).await?;
        let long_checkout_ms = buyer.buy_many(lines).await?;
        let token = stage.token()?;
        let long_staff_order_ms = goods::long_order(&address, &token, lines).await?;
        Ok(Report {
            products: self.products,
            operations: measured.costs,
            long_order_lines: lines,
            long_checkout_ms,
            long_staff_order_ms,
        })
    }
}

impl Measured<'_> {
    /// Does it again and again, one after the other, on a thread of the clients.
    async fn add<C>(
        &mut self,
        name: &'static str,
        operation: impl FnOnce(u32) -> C,
    ) -> anyhow::Result<()>
    where
        C: Future<Output = anyhow::Result<Latencies>> + Send + 'static,
    {
        output::note(&format!("measuring: {name}"));
        let before = self.calm().await;
        let (mut latencies, of_client) = clients::run_timed(vec![operation(self.rounds)]).await?;
        let used = self.calm().await.since(before);
        let each = |used: Duration| u64::try_from((used / self.rounds).as_micros());
        let own = Duration::from_millis(used.cpu_ms).saturating_sub(of_client);
        self.costs.push(Cost {
            name,
            times: latencies.pop().unwrap_or_default().percentiles(),
            cpu_us: each(own)?,
            postgres_cpu_us: each(Duration::from_millis(used.postgres_cpu_ms))?,
        });
        Ok(())
    }

    /// What is used by the time at which what was left to do behind the answers is done: events,
    /// mails and jobs are in the cost of what caused them.
    async fn calm(&self) -> Cpu {
        const LOOK_EVERY: Duration = Duration::from_millis(300);
        const QUIET_MS: u64 = 20;
        const WAIT_MAX: Duration = Duration::from_secs(30);
        let began = Instant::now();
        let mut last = Cpu::now(self.stage.postgres());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = Cpu::now(self.stage.postgres());
            let used = now.since(last);
            if used.cpu_ms + used.postgres_cpu_ms <= QUIET_MS || began.elapsed() > WAIT_MAX {
                return now;
            }
            last = now;
        }
    }
}

fn show(report: &Report) -> std::io::Result<()> {
    let title = format!(
        "{} products; processor time for one operation, own and of Postgres",
        output::grouped(&report.products.to_string())
    );
    output::line(output::BOLD, &title)?;
    let plain = anstyle::Style::new();
    let ms = |us: u64| format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10);
    for it in &report.operations {
        let (own, postgres) = (ms(it.cpu_us), ms(it.postgres_cpu_us));
        let text = format!("{:32} {own:>9} {postgres:>9}   {}", it.name, it.times.text());
        output::line(plain, &text)?;
    }
    let text = format!(
        "an order of {} lines: {} ms as a checkout, {} ms written down by staff and sent",
        output::grouped(&report.long_order_lines.to_string()),
        report.long_checkout_ms,
        report.long_staff_order_ms
    );
    output::line(plain, &text)
}
