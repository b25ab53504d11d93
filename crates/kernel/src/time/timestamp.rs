use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type as SchemaType};
use utoipa::{PartialSchema, ToSchema};

use crate::private::{RefOrSchema, SqlError, deserialize_text};

/// 2000-01-01 in microseconds since 1970: Postgres counts from there.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// A moment: microseconds since 1970-01-01 UTC, in the years 1 to 9999.
///
/// Outside it is RFC 3339 in UTC with six decimals, `2026-11-20T21:33:00.123456Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Why a text is not a moment. The messages are meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeError {
    #[error("expected an RFC 3339 time such as 2026-11-20T21:33:00Z, or a date such as 2026-11-20")]
    Malformed,
    #[error("the time is outside the years 1 to 9999")]
    OutOfRange,
}

impl Timestamp {
    /// 1970-01-01.
    pub const UNIX_EPOCH: Self = Self(0);
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-30T22:00:00Z, the last moment that has a date in every time zone.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// The moment this many microseconds after 1970, moved to the nearest one that has a text.
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970.
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    #[inline]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `duration` later, at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(micros(duration)))
    }

    /// The moment `duration` earlier, at least [`MIN`](Self::MIN).
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(micros(duration)))
    }

    /// Time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).try_into().unwrap_or(0))
    }

    /// Microseconds since 2000, as Postgres' binary format wants them in hand-written COPY.
    #[inline]
    pub const fn as_postgres_micros(self) -> i64 {
        self.0 - POSTGRES_EPOCH_US
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_microsecond(self.0).expect("checked by from_micros");
        PRINTER.print_timestamp(&moment, jiff::fmt::StdFmtWrite(f)).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Any UTC offset is taken; what is finer than a microsecond is cut off. A date alone is
    /// its first moment in UTC.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        // jiff also reads RFC 9557's time zone names; those need no place in this API.
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+:.".contains(&byte)) {
            return Err(TimeError::Malformed);
        }
        let moment = match text.len() {
            10 => text.parse::<Date>().ok().and_then(first_moment),
            20.. => text.parse::<jiff::Timestamp>().ok(),
            _ => None,
        };
        let micros = moment.ok_or(TimeError::Malformed)?.as_microsecond();
        let timestamp = Self::from_micros(micros);
        if timestamp.0 == micros { Ok(timestamp) } else { Err(TimeError::OutOfRange) }
    }
}

fn first_moment(date: Date) -> Option<jiff::Timestamp> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer, "a time such as `2026-11-20T21:33:00Z`")
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, SqlError> {
        out.put_i64(self.as_postgres_micros());
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Timestamp {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, SqlError> {
        let since_2000 = i64::from_be_bytes(raw.try_into()?);
        Ok(Self::from_micros(since_2000.saturating_add(POSTGRES_EPOCH_US)))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOrSchema {
        ObjectBuilder::new()
            .schema_type(SchemaType::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-20T21:33:00.123456Z"])
            .into()
    }
}

impl ToSchema for Timestamp {}
