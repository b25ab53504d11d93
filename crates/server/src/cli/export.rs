//! `bushel ledger export`: all transfers, oldest first, for other programs.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use proto::ledger::v1::{Account, Transfer};
use serde::Serialize;

use super::books::{self, Scales};
use super::connect::{LedgerClient, Target};
use super::output;

/// Write all transfers as CSV or as JSON lines
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    target: Target,
    /// Only transfers of this asset
    #[arg(long, value_name = "CODE")]
    asset: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// File to write, instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with one JSON object; needs --output
    #[arg(long, requires = "output")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Serialize)]
struct Summary {
    transfers: u64,
}

/// A transfer as it is exported; the order of the fields is that of the columns.
#[derive(Serialize)]
struct Row {
    sequence: i64,
    id: String,
    recorded_at: String,
    effective_at: Option<String>,
    from: String,
    from_name: Option<String>,
    to: String,
    to_name: Option<String>,
    amount: String,
    asset: String,
    code: u32,
    flags: String,
    pending_id: Option<String>,
    reverses: Option<String>,
    reference: Option<String>,
    metadata: Option<String>,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let written = async { self.write(&mut connection.ledger().await?).await }.await;
        connection.close().await;
        let transfers = written?;
        if self.json {
            output::json(&Summary { transfers })?;
        } else if let Some(path) = &self.output {
            output::note(&format!("wrote {transfers} transfers to {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn write(&self, client: &mut LedgerClient) -> anyhow::Result<u64> {
        let out: Box<dyn Write> = match &self.output {
            Some(path) => {
                let file = File::create(path);
                Box::new(file.with_context(|| format!("could not write {}", path.display()))?)
            }
            None => Box::new(io::stdout()),
        };
        let mut writer = match self.format {
            Format::Csv => Writer::Csv(Box::new(csv::Writer::from_writer(out))),
            Format::Jsonl => Writer::Jsonl(BufWriter::new(out)),
        };
        let scales = Scales::load(client).await?;
        let mut names = Names::load(client, self.asset.as_deref()).await?;
        let (mut count, mut cursor) = (0, String::new());
        loop {
            let (transfers, next) = books::transfers(client, self.asset.as_deref(), cursor).await?;
            for transfer in transfers {
                writer.row(&row(client, &mut names, &scales, transfer).await?)?;
                count += 1;
            }
            cursor = next;
            if cursor.is_empty() {
                writer.finish()?;
                return Ok(count);
            }
        }
    }
}

async fn row(
    client: &mut LedgerClient,
    names: &mut Names,
    scales: &Scales,
    transfer: Transfer,
) -> anyhow::Result<Row> {
    let flags: Vec<String> = transfer.flags().map(flag_name).collect();
    let metadata = match transfer.metadata.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&transfer.metadata)?),
    };
    let recorded = books::time(transfer.created_at.as_ref()).context("the server sent no time")?;
    let (from, from_name) = names.of(client, &transfer.debit_account_id).await?;
    let (to, to_name) = names.of(client, &transfer.credit_account_id).await?;
    Ok(Row {
        sequence: transfer.sequence,
        recorded_at: recorded.to_string(),
        effective_at: books::time(transfer.effective_at.as_ref()).map(books::date),
        from,
        from_name,
        to,
        to_name,
        amount: scales.amount(&transfer.asset, &transfer.amount),
        code: transfer.code,
        flags: flags.join(" "),
        metadata,
        id: transfer.id,
        asset: transfer.asset,
        pending_id: transfer.pending_id,
        reverses: transfer.reverses,
        reference: transfer.reference,
    })
}

fn flag_name(flag: proto::ledger::v1::TransferFlag) -> String {
    flag.as_str_name().trim_start_matches("TRANSFER_FLAG_").to_lowercase()
}

/// Addresses and names of accounts by id.
struct Names(HashMap<String, Name>);

type Name = (String, Option<String>);

impl Names {
    /// Page by page: asking for each account costs many times as much.
    async fn load(client: &mut LedgerClient, asset: Option<&str>) -> anyhow::Result<Self> {
        let (accounts, _) = books::accounts(client, asset, None, usize::MAX).await?;
        Ok(Self(accounts.iter().map(|account| (account.id.clone(), name(account))).collect()))
    }

    /// An account that was created a moment ago may be missing.
    async fn of(&mut self, client: &mut LedgerClient, id: &str) -> anyhow::Result<Name> {
        if let Some(known) = self.0.get(id) {
            return Ok(known.clone());
        }
        let found = name(&books::account(client, id).await?);
        self.0.insert(id.to_owned(), found.clone());
        Ok(found)
    }
}

fn name(account: &Account) -> Name {
    (books::address(account).to_owned(), account.metadata.get("name").cloned())
}

enum Writer {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    Jsonl(BufWriter<Box<dyn Write>>),
}

impl Writer {
    fn row(&mut self, row: &Row) -> anyhow::Result<()> {
        match self {
            Self::Csv(writer) => {
                let (id, amount) = (row.id.clone(), row.amount.clone());
                let safe = |text: &Option<String>| text.as_deref().map(defused);
                Ok(writer.serialize(Row {
                    id,
                    amount,
                    sequence: row.sequence,
                    recorded_at: row.recorded_at.clone(),
                    effective_at: row.effective_at.clone(),
                    from: defused(&row.from),
                    from_name: safe(&row.from_name),
                    to: defused(&row.to),
                    to_name: safe(&row.to_name),
                    asset: defused(&row.asset),
                    code: row.code,
                    flags: row.flags.clone(),
                    pending_id: row.pending_id.clone(),
                    reverses: row.reverses.clone(),
                    reference: safe(&row.reference),
                    metadata: safe(&row.metadata),
                })?)
            }
            Self::Jsonl(writer) => {
                serde_json::to_writer(&mut *writer, row)?;
                Ok(writer.write_all(b"\n")?)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Jsonl(mut writer) => writer.flush(),
        }
    }
}

/// Spreadsheets take a text with one of these at its start for a formula (ASVS 1.2.10).
fn defused(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::defused;

    #[test]
    fn formulas_become_texts() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        assert_eq!(defused("a=1"), "a=1");
        assert_eq!(defused(""), "");
    }
}
