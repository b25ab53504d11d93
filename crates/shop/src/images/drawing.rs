//! Reading a picture that somebody sent, and drawing it in the sizes that are shown. Pure, but slow:
//! it belongs on a thread of its own.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// The longer side of what is shown, the largest first.
pub(crate) const SIZES: [u32; 3] = [1200, 600, 200];
const SIDE_MAX: u32 = 12_000;
/// What is held of a picture in memory is four times this, and a copy.
const PIXELS_MAX: u64 = 25_000_000;
const ALLOC_MAX: u64 = 256 << 20;
const JPEG_QUALITY: u8 = 82;

/// A picture in a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) size: u32,
    pub(crate) media_type: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) content: Vec<u8>,
}

/// Why a picture isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is of another kind than is said.
    Mislabelled,
    TooLarge,
    Animated,
    /// It ends too early, or isn't a picture.
    Unreadable,
}

/// The kind of picture that a media type names.
pub(crate) fn format_of(media_type: &str) -> Option<ImageFormat> {
    match media_type {
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Reads a picture and draws it in all sizes.
pub(crate) fn draw(said: ImageFormat, bytes: &[u8]) -> Result<Vec<Drawn>, Refused> {
    let guessed = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    match guessed.ok().and_then(|reader| reader.format()) {
        Some(format) if format == said => {}
        Some(_) => return Err(Refused::Mislabelled),
        None => return Err(Refused::Unreadable),
    }
    let mut picture = read(said, bytes)?;
    let mut all = Vec::with_capacity(SIZES.len());
    for size in SIZES {
        if picture.width().max(picture.height()) > size {
            picture = picture.resize(size, size, FilterType::CatmullRom);
        }
        all.push(written(&picture, size)?);
    }
    Ok(all)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    limits
}

fn read(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, Refused> {
    let unreadable = |_| Refused::Unreadable;
    let cursor = Cursor::new(bytes);
    match format {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(cursor, limits()).map_err(unreadable)?;
            if decoder.is_apng().map_err(unreadable)? {
                return Err(Refused::Animated);
            }
            decoded(decoder)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(cursor).map_err(unreadable)?;
            if decoder.has_animation() {
                return Err(Refused::Animated);
            }
            decoded(decoder)
        }
        _ => decoded(JpegDecoder::new(cursor).map_err(unreadable)?),
    }
}

/// The size stands at the beginning: what is too large is never decoded.
fn decoded(mut decoder: impl ImageDecoder) -> Result<DynamicImage, Refused> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width > SIDE_MAX || height > SIDE_MAX || pixels > PIXELS_MAX {
        return Err(Refused::TooLarge);
    }
    decoder.set_limits(limits()).map_err(|_| Refused::TooLarge)?;
    // How it is to be turned stands in the metadata, which go.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Refused::Unreadable)?;
    let mut picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// As WebP, which loses nothing; what has no transparent parts as JPEG if that is smaller.
fn written(picture: &DynamicImage, size: u32) -> Result<Drawn, Refused> {
    let mut webp = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut webp);
    picture.write_with_encoder(encoder).map_err(|_| Refused::Unreadable)?;
    let (mut media_type, mut content) = ("image/webp", webp);
    if !picture.color().has_alpha() {
        let mut jpeg = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
        picture.write_with_encoder(encoder).map_err(|_| Refused::Unreadable)?;
        if jpeg.len() < content.len() {
            (media_type, content) = ("image/jpeg", jpeg);
        }
    }
    let (width, height) = (picture.width(), picture.height());
    Ok(Drawn { size, media_type, width, height, content })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn noise(width: u32, height: u32) -> DynamicImage {
        let colour = |x: u32, y: u32| {
            let byte = |n: u32| u8::try_from(n % 256).unwrap();
            Rgb([byte(x * 31 + y * 17), byte(x * y), byte(x ^ y)])
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour))
    }

    fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_drawn_in_all_sizes_and_never_made_larger() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let drawn = draw(format, &bytes(&noise(1_500, 750), format)).unwrap();
            let sizes: Vec<_> = drawn.iter().map(|it| (it.size, it.width, it.height)).collect();
            assert_eq!(sizes, [(1200, 1200, 600), (600, 600, 300), (200, 200, 100)]);
            assert!(drawn.iter().all(|it| it.media_type == "image/jpeg"), "smaller for noise");
        }
        let small = draw(ImageFormat::Png, &bytes(&noise(30, 20), ImageFormat::Png)).unwrap();
        assert!(small.iter().all(|it| (it.width, it.height) == (30, 20)));
    }

    #[test]
    fn transparent_parts_stay_transparent() {
        let clear = RgbaImage::from_pixel(300, 300, Rgba([1, 2, 3, 0]));
        let clear = bytes(&DynamicImage::ImageRgba8(clear), ImageFormat::Png);
        for drawn in draw(ImageFormat::Png, &clear).unwrap() {
            assert_eq!(drawn.media_type, "image/webp");
            let read = image::load_from_memory(&drawn.content).unwrap();
            assert!(read.to_rgba8().pixels().all(|pixel| pixel.0[3] == 0));
        }
    }

    #[test]
    fn what_ends_too_early_or_is_nothing_is_unreadable() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let whole = bytes(&noise(200, 200), format);
            for end in [0, 1, 12, 40, whole.len() / 2, whole.len() - 20] {
                let cut = draw(format, &whole[..end]);
                assert!(cut.is_err(), "{format:?} {end}");
            }
        }
        let jpeg = bytes(&noise(200, 200), ImageFormat::Jpeg);
        for end in [0, 3, 20, 100] {
            assert!(draw(ImageFormat::Jpeg, &jpeg[..end]).is_err(), "{end}");
        }
        assert_eq!(draw(ImageFormat::Png, b"<svg/>"), Err(Refused::Unreadable));
    }

    #[test]
    fn what_is_said_to_be_something_else_is_refused() {
        let png = bytes(&noise(20, 20), ImageFormat::Png);
        assert_eq!(draw(ImageFormat::Jpeg, &png), Err(Refused::Mislabelled));
    }

    /// A PNG's check sum (PNG specification, annex D).
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 }
            })
        })
    }

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let body = [kind, data].concat();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], &body, &crc(&body).to_be_bytes()].concat()
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_decoded() {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut header = Vec::new();
        header.extend(60_000_u32.to_be_bytes());
        header.extend(60_000_u32.to_be_bytes());
        header.extend([8, 6, 0, 0, 0]);
        png.extend(chunk(b"IHDR", &header));
        png.extend(chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0]));
        png.extend(chunk(b"IEND", &[]));
        let refused = draw(ImageFormat::Png, &png).unwrap_err();
        assert!(matches!(refused, Refused::TooLarge | Refused::Unreadable), "{refused:?}");
    }

    #[test]
    fn what_moves_is_refused() {
        let png = bytes(&noise(20, 20), ImageFormat::Png);
        // Behind the header: the number of frames, and how often they are played.
        let moving = [&png[..33], &chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), &png[33..]].concat();
        assert_eq!(draw(ImageFormat::Png, &moving), Err(Refused::Animated));
    }

    #[test]
    fn nothing_of_the_metadata_is_kept() {
        let jpeg = bytes(&noise(50, 50), ImageFormat::Jpeg);
        let secret = b"Exif\0\0somewhere in Vienna";
        let length = u16::try_from(secret.len() + 2).unwrap().to_be_bytes();
        let told = [&jpeg[..2], &[0xff, 0xe1], &length, secret, &jpeg[2..]].concat();
        for drawn in draw(ImageFormat::Jpeg, &told).unwrap() {
            let has = drawn.content.windows(6).any(|it| it == b"Vienna");
            assert!(!has);
        }
    }
}
