//! What people write into requests, checked where it is read: a value of these types is right.

use std::fmt;
use std::str::FromStr;

use kernel::{Amount, Timestamp};
use ledger::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const MESSAGE_CHARS_MAX: usize = 500;
const REFERENCE_CHARS_MAX: usize = 100;
const WAIT_S_MIN: u32 = 60;
const WAIT_S_MAX: u32 = 90 * 24 * 3600;

/// Why a field is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FieldError {
    #[error("it is empty; leave it out instead")]
    Empty,
    #[error("a message has at most 500 characters")]
    MessageTooLong,
    #[error("a reference has at most 100 characters")]
    ReferenceTooLong,
    #[error("it has a control character")]
    ControlCharacter,
    #[error("an amount is above zero here")]
    Zero,
    #[error("a time limit is 60 to 7776000 seconds (90 days)")]
    Wait,
    #[error("expected a month such as 2026-11")]
    Month,
    #[error("expected a day such as 2026-11-21")]
    Day,
}

/// A note to the other party: 1 to 500 characters, of which only the newline is a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 500, example = "for the pizza")]
pub(crate) struct Message(String);

/// The sender's own reference: 1 to 100 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(as = TransferReference, value_type = String, min_length = 1, max_length = 100, example = "invoice 17")]
pub(crate) struct Reference(String);

/// An amount above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Amount", into = "Amount")]
#[schema(value_type = String, pattern = "^[1-9][0-9]{0,38}$", example = "1250")]
pub(crate) struct Positive(Amount);

/// How long a transfer or request may wait, in seconds: a minute to 90 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(value_type = u32, minimum = 60, maximum = 7_776_000, example = 86400)]
pub(crate) struct Wait(u32);

/// Somebody, by one of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartyRef {
    /// A handle, without `@`.
    #[schema(example = "ann")]
    Handle(String),
    /// An e-mail address that its owner has verified.
    #[schema(example = "ann@example.org")]
    Email(String),
    /// One of their accounts.
    Account(AccountId),
}

/// A month of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i16,
    month: i8,
}

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(jiff::civil::Date);

impl TryFrom<String> for Message {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        check(&text, MESSAGE_CHARS_MAX, FieldError::MessageTooLong, |c| c != '\n')?;
        Ok(Self(text))
    }
}

impl TryFrom<String> for Reference {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        check(&text, REFERENCE_CHARS_MAX, FieldError::ReferenceTooLong, |_| true)?;
        Ok(Self(text))
    }
}

fn check(
    text: &str,
    chars_max: usize,
    too_long: FieldError,
    is_bad: impl Fn(char) -> bool,
) -> Result<(), FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::Empty);
    }
    if text.chars().count() > chars_max {
        return Err(too_long);
    }
    // U+2028 and U+2029 break lines too, and U+202A..E, U+2066..9 turn the text around.
    let turns = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(|c| (c.is_control() && is_bad(c)) || turns(c)) {
        return Err(FieldError::ControlCharacter);
    }
    Ok(())
}

impl TryFrom<Amount> for Positive {
    type Error = FieldError;

    fn try_from(amount: Amount) -> Result<Self, FieldError> {
        if amount.is_zero() { Err(FieldError::Zero) } else { Ok(Self(amount)) }
    }
}

impl TryFrom<u32> for Wait {
    type Error = FieldError;

