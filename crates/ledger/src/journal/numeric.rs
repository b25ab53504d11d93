//! PostgreSQL's binary `numeric`: base-10,000 digits, most significant first, in its normal form
//! (no leading and no trailing zero digits), as `numeric_send` writes it.

use bytes::{BufMut, BytesMut};

const BASE: u128 = 10_000;
const SIGN_NEGATIVE: u16 = 0x4000;
/// A `u128` has at most 39 decimal digits: ten digits of base 10,000.
const DIGITS_MAX: usize = 10;

/// Writes length and value of a `numeric` field.
pub(crate) fn put_numeric(buffer: &mut BytesMut, value: u128) {
    put(buffer, value, 0);
}

/// Writes length and value of a signed `numeric` field.
pub(crate) fn put_signed(buffer: &mut BytesMut, value: i128) {
    put(buffer, value.unsigned_abs(), if value < 0 { SIGN_NEGATIVE } else { 0 });
}

fn put(buffer: &mut BytesMut, value: u128, sign: u16) {
    let mut digits = [0_u16; DIGITS_MAX];
    let count = split(value, &mut digits);
    let trailing = digits[..count].iter().take_while(|digit| **digit == 0).count();
    let significant = &digits[trailing..count];
    buffer.put_i32(8 + 2 * significant.len() as i32);
    buffer.put_u16(significant.len() as u16);
    buffer.put_i16(if significant.is_empty() { 0 } else { count as i16 - 1 });
    buffer.put_u16(sign);
    buffer.put_u16(0);
    for digit in significant.iter().rev() {
        buffer.put_u16(*digit);
    }
}

/// Splits into base-10,000 digits, least significant first; answers with their number.
fn split(value: u128, digits: &mut [u16; DIGITS_MAX]) -> usize {
    let mut count = 0;
    let mut rest = value;
    // Most amounts fit 64 bits, where division is several times faster.
    while rest > u128::from(u64::MAX) {
        digits[count] = (rest % BASE) as u16;
        rest /= BASE;
        count += 1;
    }
    let mut rest = rest as u64;
    while rest > 0 {
        digits[count] = (rest % BASE as u64) as u16;
        rest /= BASE as u64;
        count += 1;
    }
    count
}

/// Reads a `numeric` that is a whole number; `None` if it is not, or does not fit.
pub(crate) fn read_numeric(bytes: &[u8]) -> Option<u128> {
    let (value, negative) = read(bytes)?;
    (!negative || value == 0).then_some(value)
}

fn read(bytes: &[u8]) -> Option<(u128, bool)> {
    let field = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let count = usize::from(field(0)?);
    let weight = i32::from(field(2)? as i16);
    let sign = field(4)?;
    if sign != 0 && sign != SIGN_NEGATIVE {
        return None;
    }
    let mut value: u128 = 0;
    for index in 0..count {
        let digit = u128::from(field(8 + 2 * index)?);
        let power = weight - index as i32;
        if power < 0 {
            if digit != 0 {
                return None;
            }
            continue;
        }
        value = value.checked_add(digit.checked_mul(BASE.checked_pow(power as u32)?)?)?;
    }
    Some((value, sign == SIGN_NEGATIVE))
}

#[cfg(test)]
mod tests {
    use kernel::SignedAmount;
    use tokio_postgres::types::{FromSql, Type};

    use super::*;

    /// As the columns of limits are read.
    fn read_signed(bytes: &[u8]) -> Option<i128> {
        SignedAmount::from_sql(&Type::NUMERIC, bytes).ok().map(SignedAmount::get)
    }

    fn round_trip(value: i128) {
        let mut buffer = BytesMut::new();
        put_signed(&mut buffer, value);
        assert_eq!(buffer.len() as i32 - 4, i32::from_be_bytes(buffer[..4].try_into().unwrap()));
        assert_eq!(read_signed(&buffer[4..]), Some(value), "{value}");
    }

    #[test]
    fn numbers_survive_the_round_trip() {
        for value in [0, 1, 9_999, 10_000, 10_001, 100_000_000, 123_456_789_012, i128::MAX] {
            round_trip(value);
            round_trip(-value);
        }
        round_trip(i128::MIN);
        for power in 0..38 {
            round_trip(10_i128.pow(power));
            round_trip(10_i128.pow(power) - 1);
        }
    }

    #[test]
    fn the_largest_amount_fits() {
        let mut buffer = BytesMut::new();
        put_numeric(&mut buffer, u128::MAX);
        assert_eq!(read_numeric(&buffer[4..]), Some(u128::MAX));
    }

    #[test]
    fn fractions_and_negatives_are_no_amounts() {
        let fraction = [0, 1, 0xff, 0xff, 0, 0, 0, 2, 0x13, 0x88]; // 0.50
        assert_eq!(read_numeric(&fraction), None);
        let mut buffer = BytesMut::new();
        put_signed(&mut buffer, -5);
        assert_eq!(read_numeric(&buffer[4..]), None);
        assert_eq!(read_numeric(&buffer[4..9]), None);
    }
}
