//! The file: lines of invoices, read and sorted by what they are. Pure but for reading.
//!
//! Columns: `InvoiceNo`, `StockCode`, `Description`, `Quantity`, `InvoiceDate`, `UnitPrice`,
//! `CustomerID`, `Country`, in any order. An invoice whose number begins with `C` cancels.

use std::io::Read;

use anyhow::{Context as _, bail};
use csv::{ReaderBuilder, StringRecord};
use hashbrown::HashMap;
use kernel::{Amount, SignedAmount, Timestamp};

const PIECES_MAX: i64 = 1_000_000;

/// A line that makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// In the file; the first one has the names of columns.
    pub(super) number: usize,
    pub(super) sku: String,
    pub(super) description: String,
    pub(super) quantity: i64,
    pub(super) price: SignedAmount,
}

impl Line {
    /// What it is worth.
    pub(super) fn value(&self) -> i128 {
        i128::from(self.quantity) * self.price.get()
    }

    /// The price, if it is none below zero.
    pub(super) fn unit_price(&self) -> Option<Amount> {
        u128::try_from(self.price.get()).ok().map(Amount::new)
    }
}

/// Lines with one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invoice {
    pub(super) number: String,
    pub(super) at: Timestamp,
    /// None of those who did not say who they are.
    pub(super) customer: Option<String>,
    pub(super) country: Option<&'static str>,
    pub(super) lines: Vec<Line>,
}

impl Invoice {
    pub(super) fn cancels(&self) -> bool {
        self.number.starts_with('C')
    }
}

/// A line that can't be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invalid {
    pub(super) number: usize,
    pub(super) reason: String,
}

/// All of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trade {
    /// In the order in which they begin.
    pub(super) invoices: Vec<Invoice>,
    pub(super) invalid: Vec<Invalid>,
    pub(super) lines: usize,
}

impl Trade {
    /// Reads a file whose prices have at most so many decimals.
    pub(super) fn read(source: impl Read, scale: u8) -> anyhow::Result<Self> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(source);
        let columns = Columns::of(reader.headers().context("could not read the file")?)?;
        let mut trade = Self::default();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, record) in reader.records().enumerate() {
            trade.lines += 1;
            let number = index + 2;
            let read = match record {
                Ok(record) => columns.read(&record, number, scale),
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok((head, line)) => trade.add(&mut places, head, line),
                Err(reason) => trade.invalid.push(Invalid { number, reason }),
            }
        }
        Ok(trade)
    }

    fn add(&mut self, places: &mut HashMap<String, usize>, head: Invoice, line: Line) {
        let new = self.invoices.len();
        let place = *places.entry(head.number.clone()).or_insert(new);
        if place == new {
            self.invoices.push(head);
        }
        self.invoices[place].lines.push(line);
    }
}

/// Where each column is.
struct Columns {
    invoice: usize,
    sku: usize,
    description: usize,
    quantity: usize,
    at: usize,
    price: usize,
    customer: usize,
    country: usize,
}

impl Columns {
    fn of(head: &StringRecord) -> anyhow::Result<Self> {
        let place = |name: &str| match head.iter().position(|it| it.trim() == name) {
            Some(place) => Ok(place),
            None => {
                bail!("the file has no column `{name}`; its first line has to name the columns")
            }
        };
        Ok(Self {
            invoice: place("InvoiceNo")?,
            sku: place("StockCode")?,
            description: place("Description")?,
            quantity: place("Quantity")?,
            at: place("InvoiceDate")?,
            price: place("UnitPrice")?,
            customer: place("CustomerID")?,
            country: place("Country")?,
        })
    }

