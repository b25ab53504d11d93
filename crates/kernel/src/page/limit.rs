use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::private::RefOrSchema;

/// How many things a page holds at most: 1 to 200, 50 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Limit(u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a limit is an integer of 1 to {}", Limit::MAX.0)]
pub struct LimitError;

impl Limit {
    pub const DEFAULT: Self = Self(50);
    pub const MAX: Self = Self(200);

    pub fn try_new(limit: u64) -> Result<Self, LimitError> {
        match u16::try_from(limit) {
            Ok(limit @ 1..=200) => Ok(Self(limit)),
            _ => Err(LimitError),
        }
    }

    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// For `LIMIT` in SQL: the row too many tells whether there is a next page.
    pub const fn with_one_more(self) -> i64 {
        self.0 as i64 + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = text.parse().ok().filter(|_| digits_only);
        limit.ok_or(LimitError).and_then(Self::try_new)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor)
    }
}

/// Takes a text because that is what a query holds.
struct LimitVisitor;

impl de::Visitor<'_> for LimitVisitor {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of 1 to 200")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Limit, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, limit: u64) -> Result<Limit, E> {
        Limit::try_new(limit).map_err(E::custom)
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOrSchema {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(u64::from(Self::MAX.0)))
            .default(Some(Self::DEFAULT.0.into()))
            .into()
    }
}

impl ToSchema for Limit {}
