//! Texts and numbers in requests and answers, each with its schema for the API document.

use std::fmt;
use std::sync::Arc;

use kernel::{Amount, Metadata, Timestamp};
use serde::de::{Error as _, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::assets::Asset;
use crate::engine::{AMOUNT_MAX, AccountStatus, Time, TransferStatus};
use crate::text::{AccountRef, Address, AssetCode, Kind, Reference, Sides};

const ADDRESS_PATTERN: &str =
    "^(?!acct_)[A-Za-z0-9_:@-][A-Za-z0-9_:@.-]*(/[A-Za-z0-9_:@-][A-Za-z0-9_:@.-]*)*$";

/// Reads a type from a JSON text through its `FromStr`.
macro_rules! text_field {
    ($type:ty, $expected:literal, $schema:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }

        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $type {}
    };
}

fn text_schema(description: &str, pattern: &str, example: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern))
        .examples([example])
}

text_field!(
    Address,
    "an address such as `users/7/EUR`",
    text_schema(
        "A unique, readable name: segments of A-Z a-z 0-9 . _ : @ - separated by `/`, none of which begins with `.`. It doesn't start with `acct_`.",
        ADDRESS_PATTERN,
        "users/7/EUR",
    )
    .max_length(Some(200))
);
text_field!(
    AccountRef,
    "an account's id or address",
    text_schema(
        "An account by its id (`acct_...`) or by its address.",
        &format!("^acct_[0-7][0-9a-hjkmnp-tv-z]{{25}}$|{ADDRESS_PATTERN}"),
        "users/7/EUR",
    )
    .max_length(Some(200))
);
text_field!(
    AssetCode,
    "an asset's code",
    text_schema("The code of an asset.", "^[A-Z0-9][A-Z0-9._:-]{0,63}$", "EUR")
        .max_length(Some(64))
);
text_field!(
    Reference,
    "a reference as text",
    text_schema(
        "The caller's own reference, without control characters.",
        "^[^\\x00-\\x1f\\x7f-\\x9f]{1,200}$",
        "invoice 2026-117",
    )
    .min_length(Some(1))
    .max_length(Some(200))
);

/// The schema of an amount in a request; it is read as [`Amount`].
pub(crate) struct AmountInput;
/// The schema of a signed amount in a request; it is read as a `SignedAmount`.
pub(crate) struct SignedAmountInput;

impl PartialSchema for AmountInput {
    fn schema() -> RefOr<Schema> {
        let description = "A whole number up to 2^128-1.";
        number_schema(description, "^(0|[1-9][0-9]{0,38})$", "1250")
    }
}

impl ToSchema for AmountInput {}

impl PartialSchema for SignedAmountInput {
    fn schema() -> RefOr<Schema> {
        let description =
            "A signed amount in the asset's minor unit: a whole number, -2^127 to 2^127-1.";
        text_schema(description, "^(0|-?[1-9][0-9]{0,38})$", "-1250")
            .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
            .minimum(Some(-Sequence::MAX))
            .maximum(Some(Sequence::MAX))
            .into()
    }
}

impl ToSchema for SignedAmountInput {}

/// The schema of a status: one of the names that there are.
macro_rules! status_schema {
    ($name:ident, $status:ty) => {
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(<$status>::ALL.iter().map(|status| status.as_str())))
                    .into()
            }
        }

        impl ToSchema for $name {}
    };
}

status_schema!(AccountStatusName, AccountStatus);
status_schema!(TransferStatusName, TransferStatus);

/// A whole number that is a text outside, and a JSON integer where it is small.
fn number_schema(description: &str, pattern: &str, example: &str) -> RefOr<Schema> {
    text_schema(description, pattern, example)
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
        .minimum(Some(0))
        .maximum(Some(Sequence::MAX))
        .into()
}

/// An amount, or as much as there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmountOrAll {
    Amount(Amount),
    All,
}

impl AmountOrAll {
    pub(crate) fn get(self) -> u128 {
        match self {
            Self::Amount(amount) => amount.get(),
            Self::All => AMOUNT_MAX,
        }
    }
}

impl<'de> Deserialize<'de> for AmountOrAll {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountOrAllVisitor)
    }
}

struct AmountOrAllVisitor;

impl de::Visitor<'_> for AmountOrAllVisitor {
    type Value = AmountOrAll;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as a string such as \"1250\", or \"max\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<AmountOrAll, E> {
        if text == "max" {
            return Ok(AmountOrAll::All);
        }
        text.parse().map(AmountOrAll::Amount).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<AmountOrAll, E> {
        Amount::deserialize(value.into_deserializer()).map(AmountOrAll::Amount)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<AmountOrAll, E> {
        Amount::deserialize(value.into_deserializer()).map(AmountOrAll::Amount)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<AmountOrAll, E> {
        Amount::deserialize(value.into_deserializer()).map(AmountOrAll::Amount)
    }
}

impl PartialSchema for AmountOrAll {
    fn schema() -> RefOr<Schema> {
        number_schema(
            "An amount in the asset's minor unit, up to 2^128-1; or `max`: all there is.",
            "^(max|0|[1-9][0-9]{0,38})$",
            "1250",
        )
    }
}

impl ToSchema for AmountOrAll {}

/// `user_data_64`: beyond what a JSON number keeps exact, so it is a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserData64(pub(crate) u64);

impl<'de> Deserialize<'de> for UserData64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Amount::deserialize(deserializer)?;
        let value = u64::try_from(value.get());
        value.map(Self).map_err(|_| D::Error::custom("the number is above 2^64-1"))
    }
}

impl PartialSchema for UserData64 {
    fn schema() -> RefOr<Schema> {
        number_schema("An unsigned integer below 2^64.", "^(0|[1-9][0-9]{0,19})$", "42")
    }
}

