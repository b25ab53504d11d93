//! What can go wrong in the ledger, apart from the per-item results of the engine.

/// A failure of the database behind the ledger.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("{}", cause(.0))]
    Postgres(#[from] tokio_postgres::Error),
    #[error("no connection to the database: {0}")]
    Pool(#[from] deadpool_postgres::PoolError),
    #[error("the journal can't be read: {0}")]
    Row(#[from] crate::journal::row::RowError),
    #[error(transparent)]
    Database(#[from] kernel::db::DatabaseError),
    #[error("a broken invariant ended the term; see the panic above")]
    Panicked,
    #[error("a batch before this one failed")]
    Aborted,
    #[error("the database holds a value that the ledger never writes: {0}")]
    Corrupt(&'static str),
}

/// What Postgres said; the driver's own text names only the kind of the error.
fn cause(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

impl From<std::num::TryFromIntError> for StoreError {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self::Corrupt("a number is out of range")
    }
}

impl StoreError {
    /// Whether another process leads the ledger by now.
    pub(crate) fn is_fenced(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code().is_some_and(|code| code.code() == "BU001"))
    }
}

/// What a caller of the ledger can meet, apart from per-item results.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The request has more items than one request may have.
    #[error("a request may hold at most {max} items")]
    BatchTooLarge { max: usize },
    /// Too much is waiting; try again later.
    #[error("the ledger is busy; try again in a moment")]
    Overloaded,
    /// The database can't be used, or an answer took too long. The outcome of a write is
    /// unknown: repeat it with the same ids.
    #[error("the ledger can't be reached at the moment; repeat the request with the same ids")]
    Unavailable,
    /// Another process leads.
    #[error("another process leads the ledger")]
    NotLeader(Option<String>),
}

impl From<StoreError> for LedgerError {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the ledger's database failed");
        Self::Unavailable
    }
}

impl From<kernel::db::DatabaseError> for LedgerError {
    fn from(error: kernel::db::DatabaseError) -> Self {
        StoreError::from(error).into()
    }
}

impl kernel::DomainError for LedgerError {
    fn kind(&self) -> kernel::ErrorKind {
        match self {
            Self::BatchTooLarge { .. } => kernel::ErrorKind::TooLarge,
            Self::Overloaded | Self::Unavailable | Self::NotLeader(_) => {
                kernel::ErrorKind::Unavailable
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BatchTooLarge { .. } => "ledger.batch_too_large",
            Self::Overloaded => "ledger.overloaded",
            Self::Unavailable => "ledger.unavailable",
            Self::NotLeader(_) => "ledger.not_leader",
        }
    }

    fn client_message(&self) -> String {
        self.to_string()
    }

    fn retry_after_s(&self) -> Option<u64> {
        matches!(self.kind(), kernel::ErrorKind::Unavailable).then_some(1)
    }
}
