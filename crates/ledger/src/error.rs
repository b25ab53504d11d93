//! What can go wrong in the ledger, apart from the per-item results of the engine.

/// A failure of the database behind the ledger.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
    #[error("no connection to the database: {0}")]
    Pool(#[from] deadpool_postgres::PoolError),
    #[error("the journal can't be read: {0}")]
    Row(#[from] crate::journal::row::RowError),
    #[error("the database holds a value that the ledger never writes: {0}")]
    Corrupt(&'static str),
}

impl From<std::num::TryFromIntError> for StoreError {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self::Corrupt("a number is out of range")
    }
}
