//! One journal row in PostgreSQL's binary COPY form, both ways.
//!
//! The same bytes serve three purposes: they are what is written, what is read back, and what
//! the hash chain covers. A row whose extra fields are all empty is written in the short form
//! (eight fields), any other in the full one; the hash covers the form that fits the row, not
//! the one that happened to be written.

use bytes::{Buf, BufMut, BytesMut};

use super::numeric::{put_numeric, read_numeric};
use crate::engine::{Extra, Record, Time, TransferFlags};

/// Columns of the short form, in order.
pub(crate) const COLUMNS_SHORT: &str = "seq,id,debit_account,credit_account,at,code,flags,amount";
/// Columns of the full form, in order.
pub(crate) const COLUMNS_FULL: &str = "seq,id,debit_account,credit_account,at,code,flags,amount,\
     pending_id,released,timeout_s,user_data_128,user_data_64,user_data_32,group_id,reverses,\
     effective_at,reference,metadata";
const FIELDS_SHORT: i16 = 8;
const FIELDS_FULL: i16 = 19;

/// Start of every binary COPY stream: signature, flags, length of the header's extension.
pub(crate) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// End of every binary COPY stream.
pub(crate) const TRAILER: i16 = -1;

/// 2000-01-01 in microseconds of the Unix epoch: PostgreSQL counts from there.
pub(crate) const POSTGRES_EPOCH: Time = 946_684_800_000_000;

/// Writes a row in the short form; the record must have no extra fields.
pub(crate) fn put_short(buffer: &mut BytesMut, record: &Record) {
    buffer.put_i16(FIELDS_SHORT);
    put_fixed(buffer, record);
}

/// Writes a row in the full form.
pub(crate) fn put_full(buffer: &mut BytesMut, record: &Record) {
    buffer.put_i16(FIELDS_FULL);
    put_fixed(buffer, record);
    put_extra(buffer, record.extra());
}

/// Writes a row in the form that the hash chain covers.
pub(crate) fn put_canonical(buffer: &mut BytesMut, record: &Record) {
    if has_extra(record) { put_full(buffer, record) } else { put_short(buffer, record) }
}

/// Whether a record needs the full form.
pub(crate) fn has_extra(record: &Record) -> bool {
    record.extra.as_deref().is_some_and(|extra| *extra != Extra::default())
}

fn put_fixed(buffer: &mut BytesMut, record: &Record) {
    put_i64(buffer, record.seq);
    put_uuid(buffer, record.id);
    put_i64(buffer, record.debit);
    put_i64(buffer, record.credit);
    put_time(buffer, record.at);
    put_i32(buffer, record.code.into());
    put_i32(buffer, record.flags.0.into());
    put_numeric(buffer, record.amount);
}

fn put_extra(buffer: &mut BytesMut, extra: &Extra) {
    put_if(buffer, extra.pending_id != 0, |buffer| put_uuid(buffer, extra.pending_id));
    put_option(buffer, extra.released, put_numeric);
    put_if(buffer, extra.timeout_s != 0, |buffer| put_i64(buffer, extra.timeout_s.into()));
    let user_data = [extra.user_data_128, extra.user_data_64.into()];
    for value in user_data {
        put_if(buffer, value != 0, |buffer| put_numeric(buffer, value));
    }
    put_if(buffer, extra.user_data_32 != 0, |buffer| put_i64(buffer, extra.user_data_32.into()));
    put_if(buffer, extra.group != 0, |buffer| put_uuid(buffer, extra.group));
    put_if(buffer, extra.reverses != 0, |buffer| put_uuid(buffer, extra.reverses));
    put_option(buffer, extra.effective_at, put_time);
    put_option(buffer, extra.reference.as_deref(), put_text);
    put_option(buffer, extra.metadata.as_deref(), put_text);
}

pub(crate) fn put_null(buffer: &mut BytesMut) {
    buffer.put_i32(-1);
}

fn put_if(buffer: &mut BytesMut, given: bool, put: impl FnOnce(&mut BytesMut)) {
    if given { put(buffer) } else { put_null(buffer) }
}

