use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::private::{RefOrSchema, deserialize_text};

/// First byte of a cursor. A change of the format takes the next number, so that a cursor from
/// before is refused and not misread.
const VERSION: u8 = 1;
/// Longest text that is looked at; a keyset position is far shorter.
const TEXT_LEN_MAX: usize = 1024;

/// A position in a list: opaque to clients, `T` inside. The text is base64url of a version byte
/// and compact JSON.
///
/// It isn't signed: a position grants nothing, so a forged one only gives a page elsewhere in
/// the same list. Never put into `T` what decides who may see what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor<T>(pub T);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave; start again without it")]
pub struct CursorError;

impl<T: Serialize> fmt::Display for Cursor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, &self.0).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl<T: DeserializeOwned> FromStr for Cursor<T> {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        if text.len() > TEXT_LEN_MAX {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        match bytes.split_first() {
            Some((&VERSION, json)) => {
                serde_json::from_slice(json).map(Self).map_err(|_| CursorError)
            }
            _ => Err(CursorError),
        }
    }
}

impl<T: Serialize> Serialize for Cursor<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer, "a cursor")
    }
}

impl<T> PartialSchema for Cursor<T> {
    fn schema() -> RefOrSchema {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The `next_cursor` of the page before."))
            .max_length(Some(TEXT_LEN_MAX))
            .into()
    }
}

/// All cursors look alike from outside, so they share one schema.
impl<T> ToSchema for Cursor<T> {}
