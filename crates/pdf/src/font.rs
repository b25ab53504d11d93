//! Letters: Noto Sans (Apache-2.0), of which only the glyphs that were used go into the file.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Chunk, Filter, Finish as _, Name, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use crate::file::{File, deflated};

const SYSTEM: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Sizes are in thousandths of a point, glyph widths in thousandths of the font's size.
const PER_EM: i64 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// The objects of a font.
#[derive(Clone, Copy)]
pub(crate) struct FontRefs {
    pub(crate) font: Ref,
    pub(crate) cid: Ref,
    pub(crate) descriptor: Ref,
    pub(crate) to_unicode: Ref,
    pub(crate) data: Ref,
}

/// The letters of one weight, and which of them were used.
pub struct Font {
    weight: Weight,
    data: &'static [u8],
    face: Face<'static>,
    used: GlyphRemapper,
    /// The character that each used glyph stands for, in the order of their new numbers.
    letters: Vec<char>,
}

impl Font {
    pub(crate) fn new(weight: Weight) -> Self {
        let data = match weight {
            Weight::Regular => ttf_noto_sans::REGULAR,
            Weight::Bold => ttf_noto_sans::BOLD,
        };
        let face = Face::parse(data, 0).expect("the font that comes with the program is one");
        Self { weight, data, face, used: GlyphRemapper::new(), letters: vec!['\u{fffd}'] }
    }

    fn glyph(&self, letter: char) -> GlyphId {
        // Letters that the font hasn't are a box.
        self.face.glyph_index(letter).unwrap_or(GlyphId(0))
    }

    fn advance(&self, glyph: GlyphId) -> i64 {
        let units = i64::from(self.face.units_per_em()).max(1);
        i64::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) * PER_EM / units
    }

    /// Width of a text at a size, both in thousandths of a point.
    pub fn width(&self, text: &str, size: i64) -> i64 {
        text.chars().map(|letter| self.advance(self.glyph(letter))).sum::<i64>() * size / PER_EM
    }

    /// As much of a text as fits, with an ellipsis if that isn't all.
    pub fn fit(&self, text: &str, size: i64, width_max: i64) -> String {
        if self.width(text, size) <= width_max {
            return text.to_owned();
        }
        let room = width_max - self.width("…", size);
        let (mut kept, mut width) = (String::new(), 0);
        for letter in text.chars() {
            width += self.advance(self.glyph(letter)) * size / PER_EM;
            if width > room {
                break;
            }
            kept.push(letter);
        }
        kept.truncate(kept.trim_end().len());
        kept.push('…');
        kept
    }

    /// The text as the numbers of its glyphs in the file.
    pub(crate) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * text.len());
        for letter in text.chars() {
            let number = self.used.remap(self.glyph(letter).0);
            if usize::from(number) == self.letters.len() {
                self.letters.push(letter);
            }
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    const fn name(&self) -> &'static [u8] {
        // Six letters in front say that it is a subset.
        match self.weight {
            Weight::Regular => b"BUSHEL+NotoSans",
            Weight::Bold => b"BUSHEL+NotoSans-Bold",
        }
    }

    /// Writes the font with what was used of it.
    pub(crate) fn write(&self, file: &mut File, refs: FontRefs) {
        let name = Name(self.name());
        file.object(refs.font, |chunk| {
            chunk
                .type0_font(refs.font)
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(refs.cid)
                .to_unicode(refs.to_unicode);
        });
        file.object(refs.cid, |chunk| self.write_cid(chunk, refs));
        file.object(refs.descriptor, |chunk| self.write_descriptor(chunk, refs));
        let mut letters = UnicodeCmap::new(Name(b"Bushel"), SYSTEM);
        for (number, letter) in (0_u16..).zip(&self.letters) {
            letters.pair(number, *letter);
        }
        let letters = letters.finish();
        file.object(refs.to_unicode, |chunk| {
            chunk.cmap(refs.to_unicode, &letters);
        });
        let subset = subsetter::subset(self.data, 0, &self.used);
        let subset = subset.expect("the font that comes with the program can be cut");
        let packed = deflated(&subset);
        file.object(refs.data, |chunk| {
            let mut stream = chunk.stream(refs.data, &packed);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
        });
    }

    fn write_cid(&self, chunk: &mut Chunk, refs: FontRefs) {
        let mut cid = chunk.cid_font(refs.cid);
        cid.subtype(CidFontType::Type2)
            .base_font(Name(self.name()))
            .system_info(SYSTEM)
            .font_descriptor(refs.descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let widths = self.used.remapped_gids().map(|old| self.advance(GlyphId(old)) as f32);
        cid.widths().consecutive(0, widths).finish();
        cid.finish();
    }

    fn write_descriptor(&self, chunk: &mut Chunk, refs: FontRefs) {
        let units = i64::from(self.face.units_per_em()).max(1);
        let scaled = |value: i16| (i64::from(value) * PER_EM / units) as f32;
        let bbox = self.face.global_bounding_box();
        let bbox = Rect::new(
            scaled(bbox.x_min),
            scaled(bbox.y_min),
            scaled(bbox.x_max),
            scaled(bbox.y_max),
        );
        let cap_height = self.face.capital_height().unwrap_or_else(|| self.face.ascender());
        chunk
            .font_descriptor(refs.descriptor)
            .name(Name(self.name()))
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(bbox)
            .italic_angle(0.0)
            .ascent(scaled(self.face.ascender()))
            .descent(scaled(self.face.descender()))
            .cap_height(scaled(cap_height))
            .stem_v(if self.weight == Weight::Bold { 150.0 } else { 90.0 })
            .font_file2(refs.data);
    }
}
