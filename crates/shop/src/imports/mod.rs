//! Imports: files of products that are to be made or changed (`product_rows` says how they look).
//!
//! A file is stored in pieces as it comes in, and a job works it off, some records at a time: what
//! becomes of their products, the counts, the errors and the place to go on from are one
//! transaction, so a crash neither repeats nor loses a line, and counts are exact. The records of a
//! product stand together and succeed or fail together. Known products and variants (by handle and
//! SKU) are brought to what the file says, so the same file again changes nothing.

pub(crate) mod http;
pub(crate) mod jobs;
mod records;
mod service;
mod store;
mod work;

use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::ImportId;
use crate::product_rows::FileFormat;

pub(crate) const BYTES_MAX: u64 = 16 << 20;
/// The pieces in which a file is stored.
pub(crate) const PIECE_BYTES: usize = 256 << 10;
/// Errors of an import that are kept.
pub(crate) const ERRORS_MAX: u32 = 10_000;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImportStatus {
    /// The file is coming in.
    Uploading,
    /// It is all there.
    Waiting,
    Running,
    /// Every line was looked at; some may have been refused.
    Done,
    /// The file as a whole can't be read.
    Failed,
}

/// What became of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineCounts {
    pub(crate) done: u32,
    pub(crate) created: u32,
    pub(crate) changed: u32,
    pub(crate) unchanged: u32,
    pub(crate) refused: u32,
}

/// A file, and how far it is worked off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) id: ImportId,
    pub(crate) format: FileFormat,
    /// Nothing is made or changed; it is only told what would be.
    pub(crate) is_dry_run: bool,
    pub(crate) status: ImportStatus,
    pub(crate) bytes: u64,
    pub(crate) lines_total: u32,
    pub(crate) counts: LineCounts,
    /// How many were found.
    pub(crate) errors: u32,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) position: u64,
    pub(crate) line: u32,
    pub(crate) failure: Option<Failure>,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
}

/// Why a file as a whole can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) detail: String,
}

/// What is wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineError {
    /// In which the record begins, from 1.
    pub(crate) line: u32,
    /// The column, if it is about one.
    pub(crate) field: Option<String>,
    pub(crate) code: String,
    pub(crate) detail: String,
}

/// What is told of a file's own words: one line, not too long, and nothing that no text may have.
pub(crate) fn told(text: &str) -> String {
    const CHARS_MAX: usize = 300;
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().take(CHARS_MAX).map(plain).collect()
}

impl ImportStatus {
    const ALL: [Self; 5] =
        [Self::Uploading, Self::Waiting, Self::Running, Self::Done, Self::Failed];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

impl Import {
    pub(crate) fn new(
        id: ImportId,
        format: FileFormat,
        is_dry_run: bool,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            format,
            is_dry_run,
            status: ImportStatus::Uploading,
            bytes: 0,
            lines_total: 0,
            counts: LineCounts::default(),
            errors: 0,
            columns: None,
            position: 0,
            line: 1,
            failure: None,
            created_at,
            finished_at: None,
        }
    }
}
