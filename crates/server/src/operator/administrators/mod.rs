//! The first administrator, and others after a mishap: made by whoever holds the operator's token,
//! because no account exists by default.

pub(crate) mod http;
