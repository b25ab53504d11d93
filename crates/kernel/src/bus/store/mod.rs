//! All SQL of the bus. Times are arguments: nothing is decided by the clock of Postgres.

pub(super) mod consumers;
pub(super) mod events;
pub(super) mod jobs;

/// Who listens on this hears what is new: a word, and perhaps from which process.
pub(super) const LISTEN: &str = "listen bus";
pub(super) const NEW_EVENTS: &str = "events";
pub(super) const NEW_JOBS: &str = "jobs";

/// Around a consumer's handling, so that its failure can be noted under the same lock.
pub(super) const BEGIN_HANDLING: &str = "savepoint handling";
/// What a consumer put off to the commit must fail here, where it is known whose fault it is.
pub(super) const END_HANDLING: &str = "set constraints all immediate; release handling";
pub(super) const UNDO_HANDLING: &str = "rollback to handling";

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn count_of(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}
