use std::fmt;
use std::str::FromStr;

use super::{AmountError, scaled};

/// An amount in the asset's minor unit (cents, apples): 0 to 2^128-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u128);

impl Amount {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(u128::MAX);

    /// The amount of this many minor units.
    #[inline]
    pub const fn new(minor_units: u128) -> Self {
        Self(minor_units)
    }

    /// The number of minor units.
    #[inline]
    pub const fn get(self) -> u128 {
        self.0
    }

    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; `None` above 2^128-1.
    #[inline]
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference; `None` below zero.
    #[inline]
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// For people, in major units: `1250` at scale 2 is `12.50`. `scale` counts decimals.
    pub fn format_scaled(self, scale: u8) -> String {
        scaled::format(self.0, scale)
    }

    /// Reads what [`format_scaled`](Self::format_scaled) writes, exactly; fewer decimals are
    /// fine, more only if they are zeros.
    pub fn parse_scaled(text: &str, scale: u8) -> Result<Self, AmountError> {
        scaled::parse(text, scale).map(Self)
    }
}

impl From<u64> for Amount {
    fn from(minor_units: u64) -> Self {
        Self(minor_units.into())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.starts_with('-') {
            return Err(AmountError::Negative);
        }
        parse_digits(text, AmountError::NotAnInteger).map(Self)
    }
}

/// Reads digits only. Every value has one text, so leading zeros are refused.
pub(super) fn parse_digits(text: &str, malformed: AmountError) -> Result<u128, AmountError> {
    let digits = text.as_bytes();
    match digits {
        [] => return Err(AmountError::Empty),
        _ if !digits.iter().all(u8::is_ascii_digit) => return Err(malformed),
        [b'0', _, ..] => return Err(AmountError::LeadingZero),
        _ => {}
    }
    // Up to 19 digits fit 64 bits; nearly all amounts do, and that path is much faster.
    if digits.len() <= 19 {
        let value = digits.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        return Ok(value.into());
    }
    text.parse().map_err(|_| AmountError::Overflow)
}
