//! A statement as CSV (RFC 4180) for spreadsheets. Amounts are numbers with a point; texts can't be
//! formulas.

use super::{Summary, Writer};
use crate::history::HistoryEntry;
use crate::transfers::Direction;

const HEADER: [&str; 9] = [
    "time",
    "kind",
    "counterparty",
    "message",
    "reference",
    "amount",
    "balance",
    "asset",
    "transfer_id",
];

#[derive(Default)]
pub(super) struct CsvWriter {
    asset: String,
    scale: u8,
    /// The line after the entries.
    last: Vec<String>,
}

impl Writer for CsvWriter {
    fn begin(&mut self, summary: &Summary) -> Vec<u8> {
        self.asset.clone_from(&summary.asset);
        self.scale = summary.scale;
        let line = |at: &str, kind: &str, balance: kernel::Amount| {
            let balance = balance.format_scaled(summary.scale);
            [at, kind, "", "", "", "", &balance, &summary.asset, ""].map(str::to_owned).to_vec()
        };
        let first = line(&summary.from.to_string(), "opening_balance", summary.opening_balance);
        self.last = line(&summary.before.to_string(), "closing_balance", summary.closing_balance);
        lines([HEADER.map(str::to_owned).to_vec(), first].iter())
    }

    fn entries(&mut self, entries: &[HistoryEntry]) -> Vec<u8> {
        let rows: Vec<Vec<String>> = entries.iter().map(|entry| self.row(entry)).collect();
        lines(rows.iter())
    }

    fn end(&mut self) -> Vec<u8> {
        lines(std::iter::once(&self.last))
    }
}

impl CsvWriter {
    fn row(&self, entry: &HistoryEntry) -> Vec<String> {
        let sign = if entry.direction == Direction::Out { "-" } else { "" };
        let text = |text: Option<&String>| text.map_or_else(String::new, |text| harmless(text));
        let party = entry.counterparty.as_ref().map(|party| harmless(&party.label()));
        vec![
            entry.at.to_string(),
            entry.kind.as_str().to_owned(),
            party.unwrap_or_default(),
            text(entry.message.as_ref()),
            text(entry.reference.as_ref()),
            format!("{sign}{}", entry.amount.format_scaled(self.scale)),
            entry.balance.format_scaled(self.scale),
            self.asset.clone(),
            entry.transfer_id.to_string(),
        ]
    }
}

/// A text that no spreadsheet takes for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

fn lines<'r>(rows: impl Iterator<Item = &'r Vec<String>>) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory takes everything, and rows are equally long");
    }
    writer.into_inner().expect("memory takes everything")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_texts() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "1", "a=b", "Ann (@ann)"] {
            assert_eq!(harmless(text), text);
        }
    }
}
