//! Proving the books: the whole journal is read again and everything that follows from it is
//! compared with what is stored. The first row that does not fit is named.
//!
//! What is checked: sequences without gaps, time that never goes back, the hash chain block by
//! block and row by row, that no balance is ever negative, the stored history of every account,
//! the stored states of transfers, the digests of accounts, that debits equal credits for each
//! asset. Verification reads the tables alone; it works beside a running leader, on a backup,
//! and while nothing runs.

mod books;
mod service;
mod store;

pub use service::verify;

/// How far a verification has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Transfers read so far.
    pub transfers: i64,
    /// Transfers in sealed ranges and in the range that is open: what there is to read.
    pub total: i64,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    pub transfers: i64,
    pub accounts: i64,
    pub assets: i64,
    /// Transfers up to here are under the hash chain.
    pub sealed_seq: i64,
    /// Hash of the last block, in hexadecimal.
    pub hash: Option<String>,
    /// What does not fit; the first entry is the first row in the order of reading.
    pub findings: Vec<Finding>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table, such as `ledger.transfers`.
    pub table: &'static str,
    /// The row, such as `seq 4711` or `account_no 12, last_seq 99`.
    pub row: String,
    /// What is wrong with it.
    pub problem: String,
}

impl VerifyReport {
    /// Whether everything fits.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}: {}", self.table, self.row, self.problem)
    }
}
