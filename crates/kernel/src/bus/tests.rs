use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const WAITS: [Duration; 2] = [SECOND, Duration::from_secs(100)];

#[test]
fn exponential_waits_fill_the_time_up_to_twice_as_much_each_attempt() {
    let backoff = Backoff::Exponential { first: SECOND, max: SECOND * 60 };
    let check = |attempt: u32, longest: u32| {
        let waits: Vec<Duration> = (0..1_000).map(|seed| backoff.delay(attempt, seed)).collect();
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(
            *most < SECOND * longest && *most > SECOND * longest * 9 / 10,
            "{attempt}: {most:?}"
        );
        assert!(*least < SECOND * longest / 10, "{attempt}: {least:?}");
    };
    check(1, 1);
    check(2, 2);
    check(6, 32);
    check(7, 60);
    check(u32::MAX, 60);
}

#[test]
fn schedule_is_followed_within_a_tenth_and_its_last_wait_repeats() {
    let backoff = Backoff::Schedule(&WAITS);
    for seed in 0..1_000 {
        let first = backoff.delay(1, seed);
        assert!(first >= SECOND * 9 / 10 && first < SECOND * 11 / 10, "{first:?}");
        for attempt in [2, 3, u32::MAX] {
            let later = backoff.delay(attempt, seed);
            assert!(later >= SECOND * 90 && later < SECOND * 110, "{later:?}");
        }
    }
    assert_eq!(Backoff::Schedule(&[]).delay(3, 7), Duration::ZERO);
}

proptest! {
    #[test]
    fn waits_never_overflow_and_are_the_same_for_the_same_job(
        attempt: u32, seed: u128, first_ms: u64, max_ms: u64,
    ) {
        let (first, max) = (Duration::from_millis(first_ms), Duration::from_millis(max_ms));
        let backoff = Backoff::Exponential { first, max };
        prop_assert!(backoff.delay(attempt, seed) <= max);
        prop_assert_eq!(backoff.delay(attempt, seed), backoff.delay(attempt, seed));
    }
}

#[test]
fn error_text_has_its_causes_once_in_one_line_of_at_most_2000_characters() {
    #[derive(Debug, thiserror::Error)]
    #[error("can't submit")]
    struct Outer(#[source] std::io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("can't submit: {0}")]
    struct Repeating(#[source] std::io::Error);

    let refused = || std::io::Error::other("refused\0 by the bank");
    assert_eq!(JobError::from(Outer(refused())).as_str(), "can't submit: refused by the bank");
    assert_eq!(JobError::from(Repeating(refused())).as_str(), "can't submit: refused by the bank");
    assert_eq!(JobError::new("ä".repeat(3_000)).as_str(), "ä".repeat(2_000));
    assert_eq!(JobError::new("550 no\r\nINFO all is well").as_str(), "550 no  INFO all is well");
}

#[test]
fn what_is_not_the_expected_data_is_an_error_and_no_panic() {
    let event = Event {
        position: 1,
        id: 1,
        context: "orchard".to_owned(),
        kind: "orchard.tree.planted".to_owned(),
        subject: None,
        data: json!({ "height_cm": "tall" }),
        at: crate::Timestamp::UNIX_EPOCH,
    };
    #[derive(Debug, serde::Deserialize)]
    struct Planted {
        #[expect(dead_code, reason = "only its type matters")]
        height_cm: u32,
    }
    let error = event.parse::<Planted>().unwrap_err();
    assert!(error.as_str().contains("invalid type"), "{error}");
}

#[test]
fn new_events_have_ids_in_the_order_in_which_they_were_made() {
    let new = || NewEvent::new("orchard", "orchard.tree.planted", None, json!({}));
    let ids: Vec<u128> = (0..100).map(|_| new().id).collect();
    assert!(ids.is_sorted_by(|before, after| before < after));
}

#[test]
fn states_of_jobs_are_read_as_they_are_written() {
    for state in JobState::ALL {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
    assert_eq!("done".parse::<JobState>(), Err(()));
}

#[test]
fn worker_may_end_with_a_result() {
    assert!(matches!(Outcome::from(Ok(())), Outcome::Done));
    assert!(matches!(Outcome::from(Err(JobError::new("no"))), Outcome::Retry(_)));
}
