use deadpool_postgres::PoolError;
use thiserror::Error;
use tokio_postgres::error::SqlState;

use crate::error::{DomainError, ErrorKind};
use crate::postgres::{INSTALL_HINT, VERSION_MIN};
use crate::problem::Problem;

/// Why the database can't serve us.
#[derive(Debug, Error)]
pub enum DatabaseError {
    #[error("the URL of the database is not valid: {reason}")]
    BadUrl { reason: String },
    #[error(
        "the URL of the database asks for TLS (sslmode), which is not supported yet; use a unix socket or a private network, with sslmode=disable"
    )]
    TlsUnsupported,
    #[error("the database is Postgres {found}; {VERSION_MIN} or newer is needed; {INSTALL_HINT}")]
    TooOld { found: u32 },
    #[error("the database did not answer in time")]
    NoAnswer,
    #[error("all sessions with the database are busy")]
    PoolBusy,
    #[error("the pool of sessions is closed")]
    PoolClosed,
    #[error("database: {}", describe(.0))]
    Postgres(#[from] tokio_postgres::Error),
}

impl DatabaseError {
    /// The SQLSTATE, if the server gave one.
    pub fn sql_state(&self) -> Option<&SqlState> {
        match self {
            Self::Postgres(error) => error.code(),
            _ => None,
        }
    }

    /// The constraint that refused the statement.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Postgres(error) => constraint(error),
            _ => None,
        }
    }

    /// Whether the same may work in a moment: the server is starting, gone or overloaded.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NoAnswer | Self::PoolBusy => true,
            Self::Postgres(error) => match error.code() {
                Some(state) => is_outage(state),
                None => error.is_closed() || is_io(error),
            },
            _ => false,
        }
    }
}

/// The name of the constraint that refused a statement: contexts map it to their own errors.
pub fn constraint(error: &tokio_postgres::Error) -> Option<&str> {
    error.as_db_error()?.constraint()
}

/// Class 57P is the server's shutdown, start or crash; 53 is missing resources; 08 is a broken
/// connection; 40 (a deadlock) asks for another try
/// (<https://www.postgresql.org/docs/15/errcodes-appendix.html>).
fn is_outage(state: &SqlState) -> bool {
    let code = state.code();
    ["57P", "53", "08", "40"].iter().any(|class| code.starts_with(class))
        && *state != SqlState::DISK_FULL
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<std::io::Error>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// What the server said, which its own text leaves out; without the details, because these hold
/// the values of rows.
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(server), _) => format!("{} ({})", server.message(), server.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

impl From<PoolError> for DatabaseError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Postgres(error),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::PoolBusy,
            PoolError::Closed => Self::PoolClosed,
            _ => Self::NoAnswer,
        }
    }
}

/// So that a use case can say `?` to a statement.
impl From<tokio_postgres::Error> for Problem {
    fn from(error: tokio_postgres::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl DomainError for DatabaseError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Postgres(_) if self.sql_state() == Some(&SqlState::DISK_FULL) => {
                ErrorKind::InsufficientStorage
            }
            Self::Postgres(_) if self.sql_state() == Some(&SqlState::QUERY_CANCELED) => {
                ErrorKind::Unavailable
            }
            Self::PoolClosed => ErrorKind::Unavailable,
            _ if self.is_transient() => ErrorKind::Unavailable,
            _ => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self.kind() {
            ErrorKind::InsufficientStorage => "database.full",
            ErrorKind::Unavailable => "database.unavailable",
            _ => "database.failed",
        }
    }

    fn client_message(&self) -> String {
        match self.kind() {
            ErrorKind::InsufficientStorage => "the database is out of storage",
            ErrorKind::Unavailable => "the database is not available at the moment; try again",
            _ => "the database failed; it has been logged with this request's id",
        }
        .to_owned()
    }
}
