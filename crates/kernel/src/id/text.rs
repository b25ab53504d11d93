//! The TypeID text form: 128 bits as 26 characters of Crockford base32, most significant first.

use std::ops::Deref;

use super::IdError;

/// Characters after the underscore: 26 × 5 bits hold the 128 bits and two zeros in front.
pub const SUFFIX_LEN: usize = 26;
/// Longest prefix of an id type, in bytes.
pub const PREFIX_LEN_MAX: usize = 16;

const TEXT_LEN_MAX: usize = PREFIX_LEN_MAX + 1 + SUFFIX_LEN;
/// Longest prefix that TypeID allows; a longer one isn't echoed in an error.
const FOREIGN_PREFIX_LEN_MAX: usize = 63;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const INVALID: u8 = 0xff;
const VALUES: [u8; 256] = values();

/// The text of an id, on the stack. Dereferences to `str`.
#[derive(Clone, Copy)]
pub struct IdText {
    bytes: [u8; TEXT_LEN_MAX],
    len: u8,
}

impl Deref for IdText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("ids are ASCII")
    }
}

impl AsRef<str> for IdText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl std::fmt::Debug for IdText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

/// Writes `prefix_` and the 26 characters of `bits`.
///
/// # Panics
/// If the prefix is longer than [`PREFIX_LEN_MAX`]; `define_id!` checks that when it compiles.
#[inline]
pub fn encode(prefix: &str, bits: u128) -> IdText {
    let mut bytes = [0; TEXT_LEN_MAX];
    let at = prefix.len() + 1;
    bytes[..prefix.len()].copy_from_slice(prefix.as_bytes());
    bytes[at - 1] = b'_';
    encode_bits(bits, &mut bytes[at..at + SUFFIX_LEN]);
    IdText { bytes, len: (at + SUFFIX_LEN) as u8 }
}

/// Reads the 128 bits of `prefix_` and 26 characters. Strict, as the specification asks: one
/// value has exactly one text, so uppercase and the look-alikes `i l o u` are refused.
#[inline]
pub fn decode(prefix: &'static str, text: &str) -> Result<u128, IdError> {
    let malformed = IdError::Malformed { expected: prefix };
    match text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) {
        Some(suffix) => decode_bits(suffix).ok_or(malformed),
        None => Err(foreign_prefix(text)
            .map_or(malformed, |found| IdError::WrongPrefix { expected: prefix, found })),
    }
}

/// The three parts (2, 12 and 12 characters) fit 64-bit arithmetic, which is several times
/// faster than shifting the 128 bits 26 times.
#[inline]
fn encode_bits(bits: u128, out: &mut [u8]) {
    const LOW: u64 = (1 << 60) - 1;
    encode_part((bits >> 120) as u64, &mut out[..2]);
    encode_part((bits >> 60) as u64 & LOW, &mut out[2..14]);
    encode_part(bits as u64 & LOW, &mut out[14..26]);
}

#[inline]
fn encode_part(mut part: u64, out: &mut [u8]) {
    for byte in out.iter_mut().rev() {
        *byte = ALPHABET[(part & 31) as usize];
        part >>= 5;
    }
}

#[inline]
fn decode_bits(suffix: &str) -> Option<u128> {
    let suffix: &[u8; SUFFIX_LEN] = suffix.as_bytes().try_into().ok()?;
    let (mut parts, mut seen) = ([0_u64; 3], 0_u8);
    for (part, range) in parts.iter_mut().zip([0..2, 2..14, 14..26]) {
        for &byte in &suffix[range] {
            let value = VALUES[usize::from(byte)];
            seen |= value;
            *part = *part << 5 | u64::from(value & 31);
        }
    }
    // The first character carries three bits: a higher one would need more than 128.
    let valid = seen < 32 && parts[0] < 1 << 8;
    valid.then(|| u128::from(parts[0]) << 120 | u128::from(parts[1]) << 60 | u128::from(parts[2]))
}

/// The prefix of an id of another kind; `None` if the text isn't a well-formed id.
fn foreign_prefix(text: &str) -> Option<String> {
    let (prefix, suffix) = text.rsplit_once('_')?;
    let is_prefix = (1..=FOREIGN_PREFIX_LEN_MAX).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_prefix && decode_bits(suffix).is_some()).then(|| prefix.to_owned())
}

const fn values() -> [u8; 256] {
    let mut values = [INVALID; 256];
    let mut index = 0;
    while index < 32 {
        values[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    values
}
