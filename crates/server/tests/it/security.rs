//! Lines of the security checklist that only the whole program can keep. Each test has the number of
//! its line.

mod bodies;
mod browsers;
pub(crate) mod canary;
mod failures;
mod tls;