    fn try_from(seconds: u32) -> Result<Self, FieldError> {
        let is_fine = (WAIT_S_MIN..=WAIT_S_MAX).contains(&seconds);
        if is_fine { Ok(Self(seconds)) } else { Err(FieldError::Wait) }
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.0
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl From<Positive> for Amount {
    fn from(positive: Positive) -> Self {
        positive.0
    }
}

impl From<Wait> for u32 {
    fn from(wait: Wait) -> Self {
        wait.0
    }
}

impl Message {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Reference {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Positive {
    pub(crate) const fn get(self) -> u128 {
        self.0.get()
    }
}

impl Wait {
    /// Two weeks.
    pub(crate) const DEFAULT: Self = Self(14 * 24 * 3600);

    pub(crate) const fn seconds(self) -> u32 {
        self.0
    }
}

impl Month {
    pub(crate) fn of(at: Timestamp) -> Self {
        let date = date_of(at);
        Self { year: date.year(), month: date.month() }
    }

    /// Its first moment.
    pub(crate) fn start(self) -> Timestamp {
        let date =
            jiff::civil::Date::new(self.year, self.month, 1).expect("a month has a first day");
        Day(date).start()
    }

    pub(crate) fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { month: self.month + 1, ..self }
        }
    }
}

/// The UTC date of a moment.
pub(crate) fn date_of(at: Timestamp) -> jiff::civil::Date {
    let moment = jiff::Timestamp::from_microsecond(at.as_micros()).expect("a timestamp has a date");
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

impl Day {
    pub(crate) fn of(at: Timestamp) -> Self {
        Self(date_of(at))
    }

    /// Its first moment.
    pub(crate) fn start(self) -> Timestamp {
        let first = self.0.to_zoned(jiff::tz::TimeZone::UTC).expect("UTC has every day");
        Timestamp::from_micros(first.timestamp().as_microsecond())
    }

    /// The day so many days later.
    pub(crate) fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// How many days later it is than another.
    pub(crate) fn days_after(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_hours() / 24
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let mut parts = text.splitn(3, '-');
        let mut number = |length: usize| {
            let part = parts.next()?;
            let is_form = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i16>().ok().filter(|_| is_form)
        };
        let date = (|| {
            let (year, month, day) = (number(4)?, number(2)?, number(2)?);
            let is_known = (1970..9999).contains(&year);
            let month = i8::try_from(month).ok()?;
            jiff::civil::Date::new(year, month, i8::try_from(day).ok()?).ok().filter(|_| is_known)
        })();
        date.map(Self).ok_or(FieldError::Day)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or(FieldError::Month)?;
        let is_form = year.len() == 4 && month.len() == 2 && digits(year) && digits(month);
        let year = year.parse().ok().filter(|year| is_form && (1970..9999).contains(year));
        let month = month.parse().ok().filter(|month| (1..=12).contains(month));
        year.zip(month).map(|(year, month)| Self { year, month }).ok_or(FieldError::Month)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_lines_but_no_other_control_characters() {
        let check = |text: &str| Message::try_from(text.to_owned()).map(|_| ());
        assert_eq!(check("hi\nthere 李"), Ok(()));
        assert_eq!(check(" \n"), Err(FieldError::Empty));
        assert_eq!(check(&"é".repeat(500)), Ok(()));
        assert_eq!(check(&"é".repeat(501)), Err(FieldError::MessageTooLong));
        for text in ["a\tb", "a\rb", "a\0", "a\u{1b}[0m", "a\u{202e}b", "a\u{85}"] {
            assert_eq!(check(text), Err(FieldError::ControlCharacter), "{text:?}");
        }
    }

    #[test]
    fn references_have_one_line() {
        let check = |text: &str| Reference::try_from(text.to_owned()).map(|_| ());
        assert_eq!(check("invoice 17"), Ok(()));
        assert_eq!(check("a\nb"), Err(FieldError::ControlCharacter));
        assert_eq!(check(&"a".repeat(101)), Err(FieldError::ReferenceTooLong));
    }

    #[test]
    fn parties_have_exactly_one_name() {
        let read = |text: &str| serde_json::from_str::<PartyRef>(text);
        assert_eq!(read(r#"{"handle":"ann"}"#).unwrap(), PartyRef::Handle("ann".into()));
        for text in [r#"{"name":"ann"}"#, r#"{"handle":"a","email":"b"}"#, "{}", r#""ann""#] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_are_read_and_counted() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(month.start().to_string(), "2026-12-01T00:00:00.000000Z");
        assert_eq!(Month::of(month.start()), month);
        for text in ["2026-13", "2026-1", "26-01", "2026-00", "2026-01-01", "+026-01", "9999-01"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_read_and_counted() {
        let day: Day = "2028-02-28".parse().unwrap();
        assert_eq!(day.plus(2).to_string(), "2028-03-01");
        assert_eq!(day.plus(366).days_after(day), 366);
        assert_eq!(day.start().to_string(), "2028-02-28T00:00:00.000000Z");
        assert_eq!(Day::of(day.plus(1).start()), day.plus(1));
        for text in
            ["2027-02-29", "2026-1-01", "26-01-01", "2026-01-01T00", "+026-01-01", "", "1969-12-31"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_above_zero_and_waits_bounded() {
        assert!(serde_json::from_str::<Positive>("\"0\"").is_err());
        assert_eq!(serde_json::from_str::<Positive>("\"1\"").unwrap().get(), 1);
        for (seconds, fine) in [(59, false), (60, true), (7_776_000, true), (7_776_001, false)] {
            assert_eq!(Wait::try_from(seconds).is_ok(), fine, "{seconds}");
        }
    }
}
