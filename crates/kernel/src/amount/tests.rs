use bytes::BytesMut;
use proptest::prelude::*;
use serde_json::json;
use tokio_postgres::types::{FromSql, ToSql, Type};
use utoipa::PartialSchema;

use super::{Amount, AmountError, SignedAmount};

#[test]
fn texts_have_one_spelling() {
    let check = |text: &str, expected: Result<u128, AmountError>| {
        assert_eq!(text.parse::<Amount>().map(Amount::get), expected, "{text:?}");
    };
    check("0", Ok(0));
    check("1250", Ok(1250));
    check("9999999999999999999", Ok(9_999_999_999_999_999_999));
    check("10000000000000000000", Ok(10_000_000_000_000_000_000));
    check("340282366920938463463374607431768211455", Ok(u128::MAX));
    check("340282366920938463463374607431768211456", Err(AmountError::Overflow));
    check("1000000000000000000000000000000000000000", Err(AmountError::Overflow));
    check("", Err(AmountError::Empty));
    check("-1", Err(AmountError::Negative));
    check("-0", Err(AmountError::Negative));
    check("+1", Err(AmountError::NotAnInteger));
    check(" 1", Err(AmountError::NotAnInteger));
    check("1e3", Err(AmountError::NotAnInteger));
    check("1.0", Err(AmountError::NotAnInteger));
    check("٣", Err(AmountError::NotAnInteger));
    check("00", Err(AmountError::LeadingZero));
    check("01", Err(AmountError::LeadingZero));
}

#[test]
fn signed_texts_have_one_spelling() {
    let check = |text: &str, expected: Result<i128, AmountError>| {
        assert_eq!(text.parse::<SignedAmount>().map(SignedAmount::get), expected, "{text:?}");
    };
    check("0", Ok(0));
    check("-1250", Ok(-1250));
    check("-170141183460469231731687303715884105728", Ok(i128::MIN));
    check("170141183460469231731687303715884105727", Ok(i128::MAX));
    check("170141183460469231731687303715884105728", Err(AmountError::SignedOverflow));
    check("-170141183460469231731687303715884105729", Err(AmountError::SignedOverflow));
    check("340282366920938463463374607431768211456", Err(AmountError::SignedOverflow));
    check("-0", Err(AmountError::NotASignedInteger));
    check("-", Err(AmountError::NotASignedInteger));
    check("--1", Err(AmountError::NotASignedInteger));
    check("+1", Err(AmountError::NotASignedInteger));
    check("-01", Err(AmountError::LeadingZero));
}

#[test]
fn scaled_texts_are_exact() {
    let check = |text: &str, scale: u8, expected: Result<u128, AmountError>| {
        assert_eq!(Amount::parse_scaled(text, scale).map(Amount::get), expected, "{text:?}");
    };
    check("12.5", 2, Ok(1250));
    check("12.50", 2, Ok(1250));
    check("12.5000", 2, Ok(1250));
    check("12", 2, Ok(1200));
    check("0.01", 2, Ok(1));
    check("12", 0, Ok(12));
    check("12.0", 0, Ok(12));
    check("0", 200, Ok(0));
    check("12.505", 2, Err(AmountError::TooManyDecimals { scale: 2 }));
    check("12.5", 0, Err(AmountError::TooManyDecimals { scale: 0 }));
    check("3402823669209384634633746074317682114.56", 2, Err(AmountError::Overflow));
    check("1", 39, Err(AmountError::Overflow));
    check("", 2, Err(AmountError::Empty));
    for text in ["-1", "+1", "1e2", "1.", ".5", ".", "1.2.3", "1,5", " 1", "1 ", "NaN", "0x1"] {
        check(text, 2, Err(AmountError::NotADecimal));
    }
    check("01.5", 2, Err(AmountError::LeadingZero));
}

#[test]
fn scaled_form_shows_all_decimals() {
    assert_eq!(Amount::new(1250).format_scaled(2), "12.50");
    assert_eq!(Amount::new(5).format_scaled(2), "0.05");
    assert_eq!(Amount::new(5).format_scaled(0), "5");
    assert_eq!(Amount::ZERO.format_scaled(3), "0.000");
    assert_eq!(SignedAmount::new(-5).format_scaled(2), "-0.05");
    assert_eq!(SignedAmount::parse_scaled("-0.05", 2), Ok(SignedAmount::new(-5)));
}

#[test]
fn json_takes_strings_and_safe_integers() {
    let read = |text: &str| serde_json::from_str::<Amount>(text).map(Amount::get);
    assert_eq!(read("\"1250\"").unwrap(), 1250);
    assert_eq!(read("9007199254740991").unwrap(), 9_007_199_254_740_991);
    assert_eq!(serde_json::to_string(&Amount::MAX).unwrap().len(), 41);

    let refused = |text: &str, error: AmountError| {
        let message = read(text).unwrap_err().to_string();
        assert!(message.starts_with(&error.to_string()), "{text}: {message}");
    };
    refused("9007199254740992", AmountError::NumberTooLarge);
    refused("18446744073709551615", AmountError::NumberTooLarge);
    refused("184467440737095516150000", AmountError::NumberTooLarge);
    refused("12.5", AmountError::Float);
    refused("1e2", AmountError::Float);
    refused("-1", AmountError::Negative);
    refused("\"-1\"", AmountError::Negative);
    assert!(read("null").is_err() && read("true").is_err() && read("[1]").is_err());
}

