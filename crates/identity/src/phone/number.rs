use std::fmt;

/// Digits of a number with its country code (ITU-T E.164). Fewer than seven are nobody's.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
const RULE: &str = "expected a phone number with its country code, such as +49 170 1234567";

/// A number in E.164: a plus, the country code, the number in the country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes what people put between the digits, too.
    pub(crate) fn try_new(text: &str) -> Result<Self, &'static str> {
        let is_between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
        let rest = text.trim().strip_prefix('+').ok_or(RULE)?;
        if !rest.chars().all(|c| c.is_ascii_digit() || is_between(c)) {
            return Err(RULE);
        }
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_right = DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        if is_right { Ok(Self(format!("+{digits}"))) } else { Err(RULE) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As much of a number as its owner needs to recognise it: `…567`. It is in mails and events.
pub(crate) fn hint(number: &str) -> String {
    let start = number.len().saturating_sub(3);
    format!("…{}", number.get(start..).unwrap_or_default())
}
