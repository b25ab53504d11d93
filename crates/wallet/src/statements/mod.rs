//! Statements: what an account held at the begin of a month, what came and went, what it held at the
//! end. As JSON, CSV or PDF, written entry by entry, so that their length doesn't matter.
//!
//! Balances and sums are the ledger's as of the first and the last moment; the entries are those in
//! between. The month that is not over goes up to now.

mod csv;
pub(crate) mod http;
mod json;
mod pdf;
mod service;

use kernel::{Amount, Timestamp};
use ledger::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Month;
use crate::history::HistoryEntry;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StatementFormat)]
pub(crate) enum Format {
    Json,
    Csv,
    Pdf,
}

impl Format {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }
}

/// A statement without its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatementSummary)]
pub(crate) struct Summary {
    pub(crate) account_id: AccountId,
    /// The owner's name.
    #[schema(example = "Ann Apple (@ann)")]
    pub(crate) owner: String,
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub(crate) scale: u8,
    #[schema(example = "2026-11")]
    pub(crate) month: String,
    pub(crate) from: Timestamp,
    /// The first moment that isn't in it any more.
    pub(crate) before: Timestamp,
    /// Whether the month is over.
    pub(crate) is_complete: bool,
    pub(crate) opening_balance: Amount,
    pub(crate) closing_balance: Amount,
    pub(crate) total_in: Amount,
    pub(crate) total_out: Amount,
}

/// A whole statement, for the API document: it is written in parts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Statement {
    #[serde(flatten)]
    summary: Summary,
    entries: Vec<HistoryEntry>,
}

/// A month of which there is a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StatementMonth {
    #[schema(example = "2026-11")]
    pub(crate) month: String,
    pub(crate) is_complete: bool,
}

/// Writes a statement piece by piece.
pub(crate) trait Writer: Send {
    /// What comes before the entries.
    fn begin(&mut self, summary: &Summary) -> Vec<u8>;
    fn entries(&mut self, entries: &[HistoryEntry]) -> Vec<u8>;
    /// What comes after them.
    fn end(&mut self) -> Vec<u8>;
}

pub(crate) fn writer(format: Format) -> Box<dyn Writer> {
    match format {
        Format::Json => Box::new(json::JsonWriter::default()),
        Format::Csv => Box::new(csv::CsvWriter::default()),
        Format::Pdf => Box::new(pdf::PdfWriter::new()),
    }
}

/// Months from the one of `first` to that of `now`, newest first.
pub(crate) fn months(first: Timestamp, now: Timestamp) -> Vec<StatementMonth> {
    let current = Month::of(now);
    let mut month = Month::of(first);
    let mut months = Vec::new();
    while month <= current {
        let is_complete = month != current;
        months.push(StatementMonth { month: month.to_string(), is_complete });
        month = month.next();
    }
    months.reverse();
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_run_from_the_first_to_now() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let found = months(at("2026-11-30T23:00:00Z"), at("2027-01-01"));
        let names: Vec<(&str, bool)> =
            found.iter().map(|it| (it.month.as_str(), it.is_complete)).collect();
        assert_eq!(names, [("2027-01", false), ("2026-12", true), ("2026-11", true)]);
    }
}
