//! An account's row: its columns in binary COPY form, and the digest that guards them.

use bytes::{BufMut, BytesMut};

use super::numeric::{put_numeric, put_signed};
use super::row::{put_bytes, put_i32, put_i64, put_null, put_option, put_text, put_time, put_uuid};
use crate::engine::{Account, AccountDetails};

/// Columns in the order of [`put_account`].
pub(crate) const COLUMNS: &str = "no,id,asset,code,flags,closed,version,floor,ceiling,\
     user_data_128,user_data_64,user_data_32,address,metadata,created_at,digest";
const FIELDS: i16 = 16;

/// Writes an account's row.
pub(crate) fn put_account(buffer: &mut BytesMut, account: &Account) {
    let start = buffer.len();
    buffer.put_i16(FIELDS);
    put_columns(buffer, account);
    let digest = blake3::hash(&buffer[start..]);
    put_bytes(buffer, digest.as_bytes());
}

/// BLAKE3 of the row's other columns in binary COPY form.
pub(crate) fn account_digest(account: &Account) -> [u8; 32] {
    let mut buffer = BytesMut::new();
    buffer.put_i16(FIELDS);
    put_columns(&mut buffer, account);
    *blake3::hash(&buffer).as_bytes()
}

fn put_columns(buffer: &mut BytesMut, account: &Account) {
    let nothing = AccountDetails::default();
    let details = account.details.as_deref().unwrap_or(&nothing);
    put_i64(buffer, account.no);
    put_uuid(buffer, account.id);
    put_i32(buffer, account.asset.cast_signed());
    put_i32(buffer, account.code.into());
    put_i32(buffer, account.flags.0.into());
    buffer.put_i32(1);
    buffer.put_u8(account.closed.into());
    put_i32(buffer, account.version.cast_signed());
    put_option(buffer, account.limits.floor, put_signed);
    put_option(buffer, account.limits.ceiling, put_signed);
    for value in [details.user_data_128, details.user_data_64.into()] {
        if value == 0 { put_null(buffer) } else { put_numeric(buffer, value) }
    }
    match details.user_data_32 {
        0 => put_null(buffer),
        value => put_i64(buffer, value.into()),
    }
    put_option(buffer, details.address.as_deref(), put_text);
    put_option(buffer, details.metadata.as_deref(), put_text);
    put_time(buffer, account.created_at);
}
