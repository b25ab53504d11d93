use std::time::Duration;

use anyhow::Context as _;
use kernel::Amount;
use serde::Serialize;

use super::lines::Batch;
use crate::cli::output;

/// A line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rejected {
    pub(super) line: u64,
    pub(super) reason: String,
}

/// What came of an import.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    asset: String,
    /// Lines of the file, without the first one.
    lines: u64,
    pub(super) created: u64,
    pub(super) existing: u64,
    pub(super) accounts_created: u64,
    #[serde(rename = "rejected_lines")]
    pub(super) rejected: Vec<Rejected>,
    #[serde(rename = "rejected")]
    rejected_count: usize,
    /// Of the lines that are in the ledger now, in major units.
    sum: String,
    seconds: f64,
    lines_per_second: u64,
    /// Whether this run changed anything.
    changed: bool,
    #[serde(skip)]
    total: u128,
    #[serde(skip)]
    scale: u8,
    /// Nothing was imported, because it was all or nothing.
    refused: bool,
}

impl Summary {
    pub(super) fn new(asset: &str, scale: u8) -> Self {
        Self {
            asset: asset.to_owned(),
            lines: 0,
            created: 0,
            existing: 0,
            accounts_created: 0,
            rejected: Vec::new(),
            rejected_count: 0,
            sum: String::new(),
            seconds: 0.0,
            lines_per_second: 0,
            changed: false,
            total: 0,
            scale,
            refused: false,
        }
    }

    /// Counts what was read.
    pub(super) fn read(&mut self, batch: &Batch) {
        self.lines += (batch.rows.len() + batch.rejected.len()) as u64;
        self.rejected.extend(batch.rejected.iter().cloned());
    }

    /// Counts a line that is in the ledger now.
    pub(super) fn add(&mut self, amount: u128) -> anyhow::Result<()> {
        self.total =
            self.total.checked_add(amount).context("the sum is too large to be counted")?;
        Ok(())
    }

    pub(super) fn reject(&mut self, line: u64, reason: String) {
        self.rejected.push(Rejected { line, reason });
    }

    pub(super) fn refuse(&mut self) {
        self.refused = true;
    }

    pub(super) fn took(&mut self, time: Duration) {
        self.rejected.sort_by_key(|rejected| rejected.line);
        self.rejected_count = self.rejected.len();
        self.sum = Amount::new(self.total).format_scaled(self.scale);
        self.seconds = time.as_secs_f64();
        let micros = time.as_micros().max(1);
        let rate = u128::from(self.lines) * 1_000_000 / micros;
        self.lines_per_second = u64::try_from(rate).unwrap_or(u64::MAX);
        self.changed = self.created + self.accounts_created > 0;
    }

    /// For people: what was rejected on stderr, the rest on stdout.
    pub(super) fn show(&self) -> std::io::Result<()> {
        for Rejected { line, reason } in &self.rejected {
            output::note(&format!("line {line}: {reason}"));
        }
        if self.refused {
            let text =
                format!("nothing was imported: {} lines can't be taken", self.rejected_count);
            return output::line(output::RED, &text);
        }
        let style = if self.rejected.is_empty() { output::GREEN } else { output::YELLOW };
        let count = |number: u64| output::grouped(&number.to_string());
        let what = if self.changed {
            format!("{} transfers created", count(self.created))
        } else {
            "nothing changed".to_owned()
        };
        output::line(
            style,
            &format!(
                "{what}; {} lines, {} there before, {} rejected, {} accounts created",
                count(self.lines),
                count(self.existing),
                count(self.rejected_count as u64),
                count(self.accounts_created),
            ),
        )?;
        output::line(output::BOLD, &format!("sum: {} {}", output::grouped(&self.sum), self.asset))?;
        let text = format!("{:.2} s, {} lines/s", self.seconds, count(self.lines_per_second));
        output::line(output::DIM, &text)
    }
}
