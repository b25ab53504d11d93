//! `bushel shop import-invoices`: years of trade become orders, parcels, returns and corrections, each
//! at its own date, through the operations that everybody uses.
//!
//! Everything has a number of its own that follows from the file, so a second run finds what is
//! there: after a crash of anything, the same command goes on. In the end the books are compared with
//! the file, to the last digit, by variant and by customer.
//!
//! Reading order: `trade` (the file), `plan` (what is to be done), `replay` (doing it), `totals`
//! (comparing).

mod plan;
mod replay;
mod requests;
mod totals;
mod trade;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use super::super::connect::{Connection, Target};
use super::super::import::source::Source;
use super::super::output;
use plan::Plan;
use replay::Replay;
use totals::Totals;
use trade::Trade;

/// So many refused lines are shown.
const SHOWN: usize = 20;

/// Replay invoices of another system as orders, at their own dates
#[derive(Debug, Args)]
pub(super) struct ImportInvoices {
    /// The file: CSV, plain or compressed with gzip, with the columns InvoiceNo, StockCode,
    /// Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country
    file: PathBuf,
    #[command(flatten)]
    target: Target,
    /// Code of the currency; it is created if it isn't there
    #[arg(long, value_name = "CODE", default_value = "GBP")]
    currency: String,
    /// Decimals of the currency: as many as the file's prices have
    #[arg(long, value_name = "N", default_value_t = 3)]
    scale: u8,
    /// Requests at the same time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=64))]
    parallel: u8,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

/// What became of the file.
#[derive(Debug, Serialize)]
struct Summary {
    lines: usize,
    invalid: usize,
    orders: usize,
    order_lines: usize,
    returns: usize,
    corrections: usize,
    /// In the currency, as the file says.
    total: String,
    /// Variants and customers whose books differ from the file; none if all is well.
    differences: Vec<String>,
    /// What the orders took.
    milliseconds: u64,
    order_lines_per_second: u64,
}

impl ImportInvoices {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let source = Source::open(&self.file)?;
        let bar = source.bar();
        let trade = Trade::read(source, self.scale)?;
        bar.finish_and_clear();
        let plan = Plan::of(&trade);
        output::note(&format!(
            "{}: {} lines; {} orders, {} returns, {} corrections to make; {} lines can't be taken",
            self.file.display(),
            trade.lines,
            plan.sales.len(),
            plan.returns.len(),
            plan.corrections.len(),
            trade.invalid.len(),
        ));
        for it in trade.invalid.iter().take(SHOWN) {
            output::note(&format!("line {}: {}", it.number, it.reason));
        }
        if trade.invalid.len() > SHOWN {
            output::note(&format!("… and {} more", trade.invalid.len() - SHOWN));
        }
        let connection = self.target.connect().await?;
        let summary = self.replay(&connection, &trade, &plan).await;
        connection.close().await;
        self.report(&summary?)
    }

    async fn replay(
        &self,
        connection: &Connection,
        trade: &Trade,
        plan: &Plan<'_>,
    ) -> anyhow::Result<Summary> {
        let replay = Replay::new(connection, &self.currency, self.scale, self.parallel.into())?;
        replay.currency().await?;
        replay.goods(plan).await?;
        let began = Instant::now();
        let orders = replay.sales(plan).await?;
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        replay.returns(plan, &orders).await?;
        let corrected = replay.corrections(plan).await?;
        let totals = Totals::of(trade, plan, &orders, &corrected);
        let differences = totals.differences(connection, (&self.currency, self.scale)).await?;
        let order_lines: usize = plan.sales.iter().map(|(_, lines)| lines.len()).sum();
        Ok(Summary {
            lines: trade.lines,
            invalid: trade.invalid.len(),
            orders: plan.sales.len(),
            order_lines,
            returns: plan.returns.len(),
            corrections: plan.corrections.len(),
            total: kernel::SignedAmount::new(totals.total).format_scaled(self.scale),
            differences,
            milliseconds,
            order_lines_per_second: order_lines as u64 * 1_000 / milliseconds.max(1),
        })
    }

    fn report(&self, it: &Summary) -> anyhow::Result<ExitCode> {
        let is_fine = it.differences.is_empty();
        let text = format!(
            "{} lines: {} orders with {} lines, {} returns, {} corrections, {} lines not taken; \
             {} {} in all; {} order lines a second",
            it.lines,
            it.orders,
            it.order_lines,
            it.returns,
            it.corrections,
            it.invalid,
            it.total,
            self.currency,
            it.order_lines_per_second,
        );
        output::line(if is_fine { output::GREEN } else { output::RED }, &text)?;
        for difference in it.differences.iter().take(SHOWN) {
            output::line(output::RED, difference)?;
        }
        if is_fine {
            output::line(
                output::GREEN,
                "the books agree with the file: in all, by variant and by customer",
            )?;
        }
        if self.json {
            output::json(it)?;
        }
        Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