pub(crate) fn put_option<T>(buffer: &mut BytesMut, value: Option<T>, put: fn(&mut BytesMut, T)) {
    match value {
        Some(value) => put(buffer, value),
        None => put_null(buffer),
    }
}

pub(crate) fn put_i64(buffer: &mut BytesMut, value: i64) {
    buffer.put_i32(8);
    buffer.put_i64(value);
}

pub(crate) fn put_i32(buffer: &mut BytesMut, value: i32) {
    buffer.put_i32(4);
    buffer.put_i32(value);
}

pub(crate) fn put_uuid(buffer: &mut BytesMut, value: u128) {
    buffer.put_i32(16);
    buffer.put_u128(value);
}

pub(crate) fn put_time(buffer: &mut BytesMut, value: Time) {
    put_i64(buffer, value - POSTGRES_EPOCH);
}

pub(crate) fn put_text(buffer: &mut BytesMut, value: &str) {
    put_bytes(buffer, value.as_bytes());
}

pub(crate) fn put_bytes(buffer: &mut BytesMut, value: &[u8]) {
    buffer.put_i32(i32::try_from(value.len()).expect("texts are bounded"));
    buffer.put_slice(value);
}

/// Why bytes are no journal row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row of the journal can't be read: {0}")]
pub(crate) struct RowError(pub(crate) &'static str);

/// Reads the rows of a binary COPY stream of [`COLUMNS_FULL`] from chunks of any size.
#[derive(Debug, Default)]
pub(crate) struct RowReader {
    buffer: BytesMut,
    started: bool,
    ended: bool,
}

impl RowReader {
    /// Adds bytes of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next row, or `None` until more bytes come.
    pub(crate) fn next_row(&mut self) -> Result<Option<Record>, RowError> {
        if !self.started {
            if self.buffer.len() < HEADER.len() {
                return Ok(None);
            }
            self.buffer.advance(HEADER.len());
            self.started = true;
        }
        if self.ended || self.buffer.len() < 2 {
            return Ok(None);
        }
        if self.buffer[..2] == TRAILER.to_be_bytes() {
            self.ended = true;
            return Ok(None);
        }
        let mut fields = Fields { bytes: &self.buffer[2..] };
        let Some(record) = read_row(&mut fields)? else { return Ok(None) };
        let used = self.buffer.len() - fields.bytes.len();
        self.buffer.advance(used);
        Ok(Some(record))
    }
}

/// The fields of one row that may not be there completely yet.
struct Fields<'a> {
    bytes: &'a [u8],
}

/// Stops reading where the stream ends for now.
macro_rules! complete {
    ($field:expr) => {
        match $field {
            Some(field) => field,
            None => return Ok(None),
        }
    };
}

impl<'a> Fields<'a> {
    /// A field; the outer `None` means that its bytes are not there yet.
    fn next(&mut self) -> Option<Option<&'a [u8]>> {
        let (length, rest) = self.bytes.split_first_chunk::<4>()?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.bytes = rest;
            return Some(None);
        };
        let (field, rest) = rest.split_at_checked(length)?;
        self.bytes = rest;
        Some(Some(field))
    }
}

fn read_row(fields: &mut Fields<'_>) -> Result<Option<Record>, RowError> {
    let seq = required(complete!(fields.next()), read_i64)?;
    let id = required(complete!(fields.next()), read_uuid)?;
    let debit = required(complete!(fields.next()), read_i64)?;
    let credit = required(complete!(fields.next()), read_i64)?;
    let at = required(complete!(fields.next()), read_time)?;
    let code = required(complete!(fields.next()), read_i32)?;
    let flags = required(complete!(fields.next()), read_i32)?;
    let amount = required(complete!(fields.next()), read_numeric)?;
    let mut extra = [None; (FIELDS_FULL - FIELDS_SHORT) as usize];
    for field in &mut extra {
        *field = complete!(fields.next());
    }
    let extra =
        if extra.iter().any(Option::is_some) { Some(Box::new(read_extra(&extra)?)) } else { None };
    let code = u16::try_from(code).map_err(|_| RowError("the code is out of range"))?;
    let flags = u16::try_from(flags).map_err(|_| RowError("the flags are out of range"))?;
    let flags = TransferFlags(flags);
    Ok(Some(Record { seq, id, debit, credit, amount, at, code, flags, extra }))
}

