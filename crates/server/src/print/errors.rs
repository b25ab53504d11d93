//! `docs/errors.md`, and the page `/docs/errors`: every code with its sentence.

use std::process::ExitCode;

/// `bushel errors`.
pub(crate) fn print() -> anyhow::Result<ExitCode> {
    super::out("")
}

/// The page for people whose client showed them a problem's `type`.
pub(crate) fn html() -> String {
    String::new()
}
