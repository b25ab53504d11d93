//! Amounts and moments as people write them.

use kernel::{Amount, Timestamp};

use super::Catalogue;

/// `1,250.00 EUR` in English, `1.250,00 EUR` in German.
pub(crate) fn amount(catalogue: &Catalogue, amount: Amount, scale: u8, asset: &str) -> String {
    let text = amount.format_scaled(scale);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut written = grouped(whole, &catalogue.group_mark);
    if !fraction.is_empty() {
        written.push_str(&catalogue.decimal_mark);
        written.push_str(fraction);
    }
    // A no-break space, so that a line never ends between the number and its asset.
    written.push('\u{a0}');
    written.push_str(asset);
    written
}

fn grouped(digits: &str, mark: &str) -> String {
    let mut written = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push_str(mark);
        }
        written.push(digit);
    }
    written
}

/// `20 November 2026, 21:33 UTC`.
pub(super) fn moment(catalogue: &Catalogue, at: Timestamp) -> String {
    // The kernel's text is RFC 3339 in UTC: 2026-11-20T21:33:00.123456Z.
    let text = at.to_string();
    let (year, month, day) = (&text[..4], &text[5..7], &text[8..10]);
    let month = month.parse::<usize>().ok().and_then(|month| catalogue.months.get(month - 1));
    catalogue
        .moment
        .replace("{{ day }}", day.trim_start_matches('0'))
        .replace("{{ month }}", month.map_or("", String::as_str))
        .replace("{{ year }}", year)
        .replace("{{ time }}", &text[11..16])
}
