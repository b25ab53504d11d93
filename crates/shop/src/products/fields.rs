//! What people write into requests, checked where it is read: a value of these types is right, and
//! a wrong one is named with its place in the body.

use kernel::Amount;
use kernel::text::is_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The highest price of one piece: 2^63 of them in an order still fit into the ledger's amounts.
const PRICE_MAX: u128 = 1_000_000_000_000_000;

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $chars:tt, $example:tt, $rule:expr, $detail:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, min_length = 1, max_length = $chars, example = $example)]
        pub(crate) struct $name(String);

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let rule: fn(&str) -> bool = $rule;
                if rule(&text) { Ok(Self(text)) } else { Err($detail) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl $name {
            #[allow(dead_code, clippy::allow_attributes, reason = "not every text is read in place")]
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

checked_text! {
    /// What something is called: 1 to 200 characters on one line.
    Title, 200, "Paper lantern", |text| is_name(text, 200),
    "a title has 1 to 200 characters on one line"
}
checked_text! {
    /// A word or a few: 1 to 100 characters on one line.
    Name, 100, "Colour", |text| is_name(text, 100),
    "it has 1 to 100 characters on one line"
}
checked_text! {
    /// A word by which things are found together: 1 to 50 characters on one line, without commas.
    Tag, 50, "garden", |text| is_name(text, 50) && !text.contains(','),
    "a tag has 1 to 50 characters on one line, without commas"
}
checked_text! {
    /// A name in addresses: lower case letters and digits, in words with a hyphen between them.
    CatalogueHandle, 100, "paper-lantern", is_handle,
    "a handle has 1 to 100 lower case letters, digits and single hyphens between them"
}
checked_text! {
    /// An id, or a handle.
    HandleOrId, 100, "paper-lantern", |text| is_handle(text) || is_id(text),
    "expected an id or a handle"
}
checked_text! {
    /// A stock keeping unit: 1 to 64 characters on one line.
    Sku, 64, "85123A", |text| is_name(text, 64),
    "a SKU has 1 to 64 characters on one line"
}
checked_text! {
    /// The number under a barcode: 1 to 64 visible ASCII characters.
    Barcode, 64, "4006381333931",
    |text| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()),
    "a barcode has 1 to 64 visible ASCII characters"
}
checked_text! {
    /// A language, and its region where that matters (BCP 47): `de`, `pt-BR`.
    Language, 8, "de", is_language,
    "a language is two or three lower case letters, and maybe a region, such as de or pt-BR"
}

/// A text of several lines, up to 50,000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 50_000)]
pub(crate) struct Text(String);

/// What one piece costs, in the currency's minor unit: at most 10^15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Amount", into = "Amount")]
#[schema(value_type = String, pattern = "^[0-9]{1,16}$", example = "1250")]
pub(crate) struct Price(Amount);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const CHARS_MAX: usize = 50_000;
        let is_fine = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        if text.chars().count() <= CHARS_MAX && text.chars().all(is_fine) {
            return Ok(Self(text));
        }
        Err("a text has up to 50000 characters, of those of control only tabs and new lines")
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl TryFrom<Amount> for Price {
    type Error = &'static str;

    fn try_from(amount: Amount) -> Result<Self, Self::Error> {
        if amount.get() <= PRICE_MAX { Ok(Self(amount)) } else { Err("a price is at most 10^15") }
    }
}

impl std::hash::Hash for Price {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

impl From<Price> for Amount {
    fn from(price: Price) -> Self {
        price.0
    }
}

impl Price {
    pub(crate) const fn amount(self) -> Amount {
        self.0
    }
}

/// One line with something to see at both ends.
fn is_name(text: &str, chars_max: usize) -> bool {
    is_line(text, 1..=chars_max) && text.trim().len() == text.len()
}

pub(crate) fn is_handle(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_plain);
    (1..=100).contains(&text.len()) && text.split('-').all(is_word)
}

/// What could be an id; whether there is something with it, the database knows.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 50
        && text.split_once('_').is_some_and(|(prefix, id)| {
            prefix.bytes().all(is_plain) && !id.is_empty() && id.bytes().all(is_plain)
        })
}

fn is_language(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(l, r)| (l, Some(r)));
    let is_region = |region: &str| {
        (region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase()))
            || (region.len() == 4 && region.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.is_none_or(is_region)
}

/// For a merge patch: `Some(None)` is null, `None` is left out.
pub(crate) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_words_with_hyphens() {
        for text in ["a", "paper-lantern", "1-2-3", &"a".repeat(100)] {
            assert!(is_handle(text), "{text}");
        }
        for text in ["", "-", "a-", "-a", "a--b", "A", "ä", "a b", "a\0", &"a".repeat(101)] {
            assert!(!is_handle(text), "{text}");
        }
    }

    #[test]
    fn languages_have_a_region_at_most() {
        for text in ["de", "gsw", "pt-BR", "zh-Hant"] {
            assert!(is_language(text), "{text}");
        }
        for text in ["", "d", "DE", "de-", "de-at", "de-AT-1996", "deut"] {
            assert!(!is_language(text), "{text}");
        }
    }

    #[test]
    fn names_show_their_ends_and_have_no_control() {
        for text in ["", " a", "a ", "a\0b", "a\nb", &"a".repeat(201)] {
            assert!(Title::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Title::try_from("ä".repeat(200)).is_ok());
        assert!(Tag::try_from("a,b".to_owned()).is_err());
        assert!(Text::try_from("a\n\tb".to_owned()).is_ok());
        assert!(Text::try_from("a\0b".to_owned()).is_err());
    }

    #[test]
    fn prices_are_bounded() {
        assert!(Price::try_from(Amount::new(PRICE_MAX)).is_ok());
        assert!(Price::try_from(Amount::new(PRICE_MAX + 1)).is_err());
    }
}
