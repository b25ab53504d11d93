//! Text forms that HTTP and gRPC share: accounts by id or address, names of flags, and a sentence
//! for every status.

mod details;

use std::sync::LazyLock;

use std::str::FromStr;

use kernel::id::{UuidV7, derived};
use kernel::text::is_line;
use kernel::{IdError, IdSource};
use thiserror::Error;

pub(crate) use details::{account_detail, group_detail, transfer_detail, update_detail};

use crate::engine::{Record, TransferFlags};
use crate::ids::{AccountId, GroupId, TransferId};

/// Longest address, in characters.
pub(crate) const ADDRESS_CHARS_MAX: usize = 200;
/// Longest reference, in characters.
pub(crate) const REFERENCE_CHARS_MAX: usize = 200;
/// An address that looks like an id would be ambiguous in a path.
const ID_PREFIX: &str = "acct_";

/// Why a text isn't what was asked for. The messages are meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TextError {
    #[error(
        "an address has 1 to 200 characters of A-Z a-z 0-9 . _ : @ - in segments separated by `/`"
    )]
    Address,
    #[error("an address doesn't start with `acct_`: that is how an account's id starts")]
    AddressLikeId,
    #[error("an address has no empty segment and none that begins with a dot")]
    AddressSegment,
    #[error("a reference has 1 to 200 characters and no control characters")]
    Reference,
    #[error("an asset's code has 1 to 64 characters of A-Z 0-9 . _ : - and begins with A-Z or 0-9")]
    AssetCode,
    #[error(transparent)]
    Id(#[from] IdError),
}

/// A readable name of an account, such as `shop/warehouse/main`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Address(Box<str>);

impl Address {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_inner(self) -> Box<str> {
        self.0
    }
}

impl FromStr for Address {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if !(1..=ADDRESS_CHARS_MAX).contains(&text.len()) || !text.bytes().all(is_address_byte) {
            return Err(TextError::Address);
        }
        if text.starts_with(ID_PREFIX) {
            return Err(TextError::AddressLikeId);
        }
        if let Some(error) = id_of_another_thing(text) {
            return Err(error.into());
        }
        if text.split('/').any(|segment| segment.is_empty() || segment.starts_with('.')) {
            return Err(TextError::AddressSegment);
        }
        Ok(Self(text.into()))
    }
}

/// The ledger's other ids are no addresses: whoever gives one has mixed something up.
fn id_of_another_thing(text: &str) -> Option<IdError> {
    let prefixes = [TransferId::PREFIX, GroupId::PREFIX];
    let rest = prefixes.into_iter().find_map(|prefix| text.strip_prefix(prefix));
    if !rest.is_some_and(|rest| rest.starts_with('_')) {
        return None;
    }
    let error = text.parse::<AccountId>().err();
    error.filter(|error| matches!(error, IdError::WrongPrefix { .. }))
}

/// Whether a byte may stand in an address.
pub(crate) fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._:@/-".contains(&byte)
}

/// An account as callers name it: by id, or by address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccountRef {
    Id(AccountId),
    Address(Address),
}

impl FromStr for AccountRef {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.starts_with(ID_PREFIX) {
            return Ok(Self::Id(text.parse()?));
        }
        text.parse().map(Self::Address)
    }
}

/// The caller's own reference, such as an invoice number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference(Box<str>);

impl Reference {
    pub(crate) fn into_inner(self) -> Box<str> {
        self.0
    }
}

impl FromStr for Reference {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        // The length in bytes is a quick way to refuse what can't fit.
        if text.len() <= REFERENCE_CHARS_MAX * 4 && is_line(text, 1..=REFERENCE_CHARS_MAX) {
            Ok(Self(text.into()))
        } else {
            Err(TextError::Reference)
        }
    }
}

/// A code that an asset could have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssetCode(Box<str>);

impl AssetCode {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AssetCode {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if crate::assets::is_asset_code(text) {
            Ok(Self(text.into()))
        } else {
            Err(TextError::AssetCode)
        }
    }
}

/// An id that no account has: what an unknown address stands for, so that the engine refuses the
/// transfer in its place in the batch, with the status of an unknown account.
pub(crate) fn unknown_account(address: &str) -> u128 {
    /// Nobody outside of the process can tell the id, and so create an account that has it.
    static SECRET: LazyLock<[u8; 32]> = LazyLock::new(|| {
        let random = [UuidV7.next_bits(), UuidV7.next_bits(), UuidV7.next_bits()];
        let mut hasher = blake3::Hasher::new();
        random.iter().for_each(|bits| {
            hasher.update(&bits.to_be_bytes());
        });
        *hasher.finalize().as_bytes()
    });
    derived::of_hash(blake3::keyed_hash(&SECRET, address.as_bytes()).as_bytes())
}

