//! Reads the text out of a PDF, as its own table of letters says it: one line for each text that is
//! drawn.

use std::collections::HashMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

/// The texts of all pages, one a line.
pub(crate) fn text(file: &[u8]) -> String {
    let streams: Vec<String> = streams(file);
    let fonts = fonts(&streams);
    let mut lines = Vec::new();
    for stream in streams.iter().filter(|it| it.contains(" Tf")) {
        let mut font = "";
        for line in stream.lines() {
            if let Some(name) = line.strip_prefix('/').and_then(|it| it.split_once(' ')) {
                if line.ends_with(" Tf") {
                    font = name.0;
                }
            } else if let Some(shown) = line.strip_suffix(" Tj") {
                let bytes = string(shown);
                let codes = bytes.chunks(2).map(|it| u16::from_be_bytes([it[0], it[1]]));
                lines.push(codes.map(|it| fonts[font][&it]).collect::<String>());
            }
        }
    }
    lines.join("\n").replace('\u{a0}', " ")
}

/// The bytes of a string, which is written with letters or as hexadecimal digits (PDF 1.7, 7.3.4).
fn string(shown: &str) -> Vec<u8> {
    if let Some(digits) = shown.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        let byte = |it: &[u8]| u8::from_str_radix(str::from_utf8(it).unwrap(), 16).unwrap();
        return digits.as_bytes().chunks(2).map(byte).collect();
    }
    let inner = shown.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap();
    let (mut bytes, mut rest) = (Vec::new(), inner);
    while let Some(first) = rest.bytes().next() {
        rest = &rest[1..];
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        if let Some(octal) = rest.get(..3).and_then(|it| u8::from_str_radix(it, 8).ok()) {
            bytes.push(octal);
            rest = &rest[3..];
            continue;
        }
        let escaped = rest.bytes().next().unwrap();
        bytes.push(match escaped {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            itself => itself,
        });
        rest = &rest[1..];
    }
    bytes
}

/// What each glyph of the regular and of the bold letters stands for.
fn fonts(streams: &[String]) -> HashMap<&'static str, HashMap<u16, char>> {
    let tables = streams.iter().filter(|it| it.contains("beginbfchar"));
    let table = |text: &String| {
        let rows = text.lines().filter_map(|line| {
            let (code, letter) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
            let letter = u32::from_str_radix(letter, 16).ok()?;
            Some((u16::from_str_radix(code, 16).ok()?, char::from_u32(letter)?))
        });
        rows.collect::<HashMap<_, _>>()
    };
    // They are written in this order.
    ["R", "B"].into_iter().zip(tables.map(table)).collect()
}

/// The streams of the file that are text, unpacked.
fn streams(file: &[u8]) -> Vec<String> {
    let find = |from: usize, what: &[u8]| {
        let at = file[from..].windows(what.len()).position(|it| it == what);
        at.map(|at| from + at)
    };
    let (mut streams, mut at) = (Vec::new(), 0);
    while let Some(start) = find(at, b"\nstream\n") {
        let start = start + b"\nstream\n".len();
        let end = find(start, b"\nendstream").expect("a stream ends");
        let raw = &file[start..end];
        let mut unpacked = Vec::new();
        let packed = ZlibDecoder::new(raw).read_to_end(&mut unpacked);
        let bytes = if packed.is_ok() { unpacked } else { raw.to_vec() };
        streams.extend(String::from_utf8(bytes));
        at = end;
    }
    streams
}
