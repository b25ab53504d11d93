//! The records of a part of a file, and which of them are about one product. Pure.

use crate::custom_fields::{CustomField, FieldSubject};
use crate::product_rows::{Column, FileFormat, Malformed, Row, Scanner, cells, objects, read};

use super::{LineError, told};

/// A record in a part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// In which it begins.
    pub(super) line: u32,
    pub(super) bytes: &'a [u8],
    /// Where the part goes on behind it, and in which line.
    pub(super) end: usize,
    pub(super) next_line: u32,
}

/// What a record says, or what is wrong with it.
pub(super) struct Read {
    pub(super) line: u32,
    /// As it stands there, to know which records belong together.
    pub(super) handle: String,
    pub(super) row: Result<Row, Vec<LineError>>,
    pub(super) end: usize,
    pub(super) next_line: u32,
}

/// The first whole records of a part that begins in a line. Empty lines are none.
pub(super) fn records(
    part: &[u8],
    is_last: bool,
    format: FileFormat,
    first_line: u32,
    max: usize,
) -> Vec<Record<'_>> {
    let (mut scanner, mut all) = (Scanner::default(), Vec::new());
    let (mut begin, mut line, mut next_line) = (0, first_line, first_line);
    for (index, byte) in part.iter().enumerate() {
        next_line += u32::from(*byte == b'\n');
        let is_end = index + 1 == part.len() && is_last;
        if !scanner.ends(*byte, format) && !is_end {
            continue;
        }
        let bytes = &part[begin..=index];
        if bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
            all.push(Record { line, bytes, end: index + 1, next_line });
        }
        (begin, line) = (index + 1, next_line);
        if all.len() == max {
            break;
        }
    }
    all
}

/// How many records a file has that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Counter {
    scanner: Scanner,
    has_content: bool,
    count: u32,
}

impl Counter {
    pub(super) fn add(&mut self, piece: &[u8], format: FileFormat) {
        for byte in piece {
            self.has_content |= !byte.is_ascii_whitespace();
            if self.scanner.ends(*byte, format) {
                self.count += u32::from(std::mem::take(&mut self.has_content));
            }
        }
    }

    /// Without the names of columns.
    pub(super) fn total(&self, format: FileFormat) -> u32 {
        let all = self.count + u32::from(self.has_content);
        all.saturating_sub(u32::from(format == FileFormat::Csv))
    }
}

fn malformed(line: u32, error: Malformed) -> LineError {
    let (code, detail) = ("shop.import.malformed".to_owned(), error.to_string());
    LineError { line, field: None, code, detail }
}

pub(super) fn cell_error(line: u32, column: &str, detail: &str) -> LineError {
    LineError {
        line,
        field: Some(told(column)),
        code: "shop.import.cell_invalid".to_owned(),
        detail: told(detail),
    }
}

/// The cells of a record with their columns. `columns` are those of a file of CSV.
fn cells_of(
    record: &Record<'_>,
    format: FileFormat,
    columns: &[Column],
) -> Result<Vec<(Column, String)>, Vec<LineError>> {
    let wrong = |error| vec![malformed(record.line, error)];
    if format == FileFormat::Csv {
        let cells = cells(record.bytes).map_err(wrong)?;
        if cells.len() != columns.len() {
            let detail = format!("it has {} cells, not {}", cells.len(), columns.len());
            let code = "shop.import.cells_differ".to_owned();
            return Err(vec![LineError { line: record.line, field: None, code, detail }]);
        }
        return Ok(columns.iter().cloned().zip(cells).collect());
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (name, cell) in objects(record.bytes).map_err(wrong)? {
        match Column::from_name(&name) {
            Some(column) => known.push((column, cell)),
            None => unknown.push(cell_error(record.line, &name, "there is no such column")),
        }
    }
    if unknown.is_empty() { Ok(known) } else { Err(unknown) }
}

pub(super) fn read_record(
    record: &Record<'_>,
    format: FileFormat,
    columns: &[Column],
    fields: &[CustomField],
) -> Read {
    let cells = cells_of(record, format, columns);
    let handle = cells.as_ref().ok().and_then(|cells| {
        cells.iter().find(|(column, _)| *column == Column::Handle).map(|(_, cell)| cell.clone())
    });
    let subject = |handle: &str| -> Option<FieldSubject> {
        fields.iter().find(|it| it.handle == handle).map(|it| it.subject)
    };
    let row = cells.and_then(|cells| {
        read(&cells, subject).map_err(|wrong| {
            let error =
                |it: &crate::product_rows::Misread| cell_error(record.line, &it.column, &it.detail);
            wrong.iter().map(error).collect()
        })
    });
    let (line, end, next_line) = (record.line, record.end, record.next_line);
    Read { line, handle: handle.unwrap_or_default(), row, end, next_line }
}

/// Records that stand together and are about one product. The last ones may not be all of theirs,
/// if more records follow: they are left for the next time, unless there are no others.
pub(super) fn units(mut all: Vec<Read>, more_follow: bool) -> Vec<Vec<Read>> {
    let mut units: Vec<Vec<Read>> = Vec::new();
    for read in all.drain(..) {
        match units.last_mut() {
            Some(unit) if !read.handle.is_empty() && unit[0].handle == read.handle => {
                unit.push(read);
            }
            _ => units.push(vec![read]),
        }
    }
    if more_follow && units.len() > 1 {
        units.pop();
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, is_last: bool, max: usize) -> Vec<(u32, String, u32)> {
        let all = records(text.as_bytes(), is_last, FileFormat::Csv, 5, max);
        let text = |it: &Record<'_>| String::from_utf8(it.bytes.to_vec()).unwrap();
        all.iter().map(|it| (it.line, text(it), it.next_line)).collect()
    }

    #[test]
    fn records_know_their_lines() {
        let text = "a\n\"b\nc\"\n\r\n\nd";
        let a = (5, "a\n".to_owned(), 6);
        let b = (6, "\"b\nc\"\n".to_owned(), 8);
        let d = (10, "d".to_owned(), 10);
        assert_eq!(found(text, true, 9), [a.clone(), b.clone(), d]);
        assert_eq!(found(text, false, 9), [a.clone(), b], "more of the last may come");
        assert_eq!(found(text, true, 1), [a]);
        assert!(found("", true, 9).is_empty());
    }

    #[test]
    fn records_are_counted_in_any_pieces() {
        for (text, expected) in
            [("h\na\n\"b\nc\"\n\n", 2), ("h\na", 1), ("h\n", 0), ("", 0), ("\n\nh\n\"a\n", 1)]
        {
            for piece in 1..text.len().max(2) {
                let mut counter = Counter::default();
                text.as_bytes().chunks(piece).for_each(|it| counter.add(it, FileFormat::Csv));
                assert_eq!(counter.total(FileFormat::Csv), expected, "{text:?} {piece}");
            }
        }
    }

    #[test]
    fn what_is_about_one_product_stays_together() {
        let lengths = |handles: &[&str], more_follow| {
            let read = |handle: &&str| Read {
                line: 1,
                handle: (*handle).to_owned(),
                row: Ok(Row::default()),
                end: 0,
                next_line: 1,
            };
            let units = units(handles.iter().map(read).collect(), more_follow);
            units.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&["a", "a", "b", "", "", "a"], false), [2, 1, 1, 1, 1]);
        assert_eq!(lengths(&["a", "b", "b"], true), [1]);
        assert_eq!(lengths(&["b", "b"], true), [2]);
    }
}
