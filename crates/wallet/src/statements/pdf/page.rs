//! What goes where on a page. Lengths are integers: thousandths of a point, from the lower left.

use pdf_writer::{Content, Str};

use super::font::Weight;
use super::{File, Fonts, file, grouped};
use crate::statements::Summary;

pub(super) const PAGE_WIDTH: i64 = 595_276;
pub(super) const PAGE_HEIGHT: i64 = 841_890;
/// Rows end above this.
pub(super) const PAGE_BOTTOM: i64 = 64_000;
pub(super) const FOOTER_SIZE: i64 = 8_000;
pub(super) const TOTAL_WIDTH: i64 = 80_000;
const MARGIN: i64 = 48_000;
const RIGHT: i64 = PAGE_WIDTH - MARGIN;
const TOP: i64 = PAGE_HEIGHT - 56_000;
const TEXT_SIZE: i64 = 9_000;
const NOTE_SIZE: i64 = 7_500;
const ROW: i64 = 17_000;
const NOTE_ROW: i64 = 10_000;
const DATE_X: i64 = MARGIN + 4_000;
const TEXT_X: i64 = MARGIN + 98_000;
const AMOUNT_RIGHT: i64 = RIGHT - 92_000;
const BALANCE_RIGHT: i64 = RIGHT - 4_000;
const GAP: i64 = 8_000;

/// A colour as red, green and blue of 255.
type Colour = [u8; 3];
const INK: Colour = [28, 32, 38];
const GREY: Colour = [110, 116, 125];
const LINE: Colour = [216, 220, 226];
const SHADE: Colour = [243, 245, 248];
const ACCENT: Colour = [24, 94, 70];

/// A text and where it stands.
pub(super) struct Column<'t> {
    text: &'t str,
    x: i64,
    is_right: bool,
    width_max: i64,
}

impl<'t> Column<'t> {
    pub(super) const fn date(text: &'t str) -> Self {
        Self { text, x: DATE_X, is_right: false, width_max: TEXT_X - DATE_X - GAP }
    }

    pub(super) const fn text(text: &'t str) -> Self {
        let width_max = AMOUNT_RIGHT - TEXT_X - 84_000;
        Self { text, x: TEXT_X, is_right: false, width_max }
    }

    pub(super) const fn amount(text: &'t str) -> Self {
        Self { text, x: AMOUNT_RIGHT, is_right: true, width_max: 84_000 }
    }

    pub(super) const fn balance(text: &'t str) -> Self {
        let width_max = BALANCE_RIGHT - AMOUNT_RIGHT - GAP;
        Self { text, x: BALANCE_RIGHT, is_right: true, width_max }
    }
}

/// A page that is being filled from the top.
pub(super) struct Page {
    content: Content,
    /// Where the next row begins.
    y: i64,
}

impl Page {
    pub(super) fn new() -> Self {
        Self { content: Content::new(), y: TOP }
    }

    /// The head of the first page: whose statement it is, and what it comes to.
    pub(super) fn title(&mut self, fonts: &mut Fonts, summary: &Summary) {
        self.text(fonts, Weight::Bold, 22_000, ACCENT, MARGIN, self.y, "Account statement");
        let month = format!("{}  ·  {}", summary.month, summary.asset);
        self.right(fonts, Weight::Bold, 13_000, INK, RIGHT, self.y + 2_000, &month);
        self.y -= 30_000;
        let owner = fonts.get(Weight::Bold).fit(&summary.owner, 11_000, RIGHT - MARGIN);
        self.text(fonts, Weight::Bold, 11_000, INK, MARGIN, self.y, &owner);
        self.y -= 14_000;
        let account = summary.account_id.to_string();
        self.text(fonts, Weight::Regular, TEXT_SIZE, GREY, MARGIN, self.y, &account);
        let (from, before) = (summary.from.to_string(), summary.before.to_string());
        let until = if summary.is_complete { "the end of the month" } else { &before[..16] };
        let period = format!("{} to {} (UTC)", &from[..10], until.replace('T', " "));
        self.right(fonts, Weight::Regular, TEXT_SIZE, GREY, RIGHT, self.y, &period);
        self.y -= 22_000;
        self.figures(fonts, summary);
    }

    fn figures(&mut self, fonts: &mut Fonts, summary: &Summary) {
        const HEIGHT: i64 = 44_000;
        let scale = summary.scale;
        let figures = [
            ("Opening balance", grouped(&summary.opening_balance.format_scaled(scale))),
            ("In", format!("+{}", grouped(&summary.total_in.format_scaled(scale)))),
            ("Out", format!("-{}", grouped(&summary.total_out.format_scaled(scale)))),
            ("Closing balance", grouped(&summary.closing_balance.format_scaled(scale))),
        ];
        self.fill(SHADE, MARGIN, self.y - HEIGHT, RIGHT - MARGIN, HEIGHT);
        let width = (RIGHT - MARGIN) / 4;
        for (index, (label, value)) in (0..).zip(&figures) {
            let x = MARGIN + index * width + 12_000;
            self.text(fonts, Weight::Regular, NOTE_SIZE, GREY, x, self.y - 17_000, label);
            let mut size = 12_000;
            while size > 5_000 && fonts.get(Weight::Bold).width(value, size) > width - 18_000 {
                size -= 500;
            }
            self.text(fonts, Weight::Bold, size, INK, x, self.y - 33_000, value);
        }
        self.y -= HEIGHT + 26_000;
    }

