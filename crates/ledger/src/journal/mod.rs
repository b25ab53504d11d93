//! The journal in Postgres: how effects become rows, and rows become records again.
//!
//! A batch is one transaction: fence, rows, commit. Rows go in by binary COPY into the range's
//! own partition; nothing else is written while transfers arrive. Ranges hold a fixed number of
//! sequences, so a sequence tells its partition.

mod account_row;
pub(crate) mod lease;
pub(crate) mod numeric;
pub(crate) mod ranges;
pub(crate) mod read;
pub(crate) mod row;
pub(crate) mod writer;

pub(crate) use account_row::account_digest;