#[test]
fn json_of_signed_amounts_takes_negative_integers() {
    let read = |text: &str| serde_json::from_str::<SignedAmount>(text);
    assert_eq!(read("-5").unwrap(), SignedAmount::new(-5));
    assert_eq!(read("\"-5\"").unwrap(), SignedAmount::new(-5));
    assert!(read("-9007199254740992").is_err());
    assert!(read("-1.5").is_err());
}

#[test]
fn schemas_are_strings_with_a_pattern() {
    insta::assert_json_snapshot!(json!([Amount::schema(), SignedAmount::schema()]), @r#"
    [
      {
        "description": "An amount in the asset's minor unit: a decimal integer, 0 to 2^128-1.",
        "examples": [
          "1250"
        ],
        "pattern": "^[0-9]{1,39}$",
        "type": "string"
      },
      {
        "description": "A signed amount in the asset's minor unit: a decimal integer, -2^127 to 2^127-1.",
        "examples": [
          "1250"
        ],
        "pattern": "^-?[0-9]{1,39}$",
        "type": "string"
      }
    ]
    "#);
}

#[test]
fn arithmetic_never_wraps() {
    assert_eq!(Amount::MAX.checked_add(Amount::new(1)), None);
    assert_eq!(Amount::ZERO.checked_sub(Amount::new(1)), None);
    assert_eq!(SignedAmount::MAX.checked_add(SignedAmount::new(1)), None);
    assert_eq!(SignedAmount::MIN.checked_sub(SignedAmount::new(1)), None);
    assert_eq!(SignedAmount::difference(Amount::MAX, Amount::ZERO), None);
    let half = Amount::new(1 << 127);
    assert_eq!(SignedAmount::difference(Amount::ZERO, half), Some(SignedAmount::MIN));
    assert_eq!(SignedAmount::difference(half, Amount::ZERO), None);
}

#[test]
fn numerics_that_are_no_amounts_are_refused() {
    let read = |words: &[u16]| {
        let raw: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        Amount::from_sql(&Type::NUMERIC, &raw).map(Amount::get).ok()
    };
    assert_eq!(read(&[1, 1, 0, 0, 5]), Some(50_000), "trailing zero digits are implied");
    assert_eq!(read(&[2, 0, 0, 2, 5, 0]), Some(5), "5.00 is an integer");
    assert_eq!(read(&[2, 0, 0, 2, 5, 5000]), None, "5.5");
    assert_eq!(read(&[1, 0xffff, 0, 2, 100]), None, "0.01");
    assert_eq!(read(&[1, 0, 0x4000, 0, 5]), None, "-5");
    assert_eq!(read(&[0, 0, 0xc000, 0]), None, "NaN");
    assert_eq!(read(&[1, 0x7fff, 0, 0, 1]), None, "too large");
    assert_eq!(read(&[9, 0, 0, 0]), None, "truncated");
}

fn any_amount() -> impl Strategy<Value = u128> {
    // All magnitudes alike: a plain u128 is nearly always huge.
    (any::<u128>(), 0..128_u32).prop_map(|(value, shift)| value >> shift)
}

proptest! {
    #[test]
    fn every_amount_survives_text_json_and_numeric(value in any_amount(), scale in 0..=38_u8) {
        let amount = Amount::new(value);
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        prop_assert_eq!(Amount::parse_scaled(&amount.format_scaled(scale), scale), Ok(amount));
        let text = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&text).unwrap(), amount);
        let mut raw = BytesMut::new();
        amount.to_sql(&Type::NUMERIC, &mut raw).unwrap();
        prop_assert_eq!(Amount::from_sql(&Type::NUMERIC, &raw).unwrap(), amount);
    }

    #[test]
    fn every_signed_amount_survives(value: i128, shift in 0..127_u32, scale in 0..=38_u8) {
        let amount = SignedAmount::new(value >> shift);
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        prop_assert_eq!(SignedAmount::parse_scaled(&amount.format_scaled(scale), scale), Ok(amount));
        let mut raw = BytesMut::new();
        amount.to_sql(&Type::NUMERIC, &mut raw).unwrap();
        prop_assert_eq!(SignedAmount::from_sql(&Type::NUMERIC, &raw).unwrap(), amount);
    }

    #[test]
    fn difference_is_the_mathematical_one(a in any_amount(), b in any_amount()) {
        let difference = SignedAmount::difference(Amount::new(a), Amount::new(b));
        let expected = if a >= b {
            i128::try_from(a - b).ok()
        } else {
            0_i128.checked_sub_unsigned(b - a)
        };
        prop_assert_eq!(difference.map(SignedAmount::get), expected);
    }

    #[test]
    fn no_text_panics(text in "[-+0-9.eE ]{0,45}", scale: u8) {
        let _ = text.parse::<Amount>();
        let _ = text.parse::<SignedAmount>();
        let _ = Amount::parse_scaled(&text, scale);
        let _ = SignedAmount::parse_scaled(&text, scale);
    }
}
