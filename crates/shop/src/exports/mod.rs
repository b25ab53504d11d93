//! Exports: the whole catalogue as a file (`product_rows` says how it looks), which comes as it is
//! read: nothing of it is stored, and no transaction is open while somebody reads slowly. What
//! changes meanwhile may be in it or not.

pub(crate) mod http;
mod service;