    pub(super) fn table_header(&mut self, fonts: &mut Fonts, asset: &str) {
        let (amount, balance) = (format!("Amount {asset}"), format!("Balance {asset}"));
        let columns = [
            Column::date("Date (UTC)"),
            Column::text("Description"),
            Column::amount(&amount),
            Column::balance(&balance),
        ];
        for column in &columns {
            self.column(fonts, Weight::Bold, 8_000, GREY, column, self.y);
        }
        self.y -= 6_000;
        self.line(ACCENT, 900);
    }

    pub(super) const fn next_row_ends_at(&self, has_note: bool) -> i64 {
        self.y - ROW - if has_note { NOTE_ROW } else { 0 }
    }

    pub(super) fn row(
        &mut self,
        fonts: &mut Fonts,
        columns: &[Column<'_>; 4],
        note: Option<&str>,
        is_in: bool,
    ) {
        let baseline = self.y - 12_000;
        let [date, text, amount, balance] = columns;
        self.column(fonts, Weight::Regular, TEXT_SIZE, GREY, date, baseline);
        self.column(fonts, Weight::Regular, TEXT_SIZE, INK, text, baseline);
        let colour = if is_in { ACCENT } else { INK };
        self.column(fonts, Weight::Bold, TEXT_SIZE, colour, amount, baseline);
        self.column(fonts, Weight::Regular, TEXT_SIZE, INK, balance, baseline);
        if let Some(note) = note {
            let note = Column::text(note);
            self.column(fonts, Weight::Regular, NOTE_SIZE, GREY, &note, baseline - NOTE_ROW);
        }
        self.y = self.next_row_ends_at(note.is_some());
        self.line(LINE, 400);
    }

    pub(super) const fn closing_ends_at(&self) -> i64 {
        self.y - 2 * ROW
    }

    /// The line after the last entry.
    pub(super) fn closing(&mut self, fonts: &mut Fonts, summary: &Summary, has_entries: bool) {
        let mut baseline = self.y - 14_000;
        if !has_entries {
            let nothing = Column::text("Nothing came in or went out.");
            self.column(fonts, Weight::Regular, TEXT_SIZE, GREY, &nothing, baseline);
            baseline -= ROW;
        }
        let closing = grouped(&summary.closing_balance.format_scaled(summary.scale));
        let label = Column::text("Closing balance");
        self.column(fonts, Weight::Bold, TEXT_SIZE, INK, &label, baseline);
        self.column(fonts, Weight::Bold, TEXT_SIZE, INK, &Column::balance(&closing), baseline);
    }

    /// Puts the number at the foot and the page into the file.
    pub(super) fn finish(mut self, file: &mut File, fonts: &mut Fonts) {
        const Y: i64 = 36_000;
        let number = format!("Page {}", file.next_page_number());
        let width = fonts.get(Weight::Regular).width(&number, FOOTER_SIZE);
        let x = RIGHT - width - 40_000;
        self.text(fonts, Weight::Regular, FOOTER_SIZE, GREY, MARGIN, Y, "Bushel");
        self.text(fonts, Weight::Regular, FOOTER_SIZE, GREY, x, Y, &number);
        let at = [1.0, 0.0, 0.0, 1.0, pt(x + width + 3_000), pt(Y)];
        self.content.save_state().transform(at).x_object(file::TOTAL_NAME).restore_state();
        file.page(&self.content.finish());
    }

    fn column(
        &mut self,
        fonts: &mut Fonts,
        weight: Weight,
        size: i64,
        colour: Colour,
        column: &Column<'_>,
        y: i64,
    ) {
        let font = fonts.get(weight);
        // A number is never cut short: it gets smaller.
        let (mut size, mut text) = (size, column.text.to_owned());
        if column.is_right {
            while size > 3_000 && font.width(&text, size) > column.width_max {
                size -= 250;
            }
            self.right(fonts, weight, size, colour, column.x, y, &text);
        } else {
            text = font.fit(&text, size, column.width_max);
            self.text(fonts, weight, size, colour, column.x, y, &text);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a text has this many properties")]
    fn right(
        &mut self,
        fonts: &mut Fonts,
        weight: Weight,
        size: i64,
        colour: Colour,
        x: i64,
        y: i64,
        text: &str,
    ) {
        let width = fonts.get(weight).width(text, size);
        self.text(fonts, weight, size, colour, x - width, y, text);
    }

    #[expect(clippy::too_many_arguments, reason = "a text has this many properties")]
    fn text(
        &mut self,
        fonts: &mut Fonts,
        weight: Weight,
        size: i64,
        colour: Colour,
        x: i64,
        y: i64,
        text: &str,
    ) {
        let name = match weight {
            Weight::Regular => file::REGULAR,
            Weight::Bold => file::BOLD,
        };
        let encoded = fonts.get(weight).encode(text);
        self.paint(colour);
        self.content.begin_text().set_font(name, pt(size)).next_line(pt(x), pt(y));
        self.content.show(Str(&encoded)).end_text();
    }

    fn line(&mut self, colour: Colour, thickness: i64) {
        self.fill(colour, MARGIN, self.y, RIGHT - MARGIN, thickness);
    }

    fn fill(&mut self, colour: Colour, x: i64, y: i64, width: i64, height: i64) {
        self.paint(colour);
        self.content.rect(pt(x), pt(y), pt(width), pt(height)).fill_nonzero();
    }

    fn paint(&mut self, colour: Colour) {
        let [red, green, blue] = colour.map(|part| thousandths(i64::from(part) * 1000 / 255));
        self.content.set_fill_rgb(red, green, blue);
    }
}

/// A length as PDF wants it.
pub(super) fn pt(length: i64) -> f32 {
    thousandths(length)
}

#[expect(clippy::float_arithmetic, reason = "PDF has no integers for this; no amount comes here")]
fn thousandths(value: i64) -> f32 {
    value as f32 / 1000.0
}
