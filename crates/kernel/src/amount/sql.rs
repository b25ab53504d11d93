//! Amounts in Postgres: `numeric` without decimals, in the binary format.
//!
//! The format (`src/backend/utils/adt/numeric.c`, `numeric_send`): four 16-bit words (digit
//! count, weight of the first digit, sign, decimals shown), then the digits in base 10,000.

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::{Amount, SignedAmount};
use crate::private::SqlError;

const BASE: u128 = 10_000;
/// 2^128-1 has 39 decimal digits.
const DIGITS_MAX: usize = 10;
const NEGATIVE: u16 = 0x4000;

impl ToSql for Amount {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, SqlError> {
        put_numeric(self.get(), false, out);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }

    to_sql_checked!();
}

impl ToSql for SignedAmount {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, SqlError> {
        put_numeric(self.get().unsigned_abs(), self.is_negative(), out);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Amount {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, SqlError> {
        match get_numeric(raw) {
            Some((magnitude, false)) => Ok(Self::new(magnitude)),
            _ => Err("the numeric is not an integer of 0 to 2^128-1".into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }
}

impl<'a> FromSql<'a> for SignedAmount {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, SqlError> {
        get_numeric(raw)
            .and_then(|(magnitude, negative)| Self::from_parts(magnitude, negative))
            .ok_or_else(|| "the numeric is not an integer of -2^127 to 2^127-1".into())
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }
}

impl Amount {
    /// Appends the binary `numeric` without its length, for hand-written COPY and arrays.
    #[inline]
    pub fn put_numeric(self, out: &mut BytesMut) {
        put_numeric(self.get(), false, out);
    }
}

#[inline]
fn put_numeric(mut magnitude: u128, negative: bool, out: &mut BytesMut) {
    let mut digits = [0_u16; DIGITS_MAX];
    let mut first = DIGITS_MAX;
    // 128-bit division is slow; amounts that fit 64 bits leave it after this loop.
    while magnitude > u128::from(u64::MAX) {
        first -= 1;
        digits[first] = (magnitude % BASE) as u16;
        magnitude /= BASE;
    }
    let mut rest = magnitude as u64;
    while rest > 0 {
        first -= 1;
        digits[first] = (rest % BASE as u64) as u16;
        rest /= BASE as u64;
    }
    let digits = &digits[first..];
    let weight = digits.len().saturating_sub(1);
    out.reserve(8 + 2 * digits.len());
    out.put_u16(digits.len() as u16);
    out.put_u16(weight as u16);
    out.put_u16(if negative { NEGATIVE } else { 0 });
    out.put_u16(0);
    for &digit in digits {
        out.put_u16(digit);
    }
}

/// Magnitude and whether it is negative; `None` if it isn't an integer in range (NaN and
/// infinities have sign words of their own).
fn get_numeric(raw: &[u8]) -> Option<(u128, bool)> {
    let (words, []) = raw.as_chunks::<2>() else { return None };
    let mut words = words.iter().map(|word| u16::from_be_bytes(*word));
    let (count, weight) = (words.next()?, words.next()?.cast_signed());
    let (sign, _decimals) = (words.next()?, words.next()?);
    if sign != 0 && sign != NEGATIVE {
        return None;
    }
    let mut magnitude = 0_u128;
    let integer_digits = usize::try_from(i32::from(weight) + 1).ok();
    for (index, digit) in words.clone().enumerate() {
        let is_integer = integer_digits.is_some_and(|integer_digits| index < integer_digits);
        match (is_integer, digit) {
            (true, _) => magnitude = magnitude.checked_mul(BASE)?.checked_add(digit.into())?,
            (false, 0) => {}
            (false, _) => return None,
        }
    }
    // Trailing zero digits aren't stored.
    for _ in usize::from(count)..integer_digits.unwrap_or(0) {
        magnitude = magnitude.checked_mul(BASE)?;
    }
    (words.len() == usize::from(count)).then_some((magnitude, sign == NEGATIVE))
}
