//! A line of the file becomes a row, or is rejected with a reason.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use clap::Args;
use csv::StringRecord;
use indicatif::ProgressBar;
use kernel::{Amount, Timestamp};

use super::mend::mended;
use super::names::{Identity, Key};
use super::source::Source;
use super::summary::Rejected;

/// Longest name of a party, in characters: it becomes metadata.
const NAME_CHARS_MAX: usize = kernel::metadata::VALUE_CHARS_MAX;
const REFERENCE_CHARS_MAX: usize = 200;

/// Which columns hold what.
#[derive(Debug, Args)]
pub(super) struct Columns {
    /// Column of the party that gives
    #[arg(long, value_name = "COLUMN")]
    from: String,
    /// Column of the party that gets
    #[arg(long, value_name = "COLUMN")]
    to: String,
    /// Column of the amount, such as 12.50
    #[arg(long, value_name = "COLUMN")]
    amount: String,
    /// Column of the date on which the transfer took effect
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// Column of a reference, such as the number of an invoice
    #[arg(long, value_name = "COLUMN")]
    reference: Option<String>,
}

/// What amounts are counted in.
pub(super) struct Layout {
    asset: String,
    scale: u8,
}

/// A line that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) id: u128,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) amount: u128,
    pub(super) at: Option<Timestamp>,
    pub(super) reference: Option<String>,
}

/// Some lines, sorted into what can be taken and what can't.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    pub(super) rejected: Vec<Rejected>,
}

/// Reads a file in batches.
pub(super) struct Reader {
    csv: csv::Reader<Source>,
    bar: ProgressBar,
    layout: Layout,
    places: Places,
    occurrences: HashMap<Key, u32>,
    record: StringRecord,
}

struct Places {
    from: usize,
    to: usize,
    amount: usize,
    date: Option<usize>,
    reference: Option<usize>,
}

impl Layout {
    pub(super) fn new(asset: &str, scale: u8) -> Self {
        Self { asset: asset.to_owned(), scale }
    }
}

impl Reader {
    pub(super) fn try_new(
        source: Source,
        layout: Layout,
        columns: &Columns,
    ) -> anyhow::Result<Self> {
        let bar = source.bar();
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let heads =
            csv.headers().context("could not read the first line, which names the columns")?;
        let place = |name: &String| find(heads, name);
        let places = Places {
            from: place(&columns.from)?,
            to: place(&columns.to)?,
            amount: place(&columns.amount)?,
            date: columns.date.as_ref().map(place).transpose()?,
            reference: columns.reference.as_ref().map(place).transpose()?,
        };
        let (occurrences, record) = (HashMap::new(), StringRecord::new());
        Ok(Self { csv, bar, layout, places, occurrences, record })
    }

    pub(super) fn progress_bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// The next lines: up to `max` that can be taken, and those between them that can't.
    pub(super) fn next_batch(&mut self, max: usize) -> anyhow::Result<Option<Batch>> {
        let mut batch = Batch::default();
        while batch.rows.len() < max {
            let line = self.csv.position().line();
            match self.csv.read_record(&mut self.record) {
                Ok(true) => {
                    let line = self.record.position().map_or(line, csv::Position::line);
                    match self.row(line) {
                        Ok(row) => batch.rows.push(row),
                        Err(reason) => batch.rejected.push(Rejected { line, reason }),
                    }
                }
                Ok(false) => break,
                Err(error) => match error.kind() {
                    csv::ErrorKind::Utf8 { pos, .. } => {
                        let line = pos.as_ref().map_or(line, csv::Position::line);
                        let reason = "is not valid UTF-8".to_owned();
                        batch.rejected.push(Rejected { line, reason });
                    }
                    _ => return Err(error).context("could not read the file"),
                },
            }
        }
        let is_end = batch.rows.is_empty() && batch.rejected.is_empty();
        Ok((!is_end).then_some(batch))
    }

    fn row(&mut self, line: u64) -> Result<Row, String> {
        let Places { from, to, amount, date, reference } = self.places;
        let field = |place: usize, name: &str| {
            self.record
                .get(place)
                .map(str::trim)
                .ok_or_else(|| format!("the line ends before the column of {name}"))
        };
        let from = mended(field(from, "the giving party")?);
        let to = mended(field(to, "the getting party")?);
        let (from, to) = (party(&from, "giving")?, party(&to, "getting")?);
        if from == to {
            return Err("the same party is on both sides".to_owned());
        }
        let amount = parse_amount(field(amount, "the amount")?, self.layout.scale)?;
        let at = date.map(|place| field(place, "the date").and_then(parse_date)).transpose()?;
        let reference = reference
            .map(|place| field(place, "the reference").and_then(parse_reference))
            .transpose()?
            .flatten();
        let identity = Identity { asset: &self.layout.asset, from, to, amount, at, reference };
        let key = identity.key();
        let seen = self.occurrences.entry(key).or_insert(0);
        let id = identity.transfer_id(&key, *seen);
        *seen += 1;
        let (from, to) = (from.to_owned(), to.to_owned());
        Ok(Row { line, id, from, to, amount, at, reference: reference.map(str::to_owned) })
    }
}

