//! Assets: what can be counted. An asset has a code, a scale and a kind that never change;
//! transfers stay within one asset.

pub(crate) mod http;
mod service;
mod store;

pub(crate) use service::AssetCache;

use kernel::text::is_line;
use kernel::time::Timestamp;

use crate::engine::Time;

/// Something that can be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub no: u32,
    /// Unique, such as `EUR`, `APPLE` or `SKU:85123A`.
    pub code: Box<str>,
    /// Amounts are integers of 10^-scale.
    pub scale: u8,
    pub kind: Box<str>,
    pub name: Option<Box<str>>,
    /// Canonical JSON.
    pub metadata: Option<Box<str>>,
    pub created_at: Time,
}

impl Asset {
    /// When the asset was created.
    pub fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }
}

/// An asset to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAsset {
    pub code: String,
    pub scale: u8,
    pub kind: String,
    pub name: Option<String>,
    pub metadata: Option<Box<str>>,
}

/// Largest scale.
pub const SCALE_MAX: u8 = 18;
/// Longest code.
pub(crate) const CODE_MAX: usize = 64;
/// Longest name.
pub(crate) const NAME_MAX: usize = 200;
/// What an asset can be.
pub const KINDS: [&str; 5] = ["money", "goods", "points", "budget", "other"];

/// What became of creating an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetStatus {
    Created,
    Exists,
    ExistsWithDifferentScale,
    ExistsWithDifferentKind,
    ExistsWithDifferentName,
    ExistsWithDifferentMetadata,
    CodeIsMalformed,
    ScaleIsOutOfRange,
    KindIsUnknown,
    NameIsMalformed,
}

impl AssetStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::Created,
        Self::Exists,
        Self::ExistsWithDifferentScale,
        Self::ExistsWithDifferentKind,
        Self::ExistsWithDifferentName,
        Self::ExistsWithDifferentMetadata,
        Self::CodeIsMalformed,
        Self::ScaleIsOutOfRange,
        Self::KindIsUnknown,
        Self::NameIsMalformed,
    ];

    /// The stable name used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Exists => "exists",
            Self::ExistsWithDifferentScale => "exists_with_different_scale",
            Self::ExistsWithDifferentKind => "exists_with_different_kind",
            Self::ExistsWithDifferentName => "exists_with_different_name",
            Self::ExistsWithDifferentMetadata => "exists_with_different_metadata",
            Self::CodeIsMalformed => "code_is_malformed",
            Self::ScaleIsOutOfRange => "scale_is_out_of_range",
            Self::KindIsUnknown => "kind_is_unknown",
            Self::NameIsMalformed => "name_is_malformed",
        }
    }
}

/// Whether a text is an asset code: `[A-Z0-9][A-Z0-9._:-]{0,63}`.
pub fn is_asset_code(code: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let bytes = code.as_bytes();
    bytes.len() <= CODE_MAX
        && bytes.first().is_some_and(|byte| is_alphanumeric(*byte))
        && bytes.iter().all(|byte| is_alphanumeric(*byte) || b"._:-".contains(byte))
}

/// The first thing that is wrong with an asset to create.
pub(crate) fn check(new: &NewAsset) -> Option<AssetStatus> {
    let name_is_fine = |name: &String| is_line(name, 0..=NAME_MAX);
    if !is_asset_code(&new.code) {
        Some(AssetStatus::CodeIsMalformed)
    } else if new.scale > SCALE_MAX {
        Some(AssetStatus::ScaleIsOutOfRange)
    } else if !KINDS.contains(&new.kind.as_str()) {
        Some(AssetStatus::KindIsUnknown)
    } else if !new.name.iter().all(name_is_fine) {
        Some(AssetStatus::NameIsMalformed)
    } else {
        None
    }
}

/// How a repeated creation compares with the asset that is there.
pub(crate) fn repeated(new: &NewAsset, existing: &Asset) -> AssetStatus {
    if new.scale != existing.scale {
        AssetStatus::ExistsWithDifferentScale
    } else if new.kind != *existing.kind {
        AssetStatus::ExistsWithDifferentKind
    } else if new.name.as_deref() != existing.name.as_deref() {
        AssetStatus::ExistsWithDifferentName
    } else if new.metadata != existing.metadata {
        AssetStatus::ExistsWithDifferentMetadata
    } else {
        AssetStatus::Exists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_upper_case_and_short() {
        for code in ["EUR", "APPLE", "SKU:85123A", "4.5", "A-B_C".replace('_', "-").as_str()] {
            assert!(is_asset_code(code), "{code}");
        }
        for code in ["", "eur", "-EUR", "E R", "É", &"A".repeat(CODE_MAX + 1), "A\0"] {
            assert!(!is_asset_code(code), "{code:?}");
        }
    }
}
