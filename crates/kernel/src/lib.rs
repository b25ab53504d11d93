//! Words that every crate of Bushel shares. No business noun lives here.
//!
//! What it owns, in reading order:
//!
//! | module | what |
//! |---|---|
//! | [`id`] | typed ids with a text form, [`define_id!`] |
//! | [`amount`] | [`Amount`] and [`SignedAmount`]: integers in minor units |
//! | [`time`] | [`Timestamp`] and [`Clock`](time::Clock) |
//! | [`metadata`] | [`Metadata`]: the caller's notes |
//! | [`error`], [`problem`] | kinds of failure; problem+json |
//! | [`config`] | settings from the environment |
//! | [`postgres`] | the private Postgres and the data folder |
//! | [`db`], [`migrate`] | the pool of sessions; migrations of a context's schema |
//! | [`secret`], [`vault`] | random tokens; sealing what must be read again |
//! | [`bus`] | events, their consumers, and jobs |
//! | [`audit`] | the append-only log of who did what |
//! | [`replay`] | first answers again, for a repeated `Idempotency-Key` |
//! | [`rate_limit`] | GCRA |
//! | [`redis`], [`cache`] | what processes share while it is there; bytes that can be made again |
//! | [`text`] | what one line is |
//! | [`telemetry`] | logs and metrics of the process |
//! | [`http`], [`json`], [`query`], [`path`], [`page`] | the HTTP edge: request ids, extractors, pages |
//!
//! What it deliberately does not do: no routes, no tables but those of its own services, no accounts
//! or transfers, no gRPC. Nothing here knows a context.

pub mod amount;
pub mod audit;
pub mod bus;
pub mod cache;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod id;
pub mod json;
pub mod metadata;
pub mod migrate;
pub mod page;
pub mod path;
pub mod postgres;
pub mod problem;
pub mod query;
pub mod rate_limit;
pub mod redis;
pub mod replay;
pub mod secret;
pub mod telemetry;
pub mod text;
pub mod time;
pub mod vault;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
use __private as private;

pub use amount::{Amount, AmountError, SignedAmount};
pub use db::{Database, DatabaseError, DatabaseOptions};
pub use error::{DomainError, ErrorKind};
pub use id::{IdError, IdSource};
pub use json::Json;
pub use metadata::Metadata;
pub use migrate::{MigrateError, Migrations};
pub use page::{Cursor, Limit, Page};
pub use path::Path;
pub use problem::{FieldError, Problem};
pub use query::Query;
pub use time::{Clock, MockClock, SystemClock, Timestamp};
pub use vault::Vault;
