//! What commands print: aligned and coloured for people, one JSON object for scripts.

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A table with a head.
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push(cells.iter().map(|cell| on_one_line(cell)).collect());
    }

    /// Prints it; colours only reach a terminal, and only without NO_COLOR.
    pub(crate) fn print(&self) -> io::Result<()> {
        let widths = self.widths();
        let mut out = anstream::stdout().lock();
        let head = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        writeln!(out, "{BOLD}{}{BOLD:#}", self.line(&head, &widths))?;
        for row in &self.rows {
            writeln!(out, "{}", self.line(row, &widths))?;
        }
        out.flush()
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0).max(self.columns[column].0.chars().count())
        };
        (0..self.columns.len()).map(width).collect()
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.iter().zip(widths).zip(&self.columns) {
            let gap = " ".repeat(width - cell.chars().count());
            if !line.is_empty() {
                line.push_str("  ");
            }
            match align {
                Align::Left => line.extend([cell.as_str(), &gap]),
                Align::Right => line.extend([gap.as_str(), cell]),
            }
        }
        line.trim_end().to_owned()
    }
}

/// Other people's words: a line feed would break the table, an escape could rewrite the terminal.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A line for people on stdout.
pub(crate) fn line(style: Style, text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{style}{text}{style:#}")?;
    out.flush()
}

/// A line on stderr, which leaves stdout to the results.
pub(crate) fn note(text: &str) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Why a command failed.
pub(crate) fn complain(text: &str) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "{RED}error{RED:#}: {text}");
}

/// The object for scripts: one line.
pub(crate) fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// `4187806734.69` as `4,187,806,734.69`.
pub(crate) fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let check = |number: &str, text: &str| assert_eq!(grouped(number), text);
        check("0", "0");
        check("-1234.5", "-1,234.5");
        check("4187806734.69", "4,187,806,734.69");
        check("123456", "123,456");
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&[("name", Align::Left), ("n", Align::Right)]);
        table.row(vec!["ü".to_owned(), "12".to_owned()]);
        let widths = table.widths();
        assert_eq!(table.line(&["name".to_owned(), "n".to_owned()], &widths), "name   n");
        assert_eq!(table.line(&table.rows[0], &widths), "ü     12");
    }

    #[test]
    fn words_of_others_stay_in_their_cell() {
        let mut table = Table::new(&[("message", Align::Left)]);
        table.row(vec!["for\nyou \u{1b}[2Jnow".to_owned()]);
        assert_eq!(table.line(&table.rows[0], &table.widths()), "for you  [2Jnow");
    }
}
