use std::fmt;
use std::str::FromStr;

use super::{Amount, AmountError, scaled, unsigned};

/// A signed amount in the asset's minor unit: a balance, a floor, a ceiling. -2^127 to 2^127-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SignedAmount(i128);

impl SignedAmount {
    pub const ZERO: Self = Self(0);
    pub const MIN: Self = Self(i128::MIN);
    pub const MAX: Self = Self(i128::MAX);

    /// The signed amount of this many minor units.
    #[inline]
    pub const fn new(minor_units: i128) -> Self {
        Self(minor_units)
    }

    /// The number of minor units.
    #[inline]
    pub const fn get(self) -> i128 {
        self.0
    }

    #[inline]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// `plus - minus`, such as credits minus debits; `None` outside the signed range.
    #[inline]
    pub const fn difference(plus: Amount, minus: Amount) -> Option<Self> {
        let (plus, minus) = (plus.get(), minus.get());
        let (magnitude, negative) =
            if plus >= minus { (plus - minus, false) } else { (minus - plus, true) };
        Self::from_parts(magnitude, negative)
    }

    /// The sum; `None` outside the signed range.
    #[inline]
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference; `None` outside the signed range.
    #[inline]
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// For people, in major units: `-1250` at scale 2 is `-12.50`. `scale` counts decimals.
    pub fn format_scaled(self, scale: u8) -> String {
        let digits = scaled::format(self.0.unsigned_abs(), scale);
        if self.0 < 0 { format!("-{digits}") } else { digits }
    }

    /// Reads what [`format_scaled`](Self::format_scaled) writes, exactly.
    pub fn parse_scaled(text: &str, scale: u8) -> Result<Self, AmountError> {
        let (digits, negative) = split_sign(text);
        Self::from_parts(scaled::parse(digits, scale)?, negative).ok_or(AmountError::SignedOverflow)
    }

    pub(super) const fn from_parts(magnitude: u128, negative: bool) -> Option<Self> {
        let value = magnitude as i128;
        match (negative, magnitude <= i128::MAX as u128) {
            (false, true) => Some(Self(value)),
            (true, true) => Some(Self(-value)),
            (true, false) if magnitude == i128::MIN.unsigned_abs() => Some(Self::MIN),
            (_, false) => None,
        }
    }
}

impl From<i64> for SignedAmount {
    fn from(minor_units: i64) -> Self {
        Self(minor_units.into())
    }
}

impl TryFrom<Amount> for SignedAmount {
    type Error = AmountError;

    fn try_from(amount: Amount) -> Result<Self, AmountError> {
        Self::from_parts(amount.get(), false).ok_or(AmountError::SignedOverflow)
    }
}

impl fmt::Display for SignedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for SignedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for SignedAmount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (digits, negative) = split_sign(text);
        let magnitude = match unsigned::parse_digits(digits, AmountError::NotASignedInteger) {
            Err(AmountError::Overflow) => return Err(AmountError::SignedOverflow),
            // "-" and "-0" are no values; zero has one text.
            Err(AmountError::Empty) if negative => return Err(AmountError::NotASignedInteger),
            Ok(0) if negative => return Err(AmountError::NotASignedInteger),
            other => other?,
        };
        Self::from_parts(magnitude, negative).ok_or(AmountError::SignedOverflow)
    }
}

fn split_sign(text: &str) -> (&str, bool) {
    text.strip_prefix('-').map_or((text, false), |digits| (digits, true))
}
