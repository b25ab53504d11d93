//! PDF files: A4, with the letters that are used of Noto Sans, page after page.
//!
//! What it owns: letters, pages and the file. What it deliberately does not do: it knows nothing of
//! what is written on a page; that is its users'.
//!
//! A page leaves as soon as it is full. What is only known at the end (which glyphs were used, how
//! many pages there are) is in objects that come last and that the pages refer to, so the memory that
//! is needed doesn't grow with the pages, but for a few bytes each.
//!
//! Reading order: `page` (where things stand), `font` (letters), `file` (objects and their places).

mod file;
mod font;
mod page;

#[cfg(test)]
mod tests;

pub use file::File;
pub use font::{Font, Weight};
pub use page::{
    ACCENT, Colour, Column, GREY, INK, LINE, Look, MARGIN, PAGE_BOTTOM, Page, RIGHT, SHADE,
};

/// The two fonts, by weight.
pub struct Fonts {
    regular: Font,
    bold: Font,
}

impl Default for Fonts {
    fn default() -> Self {
        Self { regular: Font::new(Weight::Regular), bold: Font::new(Weight::Bold) }
    }
}

impl Fonts {
    pub fn get(&mut self, weight: Weight) -> &mut Font {
        match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        }
    }
}

/// `1234567.50` as `1 234 567.50`, with spaces that don't break.
#[must_use]
pub fn grouped(number: &str) -> String {
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
