//! Records of a file, and the cells of a record.

use serde_json::Value;

use super::FileFormat;

/// Tells where records end, byte by byte, so that a file may come in pieces. A quoted cell of CSV
/// may have several lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scanner {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A cell begins.
    #[default]
    Start,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: it ends, or the quote is doubled.
    Closed,
}

/// Why a record can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it isn't UTF-8")]
    NotUtf8,
    #[error("a quoted cell doesn't end, or something stands behind its end")]
    Quotes,
    #[error("it isn't a JSON object of texts, numbers, true, false and null")]
    Object,
}

impl Scanner {
    /// Whether a record ends with this byte.
    pub(crate) fn ends(&mut self, byte: u8, format: FileFormat) -> bool {
        if format == FileFormat::JsonLines {
            return byte == b'\n';
        }
        let (next, ends) = match (self.state, byte) {
            (State::Quoted, b'"') => (State::Closed, false),
            (State::Quoted, _) => (State::Quoted, false),
            (State::Start | State::Closed, b'"') => (State::Quoted, false),
            (_, b'\n') => (State::Start, true),
            (_, b',') => (State::Start, false),
            (State::Closed, b'\r') => (State::Closed, false),
            _ => (State::Plain, false),
        };
        self.state = next;
        ends
    }
}

/// Begins what a spreadsheet would calculate (OWASP, CSV injection), also in full width.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// Whether a cell needs one more apostrophe in front; what has some already is told from it so.
fn is_escaped(text: &str) -> bool {
    is_formula(text.trim_start_matches('\''))
}

/// A record as a line of CSV. No cell begins what a spreadsheet would calculate: an apostrophe
/// stands before it, which `cells` takes away again.
pub(crate) fn csv_line(cells: &[String]) -> String {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        let mark = if is_escaped(cell) { "'" } else { "" };
        if cell.contains(['"', ',', '\n', '\r']) || cell.trim() != cell {
            line.push('"');
            line.push_str(mark);
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(mark);
            line.push_str(cell);
        }
    }
    line.push('\n');
    line
}

fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)?;
    Ok(text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text)))
}

/// The cells of a record of CSV.
pub(crate) fn cells(record: &[u8]) -> Result<Vec<String>, Malformed> {
    let (mut state, mut cells) = (State::Start, vec![String::new()]);
    for c in text(record)?.chars() {
        let cell = cells.last_mut().expect("there is always one");
        state = match (state, c) {
            (State::Start, '"') => State::Quoted,
            (State::Quoted, '"') => State::Closed,
            (State::Closed, '"') => {
                cell.push('"');
                State::Quoted
            }
            (State::Start | State::Plain | State::Closed, ',') => {
                cells.push(String::new());
                State::Start
            }
            (State::Closed, _) => return Err(Malformed::Quotes),
            (State::Quoted, c) => {
                cell.push(c);
                State::Quoted
            }
            (_, c) => {
                cell.push(c);
                State::Plain
            }
        };
    }
    if state == State::Quoted {
        return Err(Malformed::Quotes);
    }
    for cell in &mut cells {
        if cell.starts_with('\'') && is_escaped(cell) {
            cell.remove(0);
        }
    }
    Ok(cells)
}

/// A record as a line of JSON.
pub(crate) fn json_line(names: &[String], cells: &[String]) -> String {
    let text = |text: &String| Value::from(text.as_str()).to_string();
    let pairs =
        names.iter().zip(cells).map(|(name, cell)| format!("{}:{}", text(name), text(cell)));
    format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
}

/// The names and texts of a record of JSON; null is an empty text.
pub(crate) fn objects(record: &[u8]) -> Result<Vec<(String, String)>, Malformed> {
    let Ok(Value::Object(object)) = serde_json::from_str(text(record)?) else {
        return Err(Malformed::Object);
    };
    let cell = |(name, value)| match value {
        Value::Null => Ok((name, String::new())),
        Value::String(text) => Ok((name, text)),
        Value::Bool(_) | Value::Number(_) => Ok((name, value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(Malformed::Object),
    };
    object.into_iter().map(cell).collect()
}
