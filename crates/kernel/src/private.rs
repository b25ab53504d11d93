//! What the crate's macros expand to. Not part of the API.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use ::serde::{Deserializer, de};
use ::utoipa::openapi::schema::{ObjectBuilder, Type as SchemaType};

pub use ::serde;
pub use ::utoipa;
pub use ::uuid::Uuid;
pub use bytes::BytesMut;
pub use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

pub type SqlError = Box<dyn std::error::Error + Sync + Send>;
pub type RefOrSchema = ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema>;

/// Deserialises anything that is a JSON string through its `FromStr`.
pub fn deserialize_text<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(TextVisitor { expected, target: PhantomData })
}

/// Schema of an id: a string with a pattern and an example.
pub fn id_schema(prefix: &'static str) -> RefOrSchema {
    const EXAMPLE: u128 = 0x0193_4f5c_7b20_7c3e_9f6a_2d41_8e05_b3c7;
    ObjectBuilder::new()
        .schema_type(SchemaType::String)
        .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
        .examples([crate::id::encode(prefix, EXAMPLE).to_string()])
        .into()
}

struct TextVisitor<T> {
    expected: &'static str,
    target: PhantomData<T>,
}

impl<T: FromStr<Err: Display>> de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
