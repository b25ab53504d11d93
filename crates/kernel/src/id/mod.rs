//! Ids: 128 bits inside, prefixed text outside (`acct_01h455vb4pex5vsknk084sn02q`).
//!
//! The text is the TypeID form (<https://github.com/jetify-com/typeid>, spec 0.3): a prefix, `_`,
//! and 26 characters of lowercase Crockford base32. Every id is its own type, made by
//! [`define_id!`](crate::define_id), so an account's id can't be passed where a transfer's is meant.
//! Encoding and decoding allocate nothing: they are on the ledger's hot path.

pub mod derived;
mod source;
mod text;

pub use source::{IdSource, SeededIds, UuidV7};
pub use text::{IdText, PREFIX_LEN_MAX, SUFFIX_LEN, decode, encode};

use thiserror::Error;

/// Why a text is not the id that was asked for. The messages are meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// An id of another kind, such as a transfer's where an account's was expected.
    #[error("expected an id that starts with `{expected}_`, found one that starts with `{found}_`")]
    WrongPrefix { expected: &'static str, found: String },
    /// Not an id at all.
    #[error(
        "expected an id: `{expected}_` and 26 characters of lowercase base32 (0-9, a-z without i, l, o, u), at most 128 bits"
    )]
    Malformed { expected: &'static str },
}

/// Defines an id type: a `Copy` newtype over 128 bits.
///
/// ```
/// kernel::define_id! {
///     /// An account of the ledger.
///     pub struct AccountId = "acct";
/// }
/// let id = AccountId::from_u128(1);
/// assert_eq!(id.to_string(), "acct_00000000000000000000000001");
/// assert_eq!("acct_00000000000000000000000001".parse::<AccountId>(), Ok(id));
/// ```
///
/// In JSON it is its text, in Postgres a `uuid`, in the API document a string with a pattern.
#[macro_export]
macro_rules! define_id {
    ($(#[$meta:meta])* $vis:vis struct $name:ident = $prefix:literal;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(u128);

        const _: () = assert!(
            $prefix.len() <= $crate::id::PREFIX_LEN_MAX,
            "an id prefix has at most 16 characters"
        );

        #[allow(dead_code, clippy::allow_attributes, reason = "not every crate calls every method")]
        impl $name {
            /// The text in front of the underscore.
            $vis const PREFIX: &'static str = $prefix;

            /// The id with these 128 bits.
            #[inline]
            $vis const fn from_u128(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits, big-endian as in the uuid.
            #[inline]
            $vis const fn as_u128(self) -> u128 {
                self.0
            }

            /// The id with the bits of this uuid.
            #[inline]
            $vis const fn from_uuid(uuid: $crate::__private::Uuid) -> Self {
                Self(uuid.as_u128())
            }

            /// The same bits as a uuid, which is how Postgres stores it.
            #[inline]
            $vis const fn as_uuid(self) -> $crate::__private::Uuid {
                $crate::__private::Uuid::from_u128(self.0)
            }

            /// A fresh id, later than every one that this process made before (UUIDv7).
            $vis fn generate() -> Self {
                Self::generate_from(&$crate::id::UuidV7)
            }

            /// A fresh id from the given source; tests pass a seeded one.
            $vis fn generate_from(source: &dyn $crate::id::IdSource) -> Self {
                Self(source.next_bits())
            }

            /// The text on the stack: no allocation.
            #[inline]
            $vis fn to_text(self) -> $crate::id::IdText {
                $crate::id::encode(Self::PREFIX, self.0)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(&self.to_text())
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&self.to_text())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::id::IdError;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::id::decode(Self::PREFIX, text).map(Self)
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_text())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::deserialize_text(deserializer, concat!("an id `", $prefix, "_...`"))
            }
        }

        impl $crate::__private::ToSql for $name {
            fn to_sql(
                &self,
                ty: &$crate::__private::Type,
                out: &mut $crate::__private::BytesMut,
            ) -> ::core::result::Result<$crate::__private::IsNull, $crate::__private::SqlError> {
                $crate::__private::ToSql::to_sql(&self.as_uuid(), ty, out)
            }

            fn accepts(ty: &$crate::__private::Type) -> bool {
                <$crate::__private::Uuid as $crate::__private::ToSql>::accepts(ty)
            }

            $crate::__private::to_sql_checked!();
        }

        impl<'a> $crate::__private::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::__private::Type,
                raw: &'a [u8],
            ) -> ::core::result::Result<Self, $crate::__private::SqlError> {
                <$crate::__private::Uuid as $crate::__private::FromSql>::from_sql(ty, raw)
                    .map(Self::from_uuid)
            }

            fn accepts(ty: &$crate::__private::Type) -> bool {
                <$crate::__private::Uuid as $crate::__private::FromSql>::accepts(ty)
            }
        }

        impl $crate::__private::utoipa::PartialSchema for $name {
            fn schema() -> $crate::__private::RefOrSchema {
                $crate::__private::id_schema(Self::PREFIX)
            }
        }

        impl $crate::__private::utoipa::ToSchema for $name {}
    };
}

#[cfg(test)]
mod tests;
