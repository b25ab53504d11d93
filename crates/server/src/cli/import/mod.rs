//! `bushel ledger import`: a CSV file becomes transfers, accounts included.
//!
//! Every id is derived from what it stands for, so that a second run of the same file finds
//! everything there and changes nothing. Identical lines of one file stay separate: the number
//! of the occurrence is part of the id. Lines that can't be taken are named with their number.
//!
//! Reading order: `source` (the file), `lines` (a line becomes a row), `names` (ids and
//! addresses), `send` (batches to the server), `summary`.

mod lines;
mod mend;
mod names;
mod send;
pub(super) mod source;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::connect::{Connection, Target};
use lines::{Columns, Layout, Reader};
use send::Sender;
use source::Source;
use summary::Summary;

/// Most transfers of one request.
const BATCH: usize = ledger::BATCH_MAX;

/// Take in the lines of a CSV file as transfers
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file, plain or compressed with gzip; its first line names the columns
    file: PathBuf,
    #[command(flatten)]
    target: Target,
    /// Code of the asset; it is created if it isn't there
    #[arg(long, value_name = "CODE")]
    asset: String,
    /// Decimals of the asset
    #[arg(long, value_name = "N")]
    scale: u8,
    /// Kind of the asset, if it is created
    #[arg(long, value_name = "KIND", default_value = "money", value_parser = ["money", "goods", "points", "budget", "other"])]
    kind: String,
    #[command(flatten)]
    columns: Columns,
    /// Import nothing if a line can't be taken
    #[arg(long)]
    strict: bool,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let began = Instant::now();
        if self.strict {
            let mut summary = self.check()?;
            if !summary.rejected.is_empty() {
                summary.refuse();
                return self.report(summary, began);
            }
        }
        // The file is looked at before a server is started for it.
        let reader = self.reader()?;
        let connection = self.target.connect().await?;
        let summary = self.import(&connection, reader).await;
        connection.close().await;
        self.report(summary?, began)
    }

    fn reader(&self) -> anyhow::Result<Reader> {
        let source = Source::open(&self.file)?;
        Reader::try_new(source, Layout::new(&self.asset, self.scale), &self.columns)
    }

    /// Reads the whole file and keeps nothing but what is wrong with it.
    fn check(&self) -> anyhow::Result<Summary> {
        let mut reader = self.reader()?;
        let mut summary = Summary::new(&self.asset, self.scale);
        while let Some(batch) = reader.next_batch(BATCH)? {
            summary.read(&batch);
        }
        Ok(summary)
    }

    async fn import(&self, connection: &Connection, mut reader: Reader) -> anyhow::Result<Summary> {
        let mut summary = Summary::new(&self.asset, self.scale);
        let client = connection.ledger().await?;
        let mut sender = Sender::start(client, &self.asset, self.scale, &self.kind).await?;
        let bar = reader.progress_bar();
        while let Some(batch) = reader.next_batch(BATCH)? {
            summary.read(&batch);
            sender.send(batch, &mut summary).await?;
        }
        sender.finish(&mut summary).await?;
        bar.finish_and_clear();
        Ok(summary)
    }

    fn report(&self, mut summary: Summary, began: Instant) -> anyhow::Result<ExitCode> {
        summary.took(began.elapsed());
        summary.show()?;
        if self.json {
            super::output::json(&summary)?;
        }
        let failed = self.strict && !summary.rejected.is_empty();
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