fn read_extra(fields: &[Option<&[u8]>; 11]) -> Result<Extra, RowError> {
    let or_zero = |field: Option<&[u8]>, read: fn(&[u8]) -> Option<u128>| {
        Ok::<u128, RowError>(optional(field, read)?.unwrap_or(0))
    };
    let narrow = |value: u128| u64::try_from(value).map_err(|_| RowError("a number is too large"));
    let narrow_32 = |value: Option<i64>| {
        u32::try_from(value.unwrap_or(0)).map_err(|_| RowError("a number is out of range"))
    };
    Ok(Extra {
        pending_id: or_zero(fields[0], read_uuid)?,
        released: optional(fields[1], read_numeric)?,
        timeout_s: narrow_32(optional(fields[2], read_i64)?)?,
        user_data_128: or_zero(fields[3], read_numeric)?,
        user_data_64: narrow(or_zero(fields[4], read_numeric)?)?,
        user_data_32: narrow_32(optional(fields[5], read_i64)?)?,
        group: or_zero(fields[6], read_uuid)?,
        reverses: or_zero(fields[7], read_uuid)?,
        effective_at: optional(fields[8], read_time)?,
        reference: optional(fields[9], read_text)?,
        metadata: optional(fields[10], read_text)?,
    })
}

fn required<T>(field: Option<&[u8]>, read: fn(&[u8]) -> Option<T>) -> Result<T, RowError> {
    optional(field, read)?.ok_or(RowError("a field is missing"))
}

fn optional<T>(field: Option<&[u8]>, read: fn(&[u8]) -> Option<T>) -> Result<Option<T>, RowError> {
    field.map(|bytes| read(bytes).ok_or(RowError("a field is malformed"))).transpose()
}

fn read_i64(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

fn read_i32(bytes: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(bytes.try_into().ok()?))
}

fn read_uuid(bytes: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(bytes.try_into().ok()?))
}

fn read_time(bytes: &[u8]) -> Option<Time> {
    read_i64(bytes)?.checked_add(POSTGRES_EPOCH)
}

fn read_text(bytes: &[u8]) -> Option<Box<str>> {
    Some(std::str::from_utf8(bytes).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(seq: i64) -> Record {
        Record {
            seq,
            id: 7 << 100 | seq as u128,
            debit: 1,
            credit: i64::MAX,
            amount: u128::MAX - 5,
            at: 1_700_000_000_000_001,
            code: u16::MAX,
            flags: TransferFlags(3),
            extra: None,
        }
    }

    fn with_extra(seq: i64) -> Record {
        let extra = Extra {
            pending_id: 9,
            released: Some(0),
            timeout_s: u32::MAX,
            user_data_128: u128::MAX,
            user_data_64: u64::MAX,
            user_data_32: 1,
            group: 4,
            reverses: 0,
            effective_at: Some(-5),
            reference: Some("INV-1 ü".into()),
            metadata: Some("{\"a\":\"b\"}".into()),
        };
        Record { extra: Some(Box::new(extra)), ..plain(seq) }
    }

    fn stream(records: &[Record]) -> Vec<u8> {
        let mut buffer = BytesMut::from(HEADER);
        records.iter().for_each(|record| put_full(&mut buffer, record));
        buffer.put_i16(TRAILER);
        buffer.to_vec()
    }

    #[test]
    fn rows_survive_the_round_trip_in_chunks_of_any_size() {
        let records = vec![plain(1), with_extra(2), plain(3)];
        let bytes = stream(&records);
        for size in [1, 7, 100, bytes.len()] {
            let mut reader = RowReader::default();
            let mut read = Vec::new();
            for chunk in bytes.chunks(size) {
                reader.feed(chunk);
                while let Some(record) = reader.next_row().unwrap() {
                    read.push(record);
                }
            }
            assert_eq!(read, records, "chunks of {size}");
        }
    }
}
