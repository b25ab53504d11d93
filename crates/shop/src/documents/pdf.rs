//! A document as PDF: who sells, who bought, what, and the taxes by their rates.

use kernel::Amount;
use pdf::{
    ACCENT, Column, File, Fonts, GREY, INK, LINE, Look, MARGIN, PAGE_BOTTOM, Page, RIGHT, grouped,
};

use super::{Content, Document, DocumentKind};
use crate::carts::Address;

const TEXT: Look = Look::regular(9_000, INK);
const STRONG: Look = Look::bold(9_000, INK);
const SMALL: Look = Look::regular(7_500, GREY);
const HEAD: Look = Look::bold(8_000, GREY);
const ROW: i64 = 17_000;
const NOTE_ROW: i64 = 10_000;
const TEXT_X: i64 = MARGIN + 4_000;
const PIECES_X: i64 = RIGHT - 212_000;
const RATE_X: i64 = RIGHT - 150_000;
const AMOUNT_X: i64 = RIGHT - 4_000;
const BUYER_X: i64 = MARGIN + 260_000;

/// The whole file.
pub(super) fn draw(document: &Document) -> Vec<u8> {
    let mut drawing =
        Drawing { file: File::new(), fonts: Fonts::default(), page: Page::new(), document };
    drawing.head();
    drawing.parties();
    drawing.table_head();
    drawing.lines();
    drawing.totals();
    drawing.page.finish(&mut drawing.file, &mut drawing.fonts);
    drawing.file.finish(&mut drawing.fonts, &document.number);
    drawing.file.take()
}

struct Drawing<'a> {
    file: File,
    fonts: Fonts,
    page: Page,
    document: &'a Document,
}

