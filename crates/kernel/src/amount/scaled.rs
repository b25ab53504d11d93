//! Amounts in major units, for people: `12.50` is 1250 minor units at scale 2.

use super::AmountError;

/// Most decimals that an asset can have: 10^38 is the last power of ten in 128 bits.
pub const SCALE_MAX: u8 = 38;

pub(super) fn format(minor_units: u128, scale: u8) -> String {
    let scale = usize::from(scale);
    if scale == 0 {
        return minor_units.to_string();
    }
    let mut text = format!("{minor_units:0width$}", width = scale + 1);
    text.insert(text.len() - scale, '.');
    text
}

pub(super) fn parse(text: &str, scale: u8) -> Result<u128, AmountError> {
    let (whole, fraction) = split(text)?;
    let kept = fraction.trim_end_matches('0');
    if kept.len() > usize::from(scale) {
        return Err(AmountError::TooManyDecimals { scale });
    }
    let mut value = 0_u128;
    for digit in whole.bytes().chain(kept.bytes()) {
        value =
            times_ten(value)?.checked_add(u128::from(digit - b'0')).ok_or(AmountError::Overflow)?;
    }
    // Zero stays zero at any scale, so it needs no (possibly huge) power of ten.
    for _ in kept.len()..usize::from(scale) {
        value = times_ten(value)?;
    }
    Ok(value)
}

/// Digits before and after the point. Both sides need one if there is a point.
fn split(text: &str) -> Result<(&str, &str), AmountError> {
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return Err(AmountError::NotADecimal),
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits_only = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    match whole.as_bytes() {
        [] => Err(AmountError::NotADecimal),
        _ if !digits_only => Err(AmountError::NotADecimal),
        [b'0', _, ..] => Err(AmountError::LeadingZero),
        _ => Ok((whole, fraction)),
    }
}

fn times_ten(value: u128) -> Result<u128, AmountError> {
    value.checked_mul(10).ok_or(AmountError::Overflow)
}