/// What a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Single,
    Pending,
    Post,
    Void,
    Extend,
    Expire,
    Reverse,
}

impl Kind {
    /// Every kind that a caller can ask for.
    pub(crate) const FOR_CALLERS: [Self; 6] =
        [Self::Single, Self::Pending, Self::Post, Self::Void, Self::Extend, Self::Reverse];

    pub(crate) fn of(record: &Record) -> Self {
        let flags = record.flags;
        if flags.has(TransferFlags::PENDING) {
            Self::Pending
        } else if flags.has(TransferFlags::POST_PENDING) {
            Self::Post
        } else if flags.has(TransferFlags::VOID_PENDING) {
            Self::Void
        } else if flags.has(TransferFlags::EXTEND_PENDING) {
            Self::Extend
        } else if flags.has(TransferFlags::EXPIRE_PENDING) {
            Self::Expire
        } else if record.extra().reverses != 0 {
            Self::Reverse
        } else {
            Self::Single
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Pending => "pending",
            Self::Post => "post",
            Self::Void => "void",
            Self::Extend => "extend",
            Self::Expire => "expire",
            Self::Reverse => "reverse",
        }
    }

    /// The flag that all transfers of the kind have; a single one and a reversal have none.
    pub(crate) fn flag(self) -> u16 {
        match self {
            Self::Single | Self::Reverse => 0,
            Self::Pending => TransferFlags::PENDING,
            Self::Post => TransferFlags::POST_PENDING,
            Self::Void => TransferFlags::VOID_PENDING,
            Self::Extend => TransferFlags::EXTEND_PENDING,
            Self::Expire => TransferFlags::EXPIRE_PENDING,
        }
    }
}

/// One or both accounts of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    Debit,
    Credit,
    Both,
}

impl Sides {
    pub(crate) const ALL: [Self; 3] = [Self::Debit, Self::Credit, Self::Both];

    pub(crate) fn of(flags: TransferFlags, debit: u16, credit: u16) -> Option<Self> {
        match (flags.has(debit), flags.has(credit)) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Debit),
            (false, true) => Some(Self::Credit),
            (false, false) => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
            Self::Both => "both",
        }
    }

    pub(crate) fn flags(self, debit: u16, credit: u16) -> u16 {
        match self {
            Self::Debit => debit,
            Self::Credit => credit,
            Self::Both => debit | credit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_segments() {
        for text in ["a", "users/usr_1/EUR", "shop/warehouse:main", "a@b.c", "A-1"] {
            assert_eq!(text.parse::<Address>().map(|address| address.0), Ok(text.into()));
        }
        let refused = |text: &str, error| assert_eq!(text.parse::<Address>(), Err(error), "{text}");
        for text in ["", "a b", "é", "a\0", "a%2Fb", &"a".repeat(201)] {
            refused(text, TextError::Address);
        }
        for text in ["/a", "a/", "a//b", "..", "a/../b", "./a", "a/.b"] {
            refused(text, TextError::AddressSegment);
        }
        refused("acct_x", TextError::AddressLikeId);
        let transfer = TransferId::from_u128(7).to_string();
        assert!(matches!(transfer.parse::<Address>(), Err(TextError::Id(_))));
        assert!("tr_mary".parse::<Address>().is_ok());
    }

    #[test]
    fn accounts_are_named_by_id_or_address() {
        let id = AccountId::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(AccountRef::Id(id)));
        assert!(matches!("bank/EUR".parse(), Ok(AccountRef::Address(_))));
        assert!(matches!("acct_7".parse::<AccountRef>(), Err(TextError::Id(_))));
    }

    #[test]
    fn references_count_characters() {
        assert!("é".repeat(200).parse::<Reference>().is_ok());
        for text in ["", "a\nb", "\0", &"é".repeat(201)] {
            assert_eq!(text.parse::<Reference>(), Err(TextError::Reference), "{text:?}");
        }
    }

    #[test]
    fn unknown_addresses_have_ids_of_their_own() {
        assert_ne!(unknown_account("a"), unknown_account("b"));
        assert_eq!(unknown_account("a"), unknown_account("a"));
    }
}
