//! Amounts: integers in an asset's minor unit, never floats.
//!
//! [`Amount`] is unsigned (a transfer moves it), [`SignedAmount`] is signed (a balance, a floor).
//! Outside they are decimal strings; a JSON integer is accepted up to 2^53-1, the last one that
//! every JSON reader keeps exact.

mod json;
mod scaled;
mod signed;
mod sql;
mod unsigned;

pub use scaled::SCALE_MAX;
pub use signed::SignedAmount;
pub use unsigned::Amount;

use thiserror::Error;

/// Why a text or number is not an amount. The messages are meant for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountError {
    #[error("an amount is needed, found an empty text")]
    Empty,
    #[error("an amount is a decimal integer without sign, spaces or exponent, such as \"1250\"")]
    NotAnInteger,
    #[error("an amount is a decimal integer without spaces or exponent, such as \"-1250\"")]
    NotASignedInteger,
    #[error("an amount has no leading zeros")]
    LeadingZero,
    #[error("an amount can't be negative here")]
    Negative,
    #[error(
        "the amount is above the largest one, 340282366920938463463374607431768211455 (2^128-1)"
    )]
    Overflow,
    #[error("the amount is outside the signed range of -2^127 to 2^127-1")]
    SignedOverflow,
    #[error("an amount is a decimal number such as \"12.50\", without sign, spaces or exponent")]
    NotADecimal,
    #[error("this asset has {scale} decimals, the amount has more")]
    TooManyDecimals { scale: u8 },
    #[error(
        "as a JSON number an amount is an integer of at most 9007199254740991 (2^53-1); send larger ones as a string"
    )]
    NumberTooLarge,
    #[error(
        "as a JSON number an amount is an integer, not a float; send it as a string such as \"1250\""
    )]
    Float,
}

#[cfg(test)]
mod tests;
