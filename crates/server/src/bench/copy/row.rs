//! Rows in Postgres' binary COPY form, as the ledger writes them when they carry nothing extra.

use bytes::{BufMut as _, Bytes, BytesMut};
use kernel::{Clock as _, SystemClock};

use super::super::load::Movement;

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;
const FIELDS: i16 = 8;

pub(super) const COLUMNS: &str = "seq,id,debit_account,credit_account,at,code,flags,amount";

pub(super) fn encode(movements: &[Movement], first_seq: i64) -> Bytes {
    let at = SystemClock.now().as_postgres_micros();
    let mut buffer = BytesMut::with_capacity(movements.len() * 112 + 64);
    buffer.put_slice(HEADER);
    for (seq, movement) in (first_seq..).zip(movements) {
        buffer.put_i16(FIELDS);
        put_i64(&mut buffer, seq);
        buffer.put_i32(16);
        buffer.put_u128(movement.id);
        put_i64(&mut buffer, i64::from(movement.debit) + 1);
        put_i64(&mut buffer, i64::from(movement.credit) + 1);
        put_i64(&mut buffer, at);
        put_i32(&mut buffer, 1);
        put_i32(&mut buffer, 0);
        put_numeric(&mut buffer, movement.amount);
    }
    buffer.put_i16(TRAILER);
    buffer.freeze()
}

fn put_i64(buffer: &mut BytesMut, value: i64) {
    buffer.put_i32(8);
    buffer.put_i64(value);
}

fn put_i32(buffer: &mut BytesMut, value: i32) {
    buffer.put_i32(4);
    buffer.put_i32(value);
}

/// Digits of base 10,000, most significant first, without zeros at the end.
fn put_numeric(buffer: &mut BytesMut, value: u32) {
    let digits = [value / 100_000_000, value / 10_000 % 10_000, value % 10_000];
    let start = digits.iter().position(|digit| *digit != 0).unwrap_or(3);
    let end = digits.iter().rposition(|digit| *digit != 0).map_or(3, |last| last + 1);
    let kept = &digits[start.min(end)..end];
    buffer.put_i32(8 + 2 * i32::try_from(kept.len()).expect("at most three"));
    buffer.put_u16(u16::try_from(kept.len()).expect("at most three"));
    buffer.put_i16(if kept.is_empty() { 0 } else { 2 - i16::try_from(start).expect("small") });
    buffer.put_u16(0);
    buffer.put_u16(0);
    for digit in kept {
        buffer.put_u16(u16::try_from(*digit).expect("below 10,000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_have_their_normal_form() {
        let digits = |value: u32| {
            let mut buffer = BytesMut::new();
            put_numeric(&mut buffer, value);
            buffer[4..]
                .chunks(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect::<Vec<_>>()
        };
        assert_eq!(digits(0), [0, 0, 0, 0]);
        assert_eq!(digits(7), [1, 0, 0, 0, 7]);
        assert_eq!(digits(10_000), [1, 1, 0, 0, 1]);
        assert_eq!(digits(123_456_789), [3, 2, 0, 0, 1, 2345, 6789]);
    }
}
