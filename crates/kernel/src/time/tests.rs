use std::time::Duration;

use bytes::BytesMut;
use proptest::prelude::*;
use serde_json::json;
use tokio_postgres::types::{FromSql, ToSql, Type};

use super::{Clock, MockClock, SystemClock, TimeError, Timestamp};

#[test]
fn text_has_six_decimals_and_utc() {
    let check = |micros: i64, text: &str| {
        let timestamp = Timestamp::from_micros(micros);
        assert_eq!(timestamp.to_string(), text);
        assert_eq!(text.parse(), Ok(timestamp));
    };
    check(0, "1970-01-01T00:00:00.000000Z");
    check(-1, "1969-12-31T23:59:59.999999Z");
    check(1_795_210_380_123_456, "2026-11-20T21:33:00.123456Z");
    check(Timestamp::MIN.as_micros(), "0001-01-01T00:00:00.000000Z");
    check(Timestamp::MAX.as_micros(), "9999-12-30T22:00:00.000000Z");
}

#[test]
fn parsing_takes_offsets_and_dates() {
    let check = |text: &str, expected: &str| {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), expected, "{text}");
    };
    check("2026-11-20", "2026-11-20T00:00:00.000000Z");
    check("2026-11-20T21:33:00Z", "2026-11-20T21:33:00.000000Z");
    check("2026-11-20t21:33:00z", "2026-11-20T21:33:00.000000Z");
    check("2026-11-20T21:33:00+02:00", "2026-11-20T19:33:00.000000Z");
    check("2026-11-20T21:33:00.1234567Z", "2026-11-20T21:33:00.123456Z");
}

#[test]
fn texts_that_are_no_time_are_refused() {
    for text in [
        "",
        "now",
        "2026-13-01",
        "2026-02-30",
        "20261120",
        "2026-11-20T21:33:00",
        "2026-11-20 21:33:00Z",
        "2026-11-20T21:33:00+01:00[Europe/Berlin]",
        "2026-11-20T25:00:00Z",
        "1795210380",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(TimeError::Malformed), "{text:?}");
    }
    assert_eq!("-000500-01-01T00:00:00Z".parse::<Timestamp>(), Err(TimeError::OutOfRange));
}

#[test]
fn values_without_a_text_are_moved_to_the_nearest_one() {
    assert_eq!(Timestamp::from_micros(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MAX.saturating_add(Duration::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.saturating_sub(Duration::MAX), Timestamp::MIN);
    // Postgres' `infinity`.
    let infinity = i64::MAX.to_be_bytes();
    assert_eq!(Timestamp::from_sql(&Type::TIMESTAMPTZ, &infinity).unwrap(), Timestamp::MAX);
}

#[test]
fn postgres_counts_from_the_year_2000() {
    let start: Timestamp = "2000-01-01".parse().unwrap();
    assert_eq!(start.as_postgres_micros(), 0);
}

#[test]
fn json_is_the_text() {
    let timestamp: Timestamp = "2026-11-20".parse().unwrap();
    assert_eq!(json!(timestamp), json!("2026-11-20T00:00:00.000000Z"));
    assert!(serde_json::from_value::<Timestamp>(json!(1_795_210_380)).is_err());
}

#[test]
fn mock_clock_moves_only_when_told() {
    let clock = MockClock::default();
    let start = clock.now();
    assert_eq!(clock.now(), start);
    let later = clock.advance(Duration::from_secs(60));
    assert_eq!((clock.now(), later.since(start)), (later, Duration::from_secs(60)));
    assert_eq!(start.since(later), Duration::ZERO);
    clock.set(start);
    assert_eq!(clock.now(), start);
}

#[test]
fn system_clock_is_past_the_day_this_was_written() {
    assert!(SystemClock.now() > "2024-01-01".parse().unwrap());
}

proptest! {
    #[test]
    fn every_moment_survives_text_and_sql(
        micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
    ) {
        let timestamp = Timestamp::from_micros(micros);
        prop_assert_eq!(timestamp.to_string().parse(), Ok(timestamp));
        let mut raw = BytesMut::new();
        timestamp.to_sql(&Type::TIMESTAMPTZ, &mut raw).unwrap();
        prop_assert_eq!(Timestamp::from_sql(&Type::TIMESTAMPTZ, &raw).unwrap(), timestamp);
    }
}
