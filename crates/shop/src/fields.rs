//! What buyers and staff write about carts and orders.

use kernel::http::invalid_field;
use kernel::text::is_line;
use kernel::{Amount, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use crate::products::fields::{CatalogueHandle as Handle, nullable};

/// What is written down after it happened has not yet to come.
pub(crate) fn past(
    pointer: &'static str,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Problem> {
    match at {
        Some(at) if at > now => Err(invalid_field(pointer, "is in the future")),
        _ => Ok(()),
    }
}

/// Why a field is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FieldError {
    #[error("expected 1 to 200 characters on one line")]
    Line,
    #[error("expected 1 to 500 characters")]
    Note,
    #[error("expected a country as two capital letters, such as AT")]
    Country,
    #[error("expected an e-mail address")]
    Email,
    #[error("expected 1 to 1000000")]
    Quantity,
    #[error("an amount is above zero here")]
    Zero,
}

/// Text on one line: 1 to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "Stephansplatz 1")]
pub(crate) struct Line(pub(crate) String);

/// A text of 1 to 500 characters, of which only the newline is a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 500, example = "Happy birthday!")]
pub(crate) struct Note(pub(crate) String);

/// A country: ISO 3166-1, two letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z]{2}$", example = "AT")]
pub(crate) struct Country(pub(crate) String);

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "email", max_length = 254, example = "ann@example.org")]
pub(crate) struct Email(pub(crate) String);

/// How many pieces: 1 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 2)]
pub(crate) struct Quantity(u32);

/// An amount above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Amount", into = "Amount")]
#[schema(value_type = String, pattern = "^[1-9][0-9]{0,38}$", example = "1250")]
pub(crate) struct Positive(pub(crate) Amount);

/// U+2028 and U+2029 break lines too, and U+202A..E, U+2066..9 turn the text around.
fn turns(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for Line {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        let is_fine = is_line(&text, 1..=200) && !text.trim().is_empty() && !text.contains(turns);
        if is_fine { Ok(Self(text)) } else { Err(FieldError::Line) }
    }
}

impl TryFrom<String> for Note {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        let is_bad = |c: char| (c.is_control() && c != '\n') || turns(c);
        let is_fine = (1..=500).contains(&text.chars().count()) && !text.contains(is_bad);
        if is_fine { Ok(Self(text)) } else { Err(FieldError::Note) }
    }
}

impl TryFrom<String> for Country {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        let is_fine = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if is_fine { Ok(Self(text)) } else { Err(FieldError::Country) }
    }
}

impl TryFrom<String> for Email {
    type Error = FieldError;

    /// Only what can't be one is refused; whether somebody reads it, a mail tells.
    fn try_from(text: String) -> Result<Self, FieldError> {
        let is_clean = text.len() <= 254
            && text.chars().all(|c| !c.is_control() && !c.is_whitespace() && !turns(c));
        let parts = text.rsplit_once('@');
        let is_fine = parts.is_some_and(|(name, host)| {
            !name.is_empty()
                && !name.contains('@')
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
        if is_clean && is_fine { Ok(Self(text)) } else { Err(FieldError::Email) }
    }
}

impl TryFrom<u32> for Quantity {
    type Error = FieldError;

    fn try_from(pieces: u32) -> Result<Self, FieldError> {
        let is_fine = (1..=1_000_000).contains(&pieces);
        if is_fine { Ok(Self(pieces)) } else { Err(FieldError::Quantity) }
    }
}

impl Quantity {
    pub(crate) const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<Amount> for Positive {
    type Error = FieldError;

    fn try_from(amount: Amount) -> Result<Self, FieldError> {
        if amount.is_zero() { Err(FieldError::Zero) } else { Ok(Self(amount)) }
    }
}

macro_rules! into_inner {
    ($($name:ident => $inner:ty,)*) => {
        $(impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        })*
    };
}

into_inner! {
    Line => String,
    Note => String,
    Country => String,
    Email => String,
    Quantity => u32,
    Positive => Amount,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: TryFrom<String>>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(T::try_from((*text).to_owned()).is_ok(), "{text:?}");
        }
        for text in bad {
            assert!(T::try_from((*text).to_owned()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn texts_are_what_they_say() {
        check::<Line>(&["a", "Müller & Söhne"], &["", " ", "a\nb", "a\0", "a\u{202e}b"]);
        check::<Note>(&["a\nb"], &["", "a\0b", "a\tb", &"x".repeat(501)]);
        check::<Country>(&["AT"], &["at", "A", "AUT", "ÄT"]);
        check::<Email>(
            &["ann@example.org", "a+b@b.co"],
            &["", "ann", "@b.co", "a@b", "a b@c.de", "a@@b.co", "a@b.", "a\0@b.co"],
        );
    }

    #[test]
    fn quantities_are_bounded() {
        assert!(Quantity::try_from(0).is_err() && Quantity::try_from(1_000_001).is_err());
        assert_eq!(Quantity::try_from(1_000_000).unwrap().get(), 1_000_000);
        assert!(Positive::try_from(Amount::ZERO).is_err());
    }
}