fn find(heads: &StringRecord, name: &str) -> anyhow::Result<usize> {
    let mut places = heads.iter().enumerate().filter(|(_, head)| head.trim() == name);
    let list = || heads.iter().map(str::trim).collect::<Vec<_>>().join(", ");
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Ok(place),
        (None, _) => bail!("there is no column `{name}`; the file has: {}", list()),
        (Some(_), Some(_)) => bail!("there are several columns `{name}`; the file has: {}", list()),
    }
}

fn party<'l>(name: &'l str, side: &str) -> Result<&'l str, String> {
    if name.is_empty() {
        return Err(format!("the {side} party is empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(format!("the {side} party has a control character such as a line feed"));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(format!("the {side} party has more than {NAME_CHARS_MAX} characters"));
    }
    Ok(name)
}

fn parse_amount(text: &str, scale: u8) -> Result<u128, String> {
    if text.starts_with('-') {
        return Err(format!("the amount `{}` is negative", shortened(text)));
    }
    let amount = Amount::parse_scaled(text, scale);
    match amount.map(Amount::get) {
        // The largest one means "all of it" to the ledger.
        Ok(u128::MAX) => Err("the amount is too large".to_owned()),
        Ok(amount) => Ok(amount),
        Err(error) => Err(format!("the amount `{}`: {error}", shortened(text))),
    }
}

fn parse_date(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error| format!("the date `{}`: {error}", shortened(text)))
}

fn parse_reference(text: &str) -> Result<Option<&str>, String> {
    if text.chars().any(char::is_control) {
        return Err("the reference has a control character such as a line feed".to_owned());
    }
    if text.chars().count() > REFERENCE_CHARS_MAX {
        return Err(format!("the reference has more than {REFERENCE_CHARS_MAX} characters"));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A field that is wrong can be anything.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(text: &str) -> Batch {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let columns = Columns {
            from: "from".to_owned(),
            to: "to".to_owned(),
            amount: "amount".to_owned(),
            date: Some("date".to_owned()),
            reference: None,
        };
        let source = Source::open(file.path()).unwrap();
        let mut reader = Reader::try_new(source, Layout::new("USD", 2), &columns).unwrap();
        reader.next_batch(100).unwrap().unwrap_or_default()
    }

    #[test]
    fn lines_become_rows() {
        let batch =
            read("date,from,to,amount\n1985-01-01,Ann, Bob ,12.5\n1985-01-01,Ann,Bob,12.50\n");
        assert!(batch.rejected.is_empty());
        let amounts: Vec<_> = batch.rows.iter().map(|row| (row.line, row.amount)).collect();
        assert_eq!(amounts, [(2, 1250), (3, 1250)]);
        assert_eq!(batch.rows[0].to, "Bob");
        assert_ne!(batch.rows[0].id, batch.rows[1].id, "identical lines stay separate");
    }

    #[test]
    fn lines_that_cannot_be_taken_say_why() {
        let batch = read(
            "date,from,to,amount\n\
             1985-01-01,Ann,Bob,-1\n\
             1985-01-01,Ann,Bob,1.234\n\
             1985-01-01,Ann,Bob,one\n\
             1985-13-01,Ann,Bob,1\n\
             1985-01-01,,Bob,1\n\
             1985-01-01,Ann,Ann,1\n\
             1985-01-01,\"A\nB\",Bob,1\n\
             1985-01-01,Ann\n",
        );
        let found: Vec<_> =
            batch.rejected.iter().map(|line| (line.line, line.reason.as_str())).collect();
        let expected = [
            (2, "is negative"),
            (3, "has more"),
            (4, "is a decimal number"),
            (5, "expected an RFC 3339"),
            (6, "party is empty"),
            (7, "on both sides"),
            (8, "control character"),
            (10, "ends before"),
        ];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((line, reason), (at, part)) in found.iter().zip(expected) {
            assert!(*line == at && reason.contains(part), "line {line}: {reason}");
        }
    }
}
