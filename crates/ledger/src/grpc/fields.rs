//! Reading the fields of a request. What is wrong is noted and a default stands in for it, so that
//! one answer names everything; nothing may be done before [`Fields::finish`] has agreed.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use kernel::page::{Cursor, CursorError, Limit};
use kernel::time::Timestamp;
use kernel::{Amount, Metadata, SignedAmount};
use proto::Timestamp as WireTime;
use proto::ledger::v1::MetadataFilter;
use serde::de::DeserializeOwned;
use tonic::Status;
use tonic_types::FieldViolation;

use super::errors;
use crate::assets::is_asset_code;
use crate::engine::Time;
use crate::http::fields::Sequence;
use crate::text::{ADDRESS_CHARS_MAX, Reference, TextError, is_address_byte};

/// Most violations that are named; a batch could have thousands.
const VIOLATIONS_MAX: usize = 20;
const NEEDED: &str = "it is needed";

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// The item of a list whose fields are read at the moment.
    item: Option<(&'static str, usize)>,
    violations: Vec<FieldViolation>,
}

impl Fields {
    /// What is read from now on belongs to this item of a list.
    pub(super) fn of_item(&mut self, list: &'static str, index: usize) {
        self.item = Some((list, index));
    }

    /// Notes that a field is wrong.
    pub(super) fn refuse(&mut self, field: &str, why: impl Display) {
        if self.violations.len() == VIOLATIONS_MAX {
            return;
        }
        let field = match self.item {
            Some((list, index)) => format!("{list}[{index}].{field}"),
            None => field.to_owned(),
        };
        let description = why.to_string();
        self.violations.push(FieldViolation { field, description, ..FieldViolation::default() });
    }

    /// An error that names all that was wrong, if something was.
    pub(super) fn finish(self) -> Result<(), Status> {
        if self.violations.is_empty() { Ok(()) } else { Err(errors::invalid(self.violations)) }
    }

    pub(super) fn keep<T: Default, E: Display>(&mut self, field: &str, read: Result<T, E>) -> T {
        read.unwrap_or_else(|why| {
            self.refuse(field, why);
            T::default()
        })
    }

    /// A field that must not be empty.
    pub(super) fn need(&mut self, field: &str, text: &str) {
        if text.is_empty() {
            self.refuse(field, NEEDED);
        }
    }

    /// An id with this prefix; zero when it is empty.
    #[inline]
    pub(super) fn id(&mut self, field: &str, prefix: &'static str, text: &str) -> u128 {
        if text.is_empty() {
            return 0;
        }
        self.keep(field, kernel::id::decode(prefix, text))
    }

    /// An id with this prefix that is needed.
    pub(super) fn needed_id(&mut self, field: &str, prefix: &'static str, text: &str) -> u128 {
        self.need(field, text);
        self.id(field, prefix, text)
    }

    /// An amount that is there.
    #[inline]
    pub(super) fn amount(&mut self, field: &str, text: &str) -> u128 {
        self.keep(field, text.parse::<Amount>()).get()
    }

    /// A number of 128 bits; zero when it is empty.
    pub(super) fn number(&mut self, field: &str, text: &str) -> u128 {
        if text.is_empty() { 0 } else { self.amount(field, text) }
    }

    /// A signed amount that is there.
    pub(super) fn signed(&mut self, field: &str, text: &str) -> i128 {
        self.keep(field, text.parse::<SignedAmount>()).get()
    }

    /// A category of 16 bits.
    pub(super) fn code(&mut self, field: &str, code: Option<u32>) -> Option<u16> {
        let code = u16::try_from(code?).map_err(|_| "a code is 0 to 65535");
        Some(self.keep(field, code))
    }

    /// Bits of flags whose enum counts the bits from 1; `known` flags exist.
    pub(super) fn flags(&mut self, field: &str, flags: &[i32], known: i32) -> u16 {
        let mut bits = 0;
        for flag in flags {
            if (1..=known).contains(flag) {
                bits |= 1 << (flag - 1);
            } else {
                self.refuse(field, format!("there is no flag {flag}"));
            }
        }
        bits
    }

