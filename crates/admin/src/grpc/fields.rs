//! Reading the fields of a request, and writing what several answers have.

use std::fmt::Display;
use std::str::FromStr;

use kernel::http::Ids;
use kernel::{Cursor, Limit, Problem, Timestamp};
use proto::Timestamp as WireTime;
use proto::failure::invalid;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tonic::Status;

use crate::caller::Caller;

/// A text form that is needed.
pub(super) fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Status> {
    text.parse().map_err(|why: T::Err| invalid(field, why.to_string()))
}

/// A text form that may be left out.
pub(super) fn optional<T: FromStr<Err: Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Status> {
    text.map(|text| parsed(field, text)).transpose()
}

/// The length of a page; zero means "not given".
pub(super) fn limit(limit: u32) -> Result<Limit, Status> {
    if limit == 0 {
        return Ok(Limit::DEFAULT);
    }
    Limit::try_new(limit.into()).map_err(|why| invalid("limit", why.to_string()))
}

/// The position in a list; empty is its beginning.
pub(super) fn cursor<T: DeserializeOwned>(text: &str) -> Result<Option<T>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    parsed("cursor", text).map(|Cursor(position): Cursor<T>| Some(position))
}

/// Microseconds; what is finer is cut off.
pub(super) fn time(field: &str, time: Option<&WireTime>) -> Result<Option<Timestamp>, Status> {
    let Some(time) = time else { return Ok(None) };
    let nanos = u32::try_from(time.nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let micros = nanos.and_then(|nanos| {
        time.seconds.checked_mul(1_000_000)?.checked_add(i64::from(nanos / 1_000))
    });
    let moment = micros.map(Timestamp::from_micros);
    let exact = moment.filter(|moment| Some(moment.as_micros()) == micros);
    let why = "a time lies in the years 1 to 9999, nanos in 0 to 10^9-1";
    exact.map(Some).ok_or_else(|| invalid(field, why))
}

/// The ids that follow from a key.
pub(super) fn ids(caller: &Caller, route: &str, key: Option<&str>) -> Result<Ids, Status> {
    Ids::of(&caller.actor.caller_key(), route, key).map_err(|why| invalid("idempotency_key", why))
}

pub(super) fn wire_time(time: Timestamp) -> WireTime {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    WireTime { seconds: micros.div_euclid(1_000_000), nanos }
}

pub(super) fn json(value: &Value) -> String {
    value.to_string()
}

/// A count on the wire; one that is beyond it is shown as the largest.
pub(super) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(super) fn refuse(problem: Problem) -> Status {
    super::refused(&problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        for micros in [0, 1, -1, 1_767_225_600_123_456, -62_135_596_800_000_000] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(time("at", Some(&wire_time(moment))).unwrap(), Some(moment));
        }
        for (seconds, nanos) in [(i64::MAX, 0), (0, -1), (0, 1_000_000_000), (300_000_000_000, 0)] {
            assert!(time("at", Some(&WireTime { seconds, nanos })).is_err());
        }
        assert_eq!(time("at", None).unwrap(), None);
    }

    #[test]
    fn zero_is_the_default_limit_and_empty_the_first_page() {
        assert_eq!(limit(0).unwrap(), Limit::DEFAULT);
        assert!(limit(201).is_err());
        assert_eq!(cursor::<i64>("").unwrap(), None);
        assert_eq!(cursor::<i64>("zzz").unwrap_err().code(), tonic::Code::InvalidArgument);
    }
}