impl ToSchema for UserData64 {}

impl Serialize for UserData64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Reads and writes an enum by its names.
macro_rules! named_field {
    ($type:ty, $names:expr, $expected:literal, $description:literal) => {
        impl std::str::FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $names.into_iter().find(|value| value.as_str() == text).ok_or($expected)
            }
        }

        text_field!(
            $type,
            $expected,
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some($description))
                .enum_values(Some($names.map(|value| value.as_str())))
        );

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

named_field!(
    Sides,
    Sides::ALL,
    "`debit`, `credit` or `both`",
    "The debit account, the credit account, or both."
);
named_field!(
    Kind,
    Kind::FOR_CALLERS,
    "`single`, `pending`, `post`, `void`, `extend` or `reverse`",
    "What a transfer is: `single` moves value at once; `pending` reserves it; `post`, `void` and \
     `extend` speak of a pending transfer; `reverse` takes a transfer back."
);

/// An unsigned amount minus another one: up to 2^128-1 on both sides of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Net {
    negative: bool,
    magnitude: u128,
}

impl Net {
    pub(crate) fn of(plus: u128, minus: u128) -> Self {
        Self { negative: plus < minus, magnitude: plus.abs_diff(minus) }
    }
}

impl Serialize for Net {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.negative { "-" } else { "" };
        serializer.collect_str(&format_args!("{sign}{}", self.magnitude))
    }
}

impl PartialSchema for Net {
    fn schema() -> RefOr<Schema> {
        text_schema("A signed amount in the asset's minor unit.", "^-?[0-9]{1,39}$", "-1250").into()
    }
}

impl ToSchema for Net {}

/// Metadata as it is stored: canonical JSON that goes out as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMetadata(pub(crate) Box<str>);

impl Serialize for StoredMetadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metadata: Metadata =
            serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        metadata.serialize(serializer)
    }
}

impl PartialSchema for StoredMetadata {
    fn schema() -> RefOr<Schema> {
        Metadata::schema()
    }
}

impl ToSchema for StoredMetadata {}

/// The canonical JSON of what a caller gave; nothing for an empty object.
pub(crate) fn stored(metadata: Option<Metadata>) -> Option<Box<str>> {
    let metadata = metadata.filter(|metadata| !metadata.is_empty())?;
    let text = serde_json::to_string(&metadata).expect("metadata is strings");
    Some(text.into())
}

/// The code of an asset, without a copy of it.
#[derive(Debug, Clone)]
pub(crate) struct CodeOf(pub(crate) Arc<Asset>);

impl Serialize for CodeOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.code)
    }
}

impl PartialSchema for CodeOf {
    fn schema() -> RefOr<Schema> {
        AssetCode::schema()
    }
}

impl ToSchema for CodeOf {}

/// Position in the journal, as a number that every JSON reader keeps exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sequence(pub(crate) i64);

impl Sequence {
    pub(crate) const MAX: i64 = (1 << 53) - 1;
}

impl std::str::FromStr for Sequence {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let value = text.parse().ok().filter(|value| digits_only && *value <= Self::MAX);
        value.map(Self).ok_or("a sequence is an integer of 0 to 9007199254740991")
    }
}

text_field!(
    Sequence,
    "a sequence",
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("A position in the journal, which counts from 1 without gaps."))
        .minimum(Some(0))
        .maximum(Some(Self::MAX))
        .examples([4711])
);

/// Zero is what the engine keeps for "not given".
pub(crate) fn given<T: PartialEq + Default>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

pub(crate) fn time(micros: Time) -> Timestamp {
    Timestamp::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_texts_small_integers_or_max() {
        let read = |value| serde_json::from_value::<AmountOrAll>(value).map(AmountOrAll::get);
        assert_eq!(read(json!("1250")).unwrap(), 1250);
        assert_eq!(read(json!(1250)).unwrap(), 1250);
        assert_eq!(read(json!("max")).unwrap(), AMOUNT_MAX);
        for value in [json!(-1), json!(1.5), json!(1_u64 << 60), json!("1e3"), json!(null)] {
            assert!(read(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn differences_reach_both_ends() {
        let text = |plus, minus| serde_json::to_value(Net::of(plus, minus)).unwrap();
        assert_eq!(text(5, 7), json!("-2"));
        assert_eq!(text(u128::MAX, 0), json!(u128::MAX.to_string()));
        assert_eq!(text(0, u128::MAX), json!(format!("-{}", u128::MAX)));
        assert_eq!(text(1, 1), json!("0"));
    }

    #[test]
    fn sequences_are_exact_in_json() {
        let read = |text: &str| text.parse::<Sequence>().map(|sequence| sequence.0);
        assert_eq!(read("9007199254740991"), Ok(Sequence::MAX));
        for text in ["", "-1", "+1", "9007199254740992", "1.0", "99999999999999999999"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_read_and_others_refused() {
        assert_eq!(serde_json::from_value::<Kind>(json!("post")).unwrap(), Kind::Post);
        assert_eq!(serde_json::to_value(Sides::Both).unwrap(), json!("both"));
        assert!(serde_json::from_value::<Kind>(json!("expire")).is_err());
        assert!(serde_json::from_value::<Sides>(json!("Debit")).is_err());
    }

    #[test]
    fn metadata_goes_out_as_it_was_stored() {
        let metadata: Metadata = serde_json::from_value(json!({ "b": "2", "a": "1" })).unwrap();
        let text = stored(Some(metadata)).unwrap();
        assert_eq!(&*text, r#"{"a":"1","b":"2"}"#);
        assert_eq!(serde_json::to_string(&StoredMetadata(text.clone())).unwrap(), *text);
        assert_eq!(stored(Some(Metadata::new())), None);
    }
}
