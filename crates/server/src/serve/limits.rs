//! How much may happen at once, and how large and how long a request may be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, header};

use super::call::Rank;
use super::refusal::Refusal;

/// The largest body, also of a batch.
pub(super) const BODY_BYTES_MAX: usize = 16 << 20;
/// After this a request is given up; streams are only bound until they begin.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(30);
/// By then it has to be known who is calling, or nobody is let in: a database that hangs must not
/// hold requests before their time counts.
pub(super) const CHECK_MAX: Duration = Duration::from_secs(5);
/// Requests at once. The last places are kept for what frees others.
const IN_FLIGHT_MAX: usize = 1_024;

/// Counts the requests in flight.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: AtomicUsize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'p>(&'p Places);

impl Places {
    /// Takes a place, or says that the caller should come back later.
    pub(super) fn take(&self, rank: Rank) -> Result<Place<'_>, Refusal> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(self);
        if taken < most(rank) { Ok(place) } else { Err(Refusal::Busy) }
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

const fn most(rank: Rank) -> usize {
    match rank {
        Rank::Read => IN_FLIGHT_MAX / 4 * 3,
        Rank::Create => IN_FLIGHT_MAX / 8 * 7,
        Rank::Settle => IN_FLIGHT_MAX,
        Rank::Health => usize::MAX,
    }
}

/// Refuses a body whose announced length is too large. One without a length is cut off by the
/// limit of whoever reads it.
pub(super) fn check_length(headers: &HeaderMap) -> Result<(), Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match length.and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > BODY_BYTES_MAX as u64 => Err(Refusal::TooLarge),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_shed_before_creates_and_those_before_settling() {
        let places = Places::default();
        let hold = |rank, count: usize| -> Vec<_> {
            (0..count).map(|_| places.take(rank).unwrap()).collect()
        };
        let _reads = hold(Rank::Read, 768);
        assert!(places.take(Rank::Read).is_err());
        let _creates = hold(Rank::Create, 128);
        assert!(places.take(Rank::Create).is_err());
        let settles = hold(Rank::Settle, 128);
        assert!(places.take(Rank::Settle).is_err());
        assert!(places.take(Rank::Health).is_ok());
        drop(settles);
        assert_eq!(places.taken(), 896);
        assert!(places.take(Rank::Settle).is_ok());
    }
}
