//! A statement as one JSON object, written in pieces.

use super::{Summary, Writer};
use crate::history::HistoryEntry;

#[derive(Default)]
pub(super) struct JsonWriter {
    has_entries: bool,
}

impl Writer for JsonWriter {
    fn begin(&mut self, summary: &Summary) -> Vec<u8> {
        let mut text = serde_json::to_vec(summary).expect("a summary has text for keys");
        assert_eq!(text.pop(), Some(b'}'), "a summary is an object");
        text.extend_from_slice(b",\"entries\":[");
        text
    }

    fn entries(&mut self, entries: &[HistoryEntry]) -> Vec<u8> {
        let mut text = Vec::new();
        for entry in entries {
            if std::mem::replace(&mut self.has_entries, true) {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, entry).expect("an entry has text for keys");
        }
        text
    }

    fn end(&mut self) -> Vec<u8> {
        b"]}".to_vec()
    }
}
