//! What goes where on a page of a statement.

use pdf::{
    ACCENT, Column, Fonts, GREY, INK, LINE, Look, MARGIN, Page, RIGHT, SHADE, Weight, grouped,
};

use crate::statements::Summary;

const TEXT_SIZE: i64 = 9_000;
const NOTE_SIZE: i64 = 7_500;
const ROW: i64 = 17_000;
const NOTE_ROW: i64 = 10_000;
const DATE_X: i64 = MARGIN + 4_000;
const TEXT_X: i64 = MARGIN + 98_000;
const AMOUNT_RIGHT: i64 = RIGHT - 92_000;
const BALANCE_RIGHT: i64 = RIGHT - 4_000;
const GAP: i64 = 8_000;

pub(super) const fn date(text: &str) -> Column<'_> {
    Column { text, x: DATE_X, is_right: false, width_max: TEXT_X - DATE_X - GAP }
}

pub(super) const fn description(text: &str) -> Column<'_> {
    let width_max = AMOUNT_RIGHT - TEXT_X - 84_000;
    Column { text, x: TEXT_X, is_right: false, width_max }
}

pub(super) const fn amount(text: &str) -> Column<'_> {
    Column { text, x: AMOUNT_RIGHT, is_right: true, width_max: 84_000 }
}

pub(super) const fn balance(text: &str) -> Column<'_> {
    let width_max = BALANCE_RIGHT - AMOUNT_RIGHT - GAP;
    Column { text, x: BALANCE_RIGHT, is_right: true, width_max }
}

/// The head of the first page: whose statement it is, and what it comes to.
pub(super) fn title(page: &mut Page, fonts: &mut Fonts, summary: &Summary) {
    page.text(fonts, Look::bold(22_000, ACCENT), MARGIN, page.y(), "Account statement");
    let month = format!("{}  ·  {}", summary.month, summary.asset);
    page.right(fonts, Look::bold(13_000, INK), RIGHT, page.y() + 2_000, &month);
    page.down(30_000);
    let owner = fonts.get(Weight::Bold).fit(&summary.owner, 11_000, RIGHT - MARGIN);
    page.text(fonts, Look::bold(11_000, INK), MARGIN, page.y(), &owner);
    page.down(14_000);
    let account = summary.account_id.to_string();
    page.text(fonts, Look::regular(TEXT_SIZE, GREY), MARGIN, page.y(), &account);
    let (from, before) = (summary.from.to_string(), summary.before.to_string());
    let until = if summary.is_complete { "the end of the month" } else { &before[..16] };
    let period = format!("{} to {} (UTC)", &from[..10], until.replace('T', " "));
    page.right(fonts, Look::regular(TEXT_SIZE, GREY), RIGHT, page.y(), &period);
    page.down(22_000);
    figures(page, fonts, summary);
}

fn figures(page: &mut Page, fonts: &mut Fonts, summary: &Summary) {
    const HEIGHT: i64 = 44_000;
    let scale = summary.scale;
    let figures = [
        ("Opening balance", grouped(&summary.opening_balance.format_scaled(scale))),
        ("In", format!("+{}", grouped(&summary.total_in.format_scaled(scale)))),
        ("Out", format!("-{}", grouped(&summary.total_out.format_scaled(scale)))),
        ("Closing balance", grouped(&summary.closing_balance.format_scaled(scale))),
    ];
    page.fill(SHADE, MARGIN, page.y() - HEIGHT, RIGHT - MARGIN, HEIGHT);
    let width = (RIGHT - MARGIN) / 4;
    for (index, (label, value)) in (0..).zip(&figures) {
        let x = MARGIN + index * width + 12_000;
        page.text(fonts, Look::regular(NOTE_SIZE, GREY), x, page.y() - 17_000, label);
        let mut size = 12_000;
        while size > 5_000 && fonts.get(Weight::Bold).width(value, size) > width - 18_000 {
            size -= 500;
        }
        page.text(fonts, Look::bold(size, INK), x, page.y() - 33_000, value);
    }
    page.down(HEIGHT + 26_000);
}

pub(super) fn table_header(page: &mut Page, fonts: &mut Fonts, asset: &str) {
    let titles = (format!("Amount {asset}"), format!("Balance {asset}"));
    let columns =
        [date("Date (UTC)"), description("Description"), amount(&titles.0), balance(&titles.1)];
    for column in &columns {
        page.column(fonts, Look::bold(8_000, GREY), column, page.y());
    }
    page.down(6_000);
    page.line(ACCENT, 900);
}

pub(super) const fn next_row_ends_at(page: &Page, has_note: bool) -> i64 {
    page.y() - row_height(has_note)
}

const fn row_height(has_note: bool) -> i64 {
    ROW + if has_note { NOTE_ROW } else { 0 }
}

pub(super) fn row(
    page: &mut Page,
    fonts: &mut Fonts,
    columns: &[Column<'_>; 4],
    note: Option<&str>,
    is_in: bool,
) {
    let baseline = page.y() - 12_000;
    let [date, text, amount, balance] = columns;
    page.column(fonts, Look::regular(TEXT_SIZE, GREY), date, baseline);
    page.column(fonts, Look::regular(TEXT_SIZE, INK), text, baseline);
    let colour = if is_in { ACCENT } else { INK };
    page.column(fonts, Look::bold(TEXT_SIZE, colour), amount, baseline);
    page.column(fonts, Look::regular(TEXT_SIZE, INK), balance, baseline);
    if let Some(note) = note {
        let note = description(note);
        page.column(fonts, Look::regular(NOTE_SIZE, GREY), &note, baseline - NOTE_ROW);
    }
    page.down(row_height(note.is_some()));
    page.line(LINE, 400);
}

pub(super) const fn closing_ends_at(page: &Page) -> i64 {
    page.y() - 2 * ROW
}

/// The line after the last entry.
pub(super) fn closing(page: &mut Page, fonts: &mut Fonts, summary: &Summary, has_entries: bool) {
    let mut baseline = page.y() - 14_000;
    if !has_entries {
        let nothing = description("Nothing came in or went out.");
        page.column(fonts, Look::regular(TEXT_SIZE, GREY), &nothing, baseline);
        baseline -= ROW;
    }
    let closing = grouped(&summary.closing_balance.format_scaled(summary.scale));
    let label = description("Closing balance");
    page.column(fonts, Look::bold(TEXT_SIZE, INK), &label, baseline);
    page.column(fonts, Look::bold(TEXT_SIZE, INK), &balance(&closing), baseline);
}