impl Drawing<'_> {
    fn content(&self) -> &Content {
        &self.document.content
    }

    fn put(&mut self, look: Look, x: i64, text: &str) {
        let width_max = RIGHT - x;
        let column = Column { text, x, is_right: false, width_max };
        self.page.column(&mut self.fonts, look, &column, self.page.y());
    }

    /// A text that ends at `x`, which gets smaller rather than longer than this.
    fn put_right(&mut self, look: Look, x: i64, width_max: i64, text: &str) {
        let column = Column { text, x, is_right: true, width_max };
        self.page.column(&mut self.fonts, look, &column, self.page.y());
    }

    fn money(&self, amount: Amount) -> String {
        grouped(&amount.format_scaled(self.content().scale))
    }

    fn head(&mut self) {
        let title = match self.document.about.kind() {
            DocumentKind::Invoice => "Invoice",
            DocumentKind::CreditNote => "Credit note",
        };
        self.put(Look::bold(22_000, ACCENT), MARGIN, title);
        let number = self.document.number.clone();
        self.put_right(Look::bold(13_000, INK), RIGHT, 240_000, &number);
        self.page.down(18_000);
        let issued = &self.document.issued_at.to_string()[..10];
        let order = self.content().order_number.map(|it| format!("Order {it}  ·  "));
        let dated = format!("{}{issued}", order.unwrap_or_default());
        self.put_right(Look::regular(9_000, GREY), RIGHT, 240_000, &dated);
        if !self.content().invoices.is_empty() {
            let refers = format!("For {}", self.content().invoices.join(", "));
            self.put(Look::regular(9_000, GREY), MARGIN, &refers);
        }
        self.page.down(28_000);
    }

    /// The seller to the left, the buyer to the right.
    fn parties(&mut self) {
        let (seller, buyer) = (seller(self.content()), buyer(self.content()));
        self.put(HEAD, MARGIN, "From");
        self.put(HEAD, BUYER_X, "To");
        self.page.down(13_000);
        for index in 0..seller.len().max(buyer.len()) {
            if let Some(line) = seller.get(index) {
                let width_max = BUYER_X - MARGIN - 16_000;
                let column = Column { text: line, x: MARGIN, is_right: false, width_max };
                self.page.column(&mut self.fonts, TEXT, &column, self.page.y());
            }
            if let Some(line) = buyer.get(index) {
                self.put(TEXT, BUYER_X, line);
            }
            self.page.down(12_500);
        }
        self.page.down(22_000);
    }

    fn table_head(&mut self) {
        let amount = format!("Amount {}", self.content().currency);
        self.put(HEAD, TEXT_X, "Description");
        self.put_right(HEAD, PIECES_X, 60_000, "Pieces");
        self.put_right(HEAD, RATE_X, 60_000, "Tax");
        self.put_right(HEAD, AMOUNT_X, 130_000, &amount);
        self.page.down(6_000);
        self.page.line(ACCENT, 900);
    }

    /// Begins a new page if there is no room for so much.
    fn need(&mut self, height: i64) -> bool {
        if self.page.y() - height >= PAGE_BOTTOM {
            return false;
        }
        let page = std::mem::replace(&mut self.page, Page::new());
        page.finish(&mut self.file, &mut self.fonts);
        true
    }

    fn lines(&mut self) {
        let document = self.document;
        for it in &document.content.lines {
            let title = match &it.variant_title {
                Some(variant) => format!("{}, {variant}", it.title),
                None => it.title.clone(),
            };
            let pieces = it.quantity.map(|pieces| pieces.to_string());
            self.row(&title, Some(&it.sku), pieces.as_deref(), (it.tax_rate, it.total));
        }
        if let Some(it) = &document.content.shipping {
            let title = it.title.as_deref().map(|title| format!("Sending: {title}"));
            let title = title.as_deref().unwrap_or("Sending");
            self.row(title, None, None, (it.tax_rate, it.total));
        }
    }

    fn row(
        &mut self,
        title: &str,
        note: Option<&str>,
        pieces: Option<&str>,
        (rate, amount): (u32, Amount),
    ) {
        if self.need(ROW + NOTE_ROW) {
            self.table_head();
        }
        self.page.down(12_000);
        let width_max = PIECES_X - 60_000 - TEXT_X;
        let column = Column { text: title, x: TEXT_X, is_right: false, width_max };
        self.page.column(&mut self.fonts, TEXT, &column, self.page.y());
        self.put_right(TEXT, PIECES_X, 52_000, pieces.unwrap_or_default());
        self.put_right(TEXT, RATE_X, 52_000, &percent(rate));
        let amount = self.money(amount);
        self.put_right(STRONG, AMOUNT_X, 130_000, &amount);
        if let Some(note) = note {
            self.page.down(NOTE_ROW);
            let column = Column { text: note, x: TEXT_X, is_right: false, width_max };
            self.page.column(&mut self.fonts, SMALL, &column, self.page.y());
        }
        self.page.down(ROW - 12_000);
        self.page.line(LINE, 400);
    }

    fn totals(&mut self) {
        let document = self.document;
        let content = &document.content;
        let rows = i64::try_from(content.taxes.len()).expect("few rates") + 3;
        self.need(rows * ROW);
        self.total(TEXT, "Net", content.net);
        for it in &content.taxes {
            let label = format!("Tax {} of {}", percent(it.rate), self.money(it.net));
            self.total(TEXT, &label, it.tax);
        }
        let label = match document.about.kind() {
            DocumentKind::Invoice => "Total",
            DocumentKind::CreditNote => "Goes back",
        };
        self.total(Look::bold(11_000, INK), label, content.total);
        if let Some(reason) = &content.reason {
            self.page.down(ROW);
            self.put(SMALL, TEXT_X, &reason.replace('\n', " "));
        }
    }

    fn total(&mut self, look: Look, label: &str, amount: Amount) {
        self.page.down(ROW);
        self.put_right(look, RATE_X, 300_000, label);
        let amount = format!("{} {}", self.money(amount), self.content().currency);
        self.put_right(look, AMOUNT_X, 140_000, &amount);
    }
}

fn seller(content: &Content) -> Vec<String> {
    let it = &content.seller;
    let mut lines: Vec<String> = it.name.iter().cloned().collect();
    lines.extend(it.address.iter().flat_map(|text| text.lines()).map(str::to_owned));
    lines.extend(it.vat_id.iter().map(|id| format!("VAT {id}")));
    lines
}

fn buyer(content: &Content) -> Vec<String> {
    let it = &content.buyer;
    let mut lines = it.address.as_ref().map(address).unwrap_or_default();
    lines.extend(it.email.clone());
    lines
}

fn address(it: &Address) -> Vec<String> {
    let mut lines = vec![it.name.0.clone()];
    lines.extend(it.company.iter().map(|line| line.0.clone()));
    lines.push(it.street.0.clone());
    lines.extend(it.extra.iter().map(|line| line.0.clone()));
    lines.push(format!("{} {}", it.postcode.0, it.city.0));
    lines.extend(it.region.iter().map(|line| line.0.clone()));
    lines.push(it.country.0.clone());
    lines
}

/// Millionths as people write them: `200000` is `20 %`.
fn percent(rate: u32) -> String {
    let text = Amount::new(rate.into()).format_scaled(4);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} %")
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn rates_are_percents() {
        for (rate, text) in [(200_000, "20 %"), (55_000, "5.5 %"), (0, "0 %"), (1, "0.0001 %")] {
            assert_eq!(percent(rate), text);
        }
    }
}
