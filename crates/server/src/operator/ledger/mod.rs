//! What the operator does with the ledger as a whole: prove the books.

pub(crate) mod http;
