//! What goes where on a page. Lengths are integers: thousandths of a point, from the lower left.

use pdf_writer::{Content, Str};

use crate::font::Weight;
use crate::{File, Fonts, file};

pub(crate) const PAGE_WIDTH: i64 = 595_276;
pub(crate) const PAGE_HEIGHT: i64 = 841_890;
/// Rows end above this.
pub const PAGE_BOTTOM: i64 = 64_000;
pub(crate) const FOOTER_SIZE: i64 = 8_000;
pub(crate) const TOTAL_WIDTH: i64 = 80_000;
pub const MARGIN: i64 = 48_000;
pub const RIGHT: i64 = PAGE_WIDTH - MARGIN;
const TOP: i64 = PAGE_HEIGHT - 56_000;

/// A colour as red, green and blue of 255.
pub type Colour = [u8; 3];
pub const INK: Colour = [28, 32, 38];
pub const GREY: Colour = [110, 116, 125];
pub const LINE: Colour = [216, 220, 226];
pub const SHADE: Colour = [243, 245, 248];
pub const ACCENT: Colour = [24, 94, 70];

/// A text and where it stands: to the right of `x`, or to its left.
#[derive(Clone, Copy, Debug)]
pub struct Column<'t> {
    pub text: &'t str,
    pub x: i64,
    pub is_right: bool,
    pub width_max: i64,
}

/// How letters look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub weight: Weight,
    pub size: i64,
    pub colour: Colour,
}

impl Look {
    #[must_use]
    pub const fn regular(size: i64, colour: Colour) -> Self {
        Self { weight: Weight::Regular, size, colour }
    }

    #[must_use]
    pub const fn bold(size: i64, colour: Colour) -> Self {
        Self { weight: Weight::Bold, size, colour }
    }
}

/// A page that is being filled from the top.
pub struct Page {
    content: Content,
    /// Where the next row begins.
    y: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self::new()
    }
}

impl Page {
    #[must_use]
    pub fn new() -> Self {
        Self { content: Content::new(), y: TOP }
    }

    /// Where the next row begins.
    #[must_use]
    pub const fn y(&self) -> i64 {
        self.y
    }

    /// What comes next begins lower by this.
    pub const fn down(&mut self, by: i64) {
        self.y -= by;
    }

    /// Puts the number at the foot and the page into the file.
    pub fn finish(mut self, file: &mut File, fonts: &mut Fonts) {
        const Y: i64 = 36_000;
        let number = format!("Page {}", file.next_page_number());
        let look = Look::regular(FOOTER_SIZE, GREY);
        let width = fonts.get(Weight::Regular).width(&number, FOOTER_SIZE);
        let x = RIGHT - width - 40_000;
        self.text(fonts, look, MARGIN, Y, "Bushel");
        self.text(fonts, look, x, Y, &number);
        let at = [1.0, 0.0, 0.0, 1.0, pt(x + width + 3_000), pt(Y)];
        self.content.save_state().transform(at).x_object(file::TOTAL_NAME).restore_state();
        file.page(&self.content.finish());
    }

    /// A text that has so much room: one that is too long is cut short, but a number gets smaller.
    pub fn column(&mut self, fonts: &mut Fonts, look: Look, column: &Column<'_>, y: i64) {
        let font = fonts.get(look.weight);
        if !column.is_right {
            let text = font.fit(column.text, look.size, column.width_max);
            return self.text(fonts, look, column.x, y, &text);
        }
        let mut size = look.size;
        while size > 3_000 && font.width(column.text, size) > column.width_max {
            size -= 250;
        }
        self.right(fonts, Look { size, ..look }, column.x, y, column.text);
    }

    /// A text that ends at `x`.
    pub fn right(&mut self, fonts: &mut Fonts, look: Look, x: i64, y: i64, text: &str) {
        let width = fonts.get(look.weight).width(text, look.size);
        self.text(fonts, look, x - width, y, text);
    }

    /// A text that begins at `x`.
    pub fn text(&mut self, fonts: &mut Fonts, look: Look, x: i64, y: i64, text: &str) {
        let name = match look.weight {
            Weight::Regular => file::REGULAR,
            Weight::Bold => file::BOLD,
        };
        let encoded = fonts.get(look.weight).encode(text);
        self.paint(look.colour);
        self.content.begin_text().set_font(name, pt(look.size)).next_line(pt(x), pt(y));
        self.content.show(Str(&encoded)).end_text();
    }

    /// From margin to margin, below what was written.
    pub fn line(&mut self, colour: Colour, thickness: i64) {
        self.fill(colour, MARGIN, self.y, RIGHT - MARGIN, thickness);
    }

    pub fn fill(&mut self, colour: Colour, x: i64, y: i64, width: i64, height: i64) {
        self.paint(colour);
        self.content.rect(pt(x), pt(y), pt(width), pt(height)).fill_nonzero();
    }

    fn paint(&mut self, colour: Colour) {
        let [red, green, blue] = colour.map(|part| thousandths(i64::from(part) * 1000 / 255));
        self.content.set_fill_rgb(red, green, blue);
    }
}

/// A length as PDF wants it.
pub(crate) fn pt(length: i64) -> f32 {
    thousandths(length)
}

#[expect(clippy::float_arithmetic, reason = "PDF has no integers for this; no amount comes here")]
fn thousandths(value: i64) -> f32 {
    value as f32 / 1000.0
}
