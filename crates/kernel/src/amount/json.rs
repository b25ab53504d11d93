//! Amounts in JSON and in the API document.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{Amount, AmountError, SignedAmount};
use crate::private::RefOrSchema;

/// 2^53-1, the largest integer that a JSON reader with doubles keeps exact (RFC 8259, section 6).
const JSON_INTEGER_MAX: u64 = (1 << 53) - 1;

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for SignedAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for SignedAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor(PhantomData))
    }
}

/// The two kinds differ only in whether they take a negative integer.
trait FromInteger: FromStr<Err = AmountError> {
    fn from_integer(value: i64) -> Result<Self, AmountError>;
}

impl FromInteger for Amount {
    fn from_integer(value: i64) -> Result<Self, AmountError> {
        u64::try_from(value).map(Self::from).map_err(|_| AmountError::Negative)
    }
}

impl FromInteger for SignedAmount {
    fn from_integer(value: i64) -> Result<Self, AmountError> {
        Ok(value.into())
    }
}

struct AmountVisitor<T>(PhantomData<T>);

impl<T: FromInteger> de::Visitor<'_> for AmountVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as a string such as \"1250\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::custom(AmountError::NumberTooLarge)),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        if value.unsigned_abs() > JSON_INTEGER_MAX {
            return Err(E::custom(AmountError::NumberTooLarge));
        }
        T::from_integer(value).map_err(E::custom)
    }

    /// Also where the reader puts integers beyond 64 bits.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        let beyond_integers = value.abs() >= 2_f64.powi(63);
        let error = if beyond_integers { AmountError::NumberTooLarge } else { AmountError::Float };
        Err(E::custom(error))
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOrSchema {
        amount_schema(
            "An amount in the asset's minor unit: a decimal integer, 0 to 2^128-1.",
            "^[0-9]{1,39}$",
        )
    }
}

impl PartialSchema for SignedAmount {
    fn schema() -> RefOrSchema {
        amount_schema(
            "A signed amount in the asset's minor unit: a decimal integer, -2^127 to 2^127-1.",
            "^-?[0-9]{1,39}$",
        )
    }
}

impl ToSchema for Amount {}
impl ToSchema for SignedAmount {}

fn amount_schema(description: &str, pattern: &str) -> RefOrSchema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern))
        .examples(["1250"])
        .into()
}
