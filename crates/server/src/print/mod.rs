//! Generated documents: the files that CI compares with what is committed. Each is the same for
//! the same program.

pub(crate) mod errors;
pub(crate) mod routes;
mod sentences;

use std::io::Write as _;
use std::process::ExitCode;

use crate::serve;

/// `bushel openapi`.
pub(crate) fn openapi() -> anyhow::Result<ExitCode> {
    out(&serve::document_text(&serve::document()))
}

fn out(text: &str) -> anyhow::Result<ExitCode> {
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