    /// The invoice without its lines, and this line of it.
    fn read(
        &self,
        record: &StringRecord,
        number: usize,
        scale: u8,
    ) -> Result<(Invoice, Line), String> {
        let cell = |place: usize| record.get(place).map(str::trim).ok_or("it is too short");
        let some = |place: usize, what: &str| match cell(place)? {
            "" => Err(format!("it has no {what}")),
            text => Ok(text.to_owned()),
        };
        let quantity = cell(self.quantity)?;
        let pieces = quantity.parse::<i64>().ok().filter(|it| it.abs() <= PIECES_MAX && *it != 0);
        let price = cell(self.price)?;
        let date = cell(self.at)?;
        let head = Invoice {
            number: some(self.invoice, "number of an invoice")?,
            at: moment(date).ok_or_else(|| format!("{date:?} is no date"))?,
            // Some tools write whole numbers with decimals.
            customer: match cell(self.customer)? {
                "" => None,
                text => Some(text.strip_suffix(".0").unwrap_or(text).to_owned()),
            },
            country: country(cell(self.country)?),
            lines: Vec::new(),
        };
        let line = Line {
            number,
            sku: some(self.sku, "stock code")?,
            description: cell(self.description)?.to_owned(),
            quantity: pieces.ok_or_else(|| format!("{quantity:?} is no quantity"))?,
            price: SignedAmount::parse_scaled(price, scale)
                .map_err(|error| format!("{price:?} is no price: {error}"))?,
        };
        Ok((head, line))
    }
}

/// `2010-12-01 08:26:00`, without a zone: taken as UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_once(' ')?;
    format!("{day}T{time}Z").parse().ok()
}

/// The country's code; none of what is no country.
fn country(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 34] = [
        ("Australia", "AU"),
        ("Austria", "AT"),
        ("Bahrain", "BH"),
        ("Belgium", "BE"),
        ("Brazil", "BR"),
        ("Canada", "CA"),
        ("Cyprus", "CY"),
        ("Czech Republic", "CZ"),
        ("Denmark", "DK"),
        ("EIRE", "IE"),
        ("Finland", "FI"),
        ("France", "FR"),
        ("Germany", "DE"),
        ("Greece", "GR"),
        ("Hong Kong", "HK"),
        ("Iceland", "IS"),
        ("Israel", "IL"),
        ("Italy", "IT"),
        ("Japan", "JP"),
        ("Lebanon", "LB"),
        ("Lithuania", "LT"),
        ("Malta", "MT"),
        ("Netherlands", "NL"),
        ("Norway", "NO"),
        ("Poland", "PL"),
        ("Portugal", "PT"),
        ("Saudi Arabia", "SA"),
        ("Singapore", "SG"),
        ("Spain", "ES"),
        ("Sweden", "SE"),
        ("Switzerland", "CH"),
        ("USA", "US"),
        ("United Arab Emirates", "AE"),
        ("United Kingdom", "GB"),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    fn read(lines: &str) -> Trade {
        Trade::read(format!("{HEAD}{lines}").as_bytes(), 3).unwrap()
    }

    #[test]
    fn lines_of_one_number_are_one_invoice() {
        let trade = read(
            "1,A,Apple,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n\
             2,A,Apple,1,2010-12-01 08:27:00,2.55,,Nowhere\n\
             1,B,Book,2,2010-12-01 08:26:00,0.001,17850.0,United Kingdom\n",
        );
        assert_eq!((trade.lines, trade.invalid.len(), trade.invoices.len()), (3, 0, 2));
        let first = &trade.invoices[0];
        assert_eq!((first.customer.as_deref(), first.country), (Some("17850"), Some("GB")));
        assert_eq!(first.lines.iter().map(Line::value).collect::<Vec<_>>(), [15_300, 2]);
        assert_eq!((&trade.invoices[1].customer, trade.invoices[1].country), (&None, None));
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line() {
        let trade = read(
            "1,A,Apple,6,2010-12-01 08:26:00,2.55,1,France\n\
             1,A,Apple,six,2010-12-01 08:26:00,2.55,1,France\n\
             1,A,Apple,0,2010-12-01 08:26:00,2.55,1,France\n\
             1,A,Apple,1,yesterday,2.55,1,France\n\
             1,A,Apple,1,2010-12-01 08:26:00,2.5555,1,France\n\
             ,A,Apple,1,2010-12-01 08:26:00,2.5,1,France\n\
             1,,Apple,1,2010-12-01 08:26:00,2.5,1,France\n\
             1,A\n",
        );
        let numbers: Vec<usize> = trade.invalid.iter().map(|it| it.number).collect();
        assert_eq!((numbers, trade.lines), (vec![3, 4, 5, 6, 7, 8, 9], 8));
        assert_eq!(trade.invalid[0].reason, "\"six\" is no quantity");
    }

    #[test]
    fn a_file_without_a_column_says_which() {
        let error = Trade::read("InvoiceNo,StockCode\n".as_bytes(), 2).unwrap_err();
        assert!(error.to_string().contains("`Description`"), "{error}");
    }
}
