//! Metadata: the caller's own notes on a thing, string to string.

use std::collections::BTreeMap;
use std::fmt;

use bytes::BytesMut;
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use tokio_postgres::types::{FromSql, IsNull, Json as SqlJson, ToSql, Type, to_sql_checked};
use utoipa::openapi::schema::{ObjectBuilder, Type as SchemaType};
use utoipa::{PartialSchema, ToSchema};

use crate::private::{RefOrSchema, SqlError};

/// Most keys of one object.
pub const KEYS_MAX: usize = 50;
/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 64;
/// Longest value, in characters.
pub const VALUE_CHARS_MAX: usize = 500;

/// String to string, within the limits above and without control characters. Serialises with
/// sorted keys, so equal metadata has equal text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, String>);

/// Why something isn't metadata. The messages are meant for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MetadataError {
    #[error("metadata has at most {KEYS_MAX} keys")]
    TooManyKeys,
    #[error("a metadata key has 1 to {KEY_CHARS_MAX} characters")]
    KeyLength,
    #[error("a metadata value has at most {VALUE_CHARS_MAX} characters")]
    ValueTooLong,
    #[error("metadata has no control characters such as NUL or a line feed")]
    ControlCharacter,
    #[error("a metadata key appears twice")]
    DuplicateKey,
}

impl Metadata {
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a pair; an existing key is refused.
    pub fn insert(&mut self, key: String, value: String) -> Result<(), MetadataError> {
        check_key(&key)?;
        check_value(&value)?;
        if self.0.contains_key(&key) {
            return Err(MetadataError::DuplicateKey);
        }
        if self.0.len() == KEYS_MAX {
            return Err(MetadataError::TooManyKeys);
        }
        self.0.insert(key, value);
        Ok(())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The pairs, sorted by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<String, String>> for Metadata {
    type Error = MetadataError;

    fn try_from(pairs: BTreeMap<String, String>) -> Result<Self, MetadataError> {
        let mut metadata = Self::new();
        pairs.into_iter().try_for_each(|(key, value)| metadata.insert(key, value))?;
        Ok(metadata)
    }
}

fn check_key(key: &str) -> Result<(), MetadataError> {
    match key.chars().count() {
        1..=KEY_CHARS_MAX if !key.chars().any(char::is_control) => Ok(()),
        1..=KEY_CHARS_MAX => Err(MetadataError::ControlCharacter),
        _ => Err(MetadataError::KeyLength),
    }
}

fn check_value(value: &str) -> Result<(), MetadataError> {
    match value.chars().count() {
        0..=VALUE_CHARS_MAX if !value.chars().any(char::is_control) => Ok(()),
        0..=VALUE_CHARS_MAX => Err(MetadataError::ControlCharacter),
        _ => Err(MetadataError::ValueTooLong),
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> de::Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    /// Pair by pair, so that a huge object is refused before it is in memory.
    fn visit_map<A: de::MapAccess<'de>>(self, mut pairs: A) -> Result<Metadata, A::Error> {
        let mut metadata = Metadata::new();
        while let Some((key, value)) = pairs.next_entry()? {
            metadata.insert(key, value).map_err(de::Error::custom)?;
        }
        Ok(metadata)
    }
}

impl ToSql for Metadata {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, SqlError> {
        SqlJson(self).to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB || *ty == Type::JSON
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Metadata {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, SqlError> {
        SqlJson::from_sql(ty, raw).map(|SqlJson(metadata)| metadata)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB || *ty == Type::JSON
    }
}

impl PartialSchema for Metadata {
    fn schema() -> RefOrSchema {
        let value =
            ObjectBuilder::new().schema_type(SchemaType::String).max_length(Some(VALUE_CHARS_MAX));
        ObjectBuilder::new()
            .schema_type(SchemaType::Object)
            .description(Some(
                "The caller's own notes: keys of 1 to 64 characters, values of up to 500, no control characters.",
            ))
            .additional_properties(Some(value))
            .max_properties(Some(KEYS_MAX))
            .examples([serde_json::json!({ "order": "2026-117" })])
            .into()
    }
}

impl ToSchema for Metadata {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Metadata, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    fn refused(value: serde_json::Value, error: MetadataError) {
        let message = read(&value.to_string()).unwrap_err();
        assert!(message.starts_with(&error.to_string()), "{message}");
    }

    #[test]
    fn keys_come_out_sorted() {
        let metadata = read(r#"{"b":"2","a":""}"#).unwrap();
        assert_eq!(serde_json::to_string(&metadata).unwrap(), r#"{"a":"","b":"2"}"#);
        assert_eq!(metadata.get("b"), Some("2"));
    }

    #[test]
    fn limits_count_characters() {
        let object = |keys: usize| {
            json!((0..keys).map(|key| (key.to_string(), "x")).collect::<BTreeMap<_, _>>())
        };
        assert_eq!(read(&object(50).to_string()).unwrap().len(), 50);
        refused(object(51), MetadataError::TooManyKeys);
        assert!(read(&json!({ "é".repeat(64): "é".repeat(500) }).to_string()).is_ok());
        refused(json!({ "é".repeat(65): "" }), MetadataError::KeyLength);
        refused(json!({ "": "" }), MetadataError::KeyLength);
        refused(json!({ "a": "é".repeat(501) }), MetadataError::ValueTooLong);
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["\0", "a\nb", "\u{7f}", "\u{85}"] {
            refused(json!({ "a": text }), MetadataError::ControlCharacter);
            refused(json!({ text: "a" }), MetadataError::ControlCharacter);
        }
    }

    #[test]
    fn duplicates_and_other_types_are_refused() {
        assert!(read(r#"{"a":"1","a":"1"}"#).unwrap_err().starts_with("a metadata key"));
        for text in ["[]", "\"a\"", r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{}}"#] {
            assert!(read(text).unwrap_err().starts_with("invalid type"), "{text}");
        }
    }

    #[test]
    fn schema_states_the_limits() {
        let schema = json!(Metadata::schema());
        assert_eq!(schema["maxProperties"], 50);
        assert_eq!(schema["additionalProperties"]["maxLength"], 500);
    }

    proptest! {
        #[test]
        fn valid_metadata_survives_jsonb(
            pairs in proptest::collection::btree_map("[^\\p{C}]{1,64}", "[^\\p{C}]{0,100}", 0..50),
        ) {
            let metadata = Metadata::try_from(pairs).unwrap();
            let mut raw = BytesMut::new();
            metadata.to_sql(&Type::JSONB, &mut raw).unwrap();
            prop_assert_eq!(Metadata::from_sql(&Type::JSONB, &raw).unwrap(), metadata);
        }
    }
}