    /// Microseconds; what is finer is cut off.
    pub(super) fn time(&mut self, field: &str, time: Option<WireTime>) -> Option<Time> {
        let time = micros(&time?).ok_or("a time lies in the years 1 to 9999, nanos in 0 to 10^9-1");
        Some(self.keep(field, time))
    }

    /// Metadata as canonical JSON; `None` when it is empty.
    pub(super) fn metadata(
        &mut self,
        field: &str,
        pairs: BTreeMap<String, String>,
    ) -> Option<Box<str>> {
        if pairs.is_empty() {
            return None;
        }
        let metadata = self.keep(field, Metadata::try_from(pairs));
        let json = serde_json::to_string(&metadata).expect("metadata is a map of texts");
        Some(json.into())
    }

    /// A reference; `None` when it is empty.
    pub(super) fn reference(&mut self, field: &str, text: &str) -> Option<Box<str>> {
        if text.is_empty() {
            return None;
        }
        self.parsed::<Reference>(field, text).map(Reference::into_inner)
    }

    /// Whether a text could be the code of an asset; notes it when it could not.
    pub(super) fn is_asset_code(&mut self, field: &str, code: &str) -> bool {
        let is_code = is_asset_code(code);
        if !is_code {
            self.refuse(field, TextError::AssetCode);
        }
        is_code
    }

    /// Any text form; `None` when it is wrong.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        let read = text.parse::<T>();
        read.map_err(|why| self.refuse(field, why)).ok()
    }

    /// The length of a page; zero means "not given".
    pub(super) fn limit(&mut self, limit: u32) -> Limit {
        if limit == 0 {
            return Limit::DEFAULT;
        }
        self.keep("limit", Limit::try_new(limit.into()))
    }

    /// The position in the journal, or among the accounts, that a page starts after. A forged
    /// cursor could hold any number.
    pub(super) fn position(&mut self, text: &str) -> Option<i64> {
        let position = self.cursor(text)?;
        if !(0..=Sequence::MAX).contains(&position) {
            self.refuse("cursor", CursorError);
        }
        Some(position)
    }

    /// The position that events are read after; zero for all of them.
    pub(super) fn after(&mut self, after: i64) -> i64 {
        if !(0..=Sequence::MAX).contains(&after) {
            self.refuse("after", format!("it is a sequence of 0 to {}", Sequence::MAX));
        }
        after
    }

    /// The beginning of an address.
    pub(super) fn address_prefix(&mut self, prefix: Option<String>) -> Option<String> {
        let prefix = prefix?;
        let is_fine = prefix.len() <= ADDRESS_CHARS_MAX && prefix.bytes().all(is_address_byte);
        if !is_fine {
            self.refuse("address_prefix", TextError::Address);
        }
        Some(prefix)
    }

    /// A pair to look for. What could never be metadata is refused, and not only not found.
    pub(super) fn metadata_filter(
        &mut self,
        filter: Option<MetadataFilter>,
    ) -> Option<(String, String)> {
        let MetadataFilter { key, value } = filter?;
        self.keep("metadata", Metadata::new().insert(key.clone(), value.clone()));
        Some((key, value))
    }

    /// The key that a page starts after.
    pub(super) fn cursor<T: DeserializeOwned>(&mut self, text: &str) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        self.parsed::<Cursor<T>>("cursor", text).map(|cursor| cursor.0)
    }
}

fn micros(time: &WireTime) -> Option<Time> {
    let nanos = u32::try_from(time.nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    let micros = time.seconds.checked_mul(1_000_000)?.checked_add(i64::from(nanos / 1_000))?;
    // `from_micros` moves what has no text; that it did so tells that the time is out of range.
    (Timestamp::from_micros(micros).as_micros() == micros).then_some(micros)
}
