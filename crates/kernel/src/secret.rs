//! Secrets: randomness from the operating system, and tokens whose text can be told from a typing
//! error.

use std::fmt;

use rand::TryRng as _;
use subtle::ConstantTimeEq as _;

const SECRET_BYTES: usize = 32;
/// The checksum's bytes, in hexadecimal like the secret's.
const CHECK_BYTES: usize = 4;

/// Bytes from the operating system's randomness.
///
/// # Panics
/// If the system has none: then nothing that needs a secret may go on.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the system has randomness");
    bytes
}

/// Whether two secrets are equal, in a time that doesn't say where they differ.
pub fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// A token: a prefix that says what it is for, 256 random bits, and a checksum, so that a typing
/// error is told from a wrong token. Only its hash is ever stored. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretToken(String);

impl SecretToken {
    /// A fresh one. `prefix` ends with `_`.
    pub fn generate(prefix: &'static str) -> Self {
        Self::from_secret(prefix, &random_bytes::<SECRET_BYTES>())
    }

    /// The token of a secret that follows from another one, by HMAC for example.
    pub fn from_secret(prefix: &'static str, secret: &[u8; SECRET_BYTES]) -> Self {
        let mut text = String::from(prefix);
        push_hex(&mut text, secret);
        let check = crc32fast::hash(text.as_bytes());
        push_hex(&mut text, &check.to_be_bytes());
        Self(text)
    }

    /// Checks form and checksum; whether it is the right one is another question.
    pub fn parse(prefix: &'static str, text: &str) -> Option<Self> {
        let length = prefix.len() + 2 * (SECRET_BYTES + CHECK_BYTES);
        if text.len() != length || !text.is_ascii() || !text.starts_with(prefix) {
            return None;
        }
        let (body, check) = text.split_at(length - 2 * CHECK_BYTES);
        let found = u32::from_str_radix(check, 16).ok()?;
        (found == crc32fast::hash(body.as_bytes())).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored. The token has more entropy than any hash needs salt for.
    pub fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.0.as_bytes()).as_bytes()
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretToken(…)")
    }
}

/// Appends bytes as hexadecimal digits.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Bytes of hexadecimal digits; `None` if the text is anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    text.len().is_multiple_of(2).then(|| text.as_bytes().chunks(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_read_back() {
        let (first, second) = (SecretToken::generate("a_"), SecretToken::generate("a_"));
        assert_ne!(first, second);
        assert_eq!(SecretToken::parse("a_", first.as_str()).as_ref(), Some(&first));
        assert_eq!(SecretToken::parse("b_", first.as_str()), None);
        assert!(!format!("{first:?}").contains(&first.as_str()[2..]));
    }

    #[test]
    fn typing_errors_are_noticed() {
        let token = SecretToken::generate("a_");
        let text = token.as_str();
        let wrong = text.replacen(&text[5..6], if &text[5..6] == "0" { "1" } else { "0" }, 1);
        assert_eq!(SecretToken::parse("a_", &wrong), None);
        assert_eq!(SecretToken::parse("a_", &text[..text.len() - 1]), None);
        assert_eq!(SecretToken::parse("a_", "a_é"), None);
    }

    #[test]
    fn hexadecimal_goes_both_ways() {
        let mut text = String::new();
        push_hex(&mut text, &[0, 171, 255]);
        assert_eq!(text, "00abff");
        assert_eq!(from_hex(&text), Some(vec![0, 171, 255]));
        assert_eq!((from_hex("0"), from_hex("0g"), from_hex("é")), (None, None, None));
    }
}
