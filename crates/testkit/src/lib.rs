//! What the tests of all crates need: a database each, a clock that stands still, real input.
//!
//! - [`TestDatabase`]: a migrated database of its own for each test, cloned from a template in
//!   about 20 ms, on one Postgres per test process (or the one at `BUSHEL_TEST_PG`).
//! - [`OwnPostgres`], [`OwnRedis`]: a whole Postgres or Redis for tests that kill or stop it.
//! - [`MockClock`], [`SeededIds`]: time and ids under the test's control.
//! - [`shared_data`]: real input where it is there.
//!
//! Functions here panic with a clear message, because that is how a test fails. Nothing of it
//! is part of the program. Reading order: `database.rs`, `server.rs`, `admin.rs`.

mod admin;
mod data;
mod database;
mod own;
mod redis;
mod server;

pub use data::shared_data;
pub use database::TestDatabase;
pub use kernel::MockClock;
pub use kernel::id::SeededIds;
pub use own::OwnPostgres;
pub use redis::OwnRedis;
