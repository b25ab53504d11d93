//! Users from a file of another system, with the passwords that they have there.
//!
//! - No line is lost: each is created, was there already, or is rejected with its number and the
//!   reason. A second run of the same file creates nothing.
//! - A transaction holds 500 lines. What was reported is durable; after a failure the same file is
//!   given once more.
//! - Imported users get no mail by this. Their hashes verify at their next sign-in, which makes
//!   them hashes of today.
//!
//! The file is CSV (RFC 4180) in UTF-8 with a header: `email`, `name` and `password_hash`, and
//! perhaps `handle`, `created_at`, `email_verified` and `locale`, in any order.

mod hashes;
mod lines;
mod record;
mod service;
mod store;

use crate::ids::UserId;

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    Created(UserId),
    /// There is a user with this e-mail address.
    Exists,
    /// Why nothing was made of it.
    Rejected(String),
}

/// A line of the file, from 1, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedLine {
    pub line: u64,
    pub outcome: LineOutcome,
}

/// What became of a file. The three add up to the lines that weren't empty, without the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportSummary {
    pub created: u64,
    pub existing: u64,
    pub rejected: u64,
}

impl ImportSummary {
    fn count(&mut self, outcome: &LineOutcome) {
        match outcome {
            LineOutcome::Created(_) => self.created += 1,
            LineOutcome::Exists => self.existing += 1,
            LineOutcome::Rejected(_) => self.rejected += 1,
        }
    }
}

/// Why a file can't be imported at all, or no further.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file can't be read: {0}")]
    Read(#[from] std::io::Error),
    /// The first line isn't what it should be.
    #[error("line {line}: {detail}")]
    Header { line: u64, detail: String },
    #[error(transparent)]
    Identity(#[from] crate::error::IdentityError),
}

#[cfg(test)]
mod tests;
