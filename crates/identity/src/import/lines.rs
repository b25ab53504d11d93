//! The file, line by line. A line is a record: line breaks inside of quotes are refused, so that
//! the number of each line is exact and one broken line costs no other.

use std::io::{self, BufRead};

/// A longer line is refused, not kept in memory.
const LINE_BYTES_MAX: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The fields of a line, or why there are none.
pub(super) type Fields = Result<Vec<String>, &'static str>;

/// Reads lines and counts them from 1.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0, line: Vec::new() }
    }

    /// The next line that isn't empty, with its number; `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Fields)>> {
        loop {
            self.line.clear();
            let mut limited = io::Read::take(&mut self.reader, LINE_BYTES_MAX as u64);
            if limited.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.line.len() == LINE_BYTES_MAX && !self.line.ends_with(b"\n") {
                skip_line(&mut self.reader)?;
                return Ok(Some((self.number, Err("the line is longer than 64 KiB"))));
            }
            let line = without_ending(&self.line, self.number);
            if !line.is_empty() {
                return Ok(Some((self.number, fields(line))));
            }
        }
    }
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn without_ending(line: &[u8], number: u64) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if number == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }
}

fn fields(line: &[u8]) -> Fields {
    if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
        return Err("a quote isn't closed on this line; fields can't have line breaks");
    }
    // It would make two records of one line.
    if line.contains(&b'\r') {
        return Err("there is a carriage return in the middle of the line");
    }
    let text = str::from_utf8(line).map_err(|_| "the line isn't UTF-8")?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(text.len())
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    if !reader.read_record(&mut record).is_ok_and(|found| found) {
        return Err("the line isn't a record of comma-separated fields");
    }
    Ok(record.iter().map(|field| field.trim().to_owned()).collect())
}
