//! IBANs: ISO 13616; check digits by ISO 7064, MOD 97-10.

use std::fmt;

/// Countries of the SEPA area and their neighbours, with the length that IBANs have there
/// (SWIFT's IBAN registry, release 99).
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
];

/// A right IBAN in its electronic form: upper case, no spaces.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Iban(String);

impl Iban {
    /// Reads what people write: spaces and lower case are fine.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text: String =
            text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
        let (_, length) = LENGTHS.iter().find(|(country, _)| text.starts_with(country))?;
        let is_fine = text.len() == *length
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text[2..4].bytes().all(|byte| byte.is_ascii_digit());
        (is_fine && remainder(&text) == 1).then_some(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn country(&self) -> &str {
        &self.0[..2]
    }

    pub(crate) fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({}…{})", self.country(), self.last4())
    }
}

/// The number modulo 97, country and check digits moved to the end and letters read as 10 to 35.
fn remainder(text: &str) -> u32 {
    let digits = text[4..].chars().chain(text[..4].chars());
    digits.fold(0, |rest, c| {
        let value = c.to_digit(36).expect("the caller has checked the characters");
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    })
}
