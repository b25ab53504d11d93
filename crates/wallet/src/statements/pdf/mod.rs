//! A statement as PDF: A4, a table with its header on every page, the names of people in Latin, Greek
//! or Cyrillic letters.
//!
//! A page leaves as soon as it is full. What is only known at the end (which glyphs were used, how
//! many pages there are) is in objects that come last and that the pages refer to, so the memory that
//! is needed doesn't grow with the entries, but for a few bytes a page.
//!
//! Reading order: `page` (what goes where), `font` (letters), `file` (objects and their places).

mod file;
mod font;
mod page;

#[cfg(test)]
mod tests;

use file::File;
use font::{Font, Weight};
use kernel::Timestamp;
use page::{Column, PAGE_BOTTOM, Page};

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

/// The two fonts, by weight.
pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    fn get(&mut self, weight: Weight) -> &mut Font {
        match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        }
    }
}

impl PdfWriter {
    pub(super) fn new() -> Self {
        let fonts = Fonts { regular: Font::new(Weight::Regular), bold: Font::new(Weight::Bold) };
        Self {
            file: File::new(),
            fonts,
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
        self.page.table_header(&mut self.fonts, &self.asset);
    }

    fn entry(&mut self, entry: &HistoryEntry) {
        let note = note(entry);
        if self.page.next_row_ends_at(note.is_some()) < PAGE_BOTTOM {
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
            Column::date(&date),
            Column::text(&title),
            Column::amount(&amount),
            Column::balance(&balance),
        ];
        self.page.row(&mut self.fonts, &columns, note.as_deref(), sign == "+");
    }
}

impl Writer for PdfWriter {
    fn begin(&mut self, summary: &Summary) -> Vec<u8> {
        self.scale = summary.scale;
        self.asset.clone_from(&summary.asset);
        self.page.title(&mut self.fonts, summary);
        self.page.table_header(&mut self.fonts, &summary.asset);
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
        if self.page.closing_ends_at() < PAGE_BOTTOM {
            self.turn_page();
        }
        if let Some(summary) = self.summary.take() {
            self.page.closing(&mut self.fonts, &summary, self.has_entries);
            let page = std::mem::replace(&mut self.page, Page::new());
            page.finish(&mut self.file, &mut self.fonts);
            self.file.finish(&mut self.fonts, &summary);
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

/// `1234567.50` as `1 234 567.50`, with spaces that don't break.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(a, b)| (a, Some(b)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}
