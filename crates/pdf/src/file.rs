//! The file: objects one after the other, and at the end where each of them is (PDF 1.7, 7.5).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Chunk, Content, Filter, Finish as _, Name, Rect, Ref, Str, TextStr};

use crate::Fonts;
use crate::font::{FontRefs, Weight};
use crate::page::{FOOTER_SIZE, PAGE_HEIGHT, PAGE_WIDTH, TOTAL_WIDTH, pt};

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const RESOURCES: Ref = Ref::new(4);
/// Draws the number of pages, which is known last.
const TOTAL: Ref = Ref::new(5);
const FIRST_FREE: i32 = 16;
pub(crate) const REGULAR: Name<'static> = Name(b"R");
pub(crate) const BOLD: Name<'static> = Name(b"B");
pub(crate) const TOTAL_NAME: Name<'static> = Name(b"T");

fn font_refs(weight: Weight) -> FontRefs {
    let first = match weight {
        Weight::Regular => 6,
        Weight::Bold => 11,
    };
    FontRefs {
        font: Ref::new(first),
        cid: Ref::new(first + 1),
        descriptor: Ref::new(first + 2),
        to_unicode: Ref::new(first + 3),
        data: Ref::new(first + 4),
    }
}

/// A file that is being written: what was taken of it is forgotten.
pub struct File {
    /// What wasn't taken yet.
    out: Vec<u8>,
    /// Bytes that were taken.
    taken: u64,
    /// Where objects begin, by number; zero: not written yet.
    places: Vec<u64>,
    pages: Vec<Ref>,
}

impl Default for File {
    fn default() -> Self {
        Self::new()
    }
}

impl File {
    #[must_use]
    pub fn new() -> Self {
        // The second line has bytes that say that the file isn't text.
        let out = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n".to_vec();
        Self { out, taken: 0, places: vec![0; FIRST_FREE as usize], pages: Vec::new() }
    }

    /// What has been written since.
    pub fn take(&mut self) -> Vec<u8> {
        let out = std::mem::take(&mut self.out);
        self.taken += out.len() as u64;
        out
    }

    pub(crate) fn object(&mut self, id: Ref, write: impl FnOnce(&mut Chunk)) {
        let mut chunk = Chunk::new();
        write(&mut chunk);
        let place = self.taken + self.out.len() as u64;
        self.places[id.get() as usize] = place;
        self.out.extend_from_slice(chunk.as_bytes());
    }

    fn fresh(&mut self) -> Ref {
        let number = i32::try_from(self.places.len()).expect("a file has fewer objects than that");
        self.places.push(0);
        Ref::new(number)
    }

    /// The number that the next page gets.
    pub(crate) fn next_page_number(&self) -> usize {
        self.pages.len() + 1
    }

    pub(crate) fn page(&mut self, content: &[u8]) {
        let (page, stream) = (self.fresh(), self.fresh());
        let packed = deflated(content);
        self.object(stream, |chunk| {
            chunk.stream(stream, &packed).filter(Filter::FlateDecode);
        });
        self.object(page, |chunk| {
            let mut it = chunk.page(page);
            it.parent(PAGES).contents(stream);
            it.media_box(Rect::new(0.0, 0.0, pt(PAGE_WIDTH), pt(PAGE_HEIGHT)));
            it.pair(Name(b"Resources"), RESOURCES);
        });
        self.pages.push(page);
    }

    /// Everything that is known last.
    pub fn finish(&mut self, fonts: &mut Fonts, title: &str) {
        self.total(fonts);
        self.object(RESOURCES, |chunk| {
            let mut resources = chunk.indirect(RESOURCES).dict();
            let mut named = resources.insert(Name(b"Font")).dict();
            named.pair(REGULAR, font_refs(Weight::Regular).font);
            named.pair(BOLD, font_refs(Weight::Bold).font);
            named.finish();
            resources.insert(Name(b"XObject")).dict().pair(TOTAL_NAME, TOTAL);
        });
        for weight in [Weight::Regular, Weight::Bold] {
            fonts.get(weight).write(self, font_refs(weight));
        }
        let pages = std::mem::take(&mut self.pages);
        let count = i32::try_from(pages.len()).expect("a file has fewer pages than that");
        self.object(PAGES, |chunk| {
            chunk.pages(PAGES).count(count).kids(pages);
        });
        self.object(INFO, |chunk| {
            let mut info = chunk.indirect(INFO).dict();
            info.pair(Name(b"Title"), TextStr(title)).pair(Name(b"Producer"), TextStr("Bushel"));
        });
        self.object(CATALOG, |chunk| {
            let mut catalog = chunk.indirect(CATALOG).dict();
            catalog.pair(Name(b"Type"), Name(b"Catalog")).pair(Name(b"Pages"), PAGES);
            catalog.pair(Name(b"Lang"), TextStr("en"));
        });
        self.index();
    }

    fn total(&mut self, fonts: &mut Fonts) {
        let text = format!("of {}", self.pages.len());
        let mut content = Content::new();
        content.set_fill_gray(0.45);
        content.begin_text().set_font(REGULAR, pt(FOOTER_SIZE));
        content.show(Str(&fonts.get(Weight::Regular).encode(&text))).end_text();
        let content = content.finish();
        self.object(TOTAL, |chunk| {
            let mut drawn = chunk.form_xobject(TOTAL, &content);
            drawn.bbox(Rect::new(0.0, -5.0, pt(TOTAL_WIDTH), 10.0));
            drawn.pair(Name(b"Resources"), RESOURCES);
        });
    }

    /// The table of places, and where it is itself.
    fn index(&mut self) {
        let start = self.taken + self.out.len() as u64;
        let size = self.places.len();
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f\r\n");
        for place in &self.places[1..] {
            assert!(*place > 0, "every object was written");
            table.push_str(&format!("{place:010} 00000 n\r\n"));
        }
        table.push_str(&format!(
            "trailer\n<</Size {size}/Root {} 0 R/Info {} 0 R>>\nstartxref\n{start}\n%%EOF",
            CATALOG.get(),
            INFO.get()
        ));
        self.out.extend_from_slice(table.as_bytes());
    }
}

pub(crate) fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
