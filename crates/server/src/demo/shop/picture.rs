//! Pictures of the goods: a few shapes in the colour of a product, so that no file is needed.

use anyhow::Context as _;
use image::{ImageFormat, Rgb, RgbImage};

/// Width and height; all shapes are given in these units.
const SIDE: i64 = 480;
/// Each point of the picture comes of so many dots in each direction.
const DOTS: i64 = 2;

const PAPER: [u8; 3] = [244, 239, 230];
const SHADE: [u8; 3] = [224, 216, 202];
const WOOD: [u8; 3] = [104, 72, 44];
const LEAF: [u8; 3] = [88, 128, 66];

/// What is on the picture.
#[derive(Clone, Copy)]
pub(super) enum Motif {
    Apple,
    Bottle,
    Jar,
    Loaf,
    Book,
    Mug,
}

enum Shape {
    /// Centre and radii.
    Ellipse(i64, i64, i64, i64),
    /// Left, top, right, bottom.
    Block(i64, i64, i64, i64),
}

impl Shape {
    /// Left, top, right and bottom of what it may cover, in dots.
    fn bounds(&self) -> [i64; 4] {
        match *self {
            Self::Ellipse(x, y, rx, ry) => [x - rx, y - ry, x + rx + 1, y + ry + 1],
            Self::Block(left, top, right, bottom) => [left, top, right, bottom],
        }
        .map(|it| it * DOTS)
    }

    /// Whether a dot within the bounds is in it.
    const fn has(&self, x: i64, y: i64) -> bool {
        match *self {
            Self::Ellipse(cx, cy, rx, ry) => {
                let (dx, dy) = (x - cx * DOTS, y - cy * DOTS);
                let (rx, ry) = (rx * DOTS, ry * DOTS);
                dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
            }
            Self::Block(..) => true,
        }
    }
}

/// Finer than the picture that comes of it.
struct Canvas(Vec<[u8; 3]>);

impl Canvas {
    fn place(x: i64, y: i64) -> usize {
        usize::try_from(y * SIDE * DOTS + x).expect("shapes are on the canvas")
    }

    fn paint(&mut self, shape: &Shape, colour: [u8; 3]) {
        let [left, top, right, bottom] = shape.bounds();
        for y in top..bottom {
            for x in (left..right).filter(|x| shape.has(*x, y)) {
                self.0[Self::place(x, y)] = colour;
            }
        }
    }

    /// The mean of the dots of a point: edges are smooth.
    fn point(&self, x: i64, y: i64) -> [u8; 3] {
        let dots = (0..DOTS * DOTS).map(|n| Self::place(x * DOTS + n % DOTS, y * DOTS + n / DOTS));
        let mut sums = [0_u16; 3];
        for dot in dots {
            (0..3).for_each(|part| sums[part] += u16::from(self.0[dot][part]));
        }
        let count = u16::try_from(DOTS * DOTS).expect("they are few");
        sums.map(|sum| u8::try_from(sum / count).expect("a mean of bytes"))
    }
}

impl Motif {
    /// The lowest shape first.
    fn shapes(self, colour: [u8; 3]) -> Vec<(Shape, [u8; 3])> {
        use Shape::{Block, Ellipse};
        let light = colour.map(|it| it.saturating_add(46));
        let shadow = (Ellipse(240, 392, 150, 22), SHADE);
        let mut shapes = vec![shadow];
        shapes.extend(match self {
            Self::Apple => vec![
                (Block(234, 96, 246, 170), WOOD),
                (Ellipse(290, 120, 46, 20), LEAF),
                (Ellipse(200, 270, 92, 118), colour),
                (Ellipse(280, 270, 92, 118), colour),
                (Ellipse(176, 226, 22, 36), light),
            ],
            Self::Bottle => vec![
                (Block(216, 76, 264, 190), colour),
                (Block(210, 64, 270, 92), WOOD),
                (Ellipse(240, 200, 70, 56), colour),
                (Block(170, 200, 310, 386), colour),
                (Block(184, 240, 296, 336), PAPER),
            ],
            Self::Jar => vec![
                (Block(150, 150, 330, 386), colour),
                (Block(142, 110, 338, 152), WOOD),
                (Block(172, 210, 308, 320), PAPER),
                (Ellipse(240, 265, 34, 34), light),
            ],
            Self::Loaf => vec![
                (Ellipse(240, 290, 176, 104), colour),
                (Ellipse(160, 262, 16, 46), light),
                (Ellipse(240, 250, 16, 50), light),
                (Ellipse(320, 262, 16, 46), light),
            ],
            Self::Book => vec![
                (Block(140, 96, 344, 390), PAPER),
                (Block(132, 88, 332, 382), colour),
                (Block(132, 88, 158, 382), light),
                (Block(186, 140, 304, 158), PAPER),
                (Block(186, 174, 268, 186), PAPER),
            ],
            Self::Mug => vec![
                (Ellipse(318, 266, 66, 66), colour),
                (Ellipse(318, 266, 40, 40), PAPER),
                (Block(142, 160, 312, 386), colour),
                (Ellipse(227, 160, 85, 24), light),
            ],
        });
        shapes
    }

    /// The picture as a PNG file.
    pub(super) fn png(self, colour: [u8; 3]) -> anyhow::Result<Vec<u8>> {
        let dots = usize::try_from(SIDE * DOTS)?;
        let mut canvas = Canvas(vec![PAPER; dots * dots]);
        for (shape, colour) in self.shapes(colour) {
            canvas.paint(&shape, colour);
        }
        let side = u32::try_from(SIDE)?;
        let picture = RgbImage::from_fn(side, side, |x, y| Rgb(canvas.point(x.into(), y.into())));
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).context("a picture can't be written")?;
        Ok(file.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_show_the_colour_on_paper() {
        let file = Motif::Apple.png([186, 48, 42]).unwrap();
        let picture = image::load_from_memory(&file).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (480, 480));
        assert_eq!(picture.get_pixel(0, 0).0, PAPER);
        assert_eq!(picture.get_pixel(240, 300).0, [186, 48, 42]);
    }
}
