//! Fields that several calls read or write.

use std::fmt::Display;
use std::str::FromStr;

use kernel::http::invalid_field;
use kernel::{Problem, Timestamp};
use serde_json::Value;

/// An id in a field of this name.
pub(super) fn id<T: FromStr>(field: &str, text: &str) -> Result<T, Problem>
where
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| invalid_field(format!("/{field}"), error.to_string()))
}

/// JSON in a field of this name.
pub(super) fn json(field: &str, text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text)
        .map_err(|error| invalid_field(format!("/{field}"), format!("is no JSON: {error}")))
}

/// A time in a field of this name.
pub(super) fn time(field: &str, wire: proto::Timestamp) -> Result<Timestamp, Problem> {
    let micros = wire
        .seconds
        .checked_mul(1_000_000)
        .and_then(|micros| micros.checked_add(i64::from(wire.nanos) / 1_000))
        .filter(|_| (0..1_000_000_000).contains(&wire.nanos));
    let time = micros.map(Timestamp::from_micros).filter(|time| Some(time.as_micros()) == micros);
    time.ok_or_else(|| invalid_field(format!("/{field}"), "is no time of the years 1 to 9999"))
}

pub(super) fn wire_time(time: Timestamp) -> proto::Timestamp {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).expect("below 10^9");
    proto::Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_both_ways() {
        for micros in [0, -1, 1_767_225_600_123_456, Timestamp::MIN.as_micros()] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(time("at", wire_time(moment)).unwrap(), moment);
        }
        for (seconds, nanos) in [(i64::MAX, 0), (0, -1), (0, 1_000_000_000), (1 << 60, 0)] {
            let problem = time("at", proto::Timestamp { seconds, nanos }).unwrap_err();
            assert_eq!(problem.errors[0].pointer, "/at");
        }
    }
}
