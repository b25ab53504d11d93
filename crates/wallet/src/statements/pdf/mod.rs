//! A statement as PDF: A4, a table with its header on every page, the names of people in Latin, Greek
//! or Cyrillic letters.
//!
//! A page leaves as soon as it is full, so the memory that is needed doesn't grow with the entries.

mod page;

#[cfg(test)]
mod tests;

use kernel::Timestamp;
use pdf::{File, Fonts, PAGE_BOTTOM, Page, grouped};

use super::{Summary, Writer};
use crate::history::HistoryEntry;
use crate::transfers::Direction;

pub(super) struct PdfWriter {
    file: File,
    fonts: Fonts,
    page: Page,
    scale: u8,
    asset: String,
    summary: Option<Summary>,
    has_entries: bool,
}

impl PdfWriter {
    pub(super) fn new() -> Self {
        Self {
            file: File::new(),
            fonts: Fonts::default(),
            page: Page::new(),
            scale: 0,
            asset: String::new(),
            summary: None,
            has_entries: false,
        }
    }

    fn turn_page(&mut self) {
        let page = std::mem::replace(&mut self.page, Page::new());
        page.finish(&mut self.file, &mut self.fonts);
        page::table_header(&mut self.page, &mut self.fonts, &self.asset);
    }

    fn entry(&mut self, entry: &HistoryEntry) {
        let note = note(entry);
        if page::next_row_ends_at(&self.page, note.is_some()) < PAGE_BOTTOM {
            self.turn_page();
        }
        let party = entry.counterparty.as_ref().map(|party| party.label());
        let title = match party.filter(|party| !party.is_empty()) {
            Some(party) => format!("{}: {party}", entry.kind.label()),
            None => entry.kind.label().to_owned(),
        };
        let sign = if entry.direction == Direction::Out { "-" } else { "+" };
        let amount = format!("{sign}{}", grouped(&entry.amount.format_scaled(self.scale)));
        let balance = grouped(&entry.balance.format_scaled(self.scale));
        let date = day(entry.at);
        let columns = [
            page::date(&date),
            page::description(&title),
            page::amount(&amount),
            page::balance(&balance),
        ];
        page::row(&mut self.page, &mut self.fonts, &columns, note.as_deref(), sign == "+");
    }
}

impl Writer for PdfWriter {
    fn begin(&mut self, summary: &Summary) -> Vec<u8> {
        self.scale = summary.scale;
        self.asset.clone_from(&summary.asset);
        page::title(&mut self.page, &mut self.fonts, summary);
        page::table_header(&mut self.page, &mut self.fonts, &summary.asset);
        self.summary = Some(summary.clone());
        self.file.take()
    }

    fn entries(&mut self, entries: &[HistoryEntry]) -> Vec<u8> {
        self.has_entries |= !entries.is_empty();
        for entry in entries {
            self.entry(entry);
        }
        self.file.take()
    }

    fn end(&mut self) -> Vec<u8> {
        if page::closing_ends_at(&self.page) < PAGE_BOTTOM {
            self.turn_page();
        }
        if let Some(summary) = self.summary.take() {
            page::closing(&mut self.page, &mut self.fonts, &summary, self.has_entries);
            let page = std::mem::replace(&mut self.page, Page::new());
            page.finish(&mut self.file, &mut self.fonts);
            let title = format!("Statement {} {}", summary.month, summary.asset);
            self.file.finish(&mut self.fonts, &title);
        }
        self.file.take()
    }
}

/// The second line of an entry: what was written with it, on one line.
fn note(entry: &HistoryEntry) -> Option<String> {
    let parts = [entry.message.as_deref(), entry.reference.as_deref()];
    let parts: Vec<String> = parts.into_iter().flatten().map(|it| it.replace('\n', " ")).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn day(at: Timestamp) -> String {
    at.to_string()[..16].replace('T', " ")
}
