//! Failures as gRPC statuses. Each carries an `ErrorInfo` whose reason is the stable dotted code
//! that HTTP gives too.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{DomainError, ErrorKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::assets::AssetStatus;
use crate::engine::{GroupStatus, TransferResult, TransferStatus, UpdateStatus};
use crate::error::LedgerError;
use crate::http::Stopping;
use crate::http::refusal::{group_kind, transfer_kind};
use crate::text::{group_detail, transfer_detail, update_detail};

const DOMAIN: &str = "bushel";
/// Code of a request with fields that are wrong.
const INVALID: &str = "request.body.invalid";

fn details(reason: impl Into<String>, metadata: HashMap<String, String>) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, DOMAIN, metadata)
}

fn failed(code: Code, reason: impl Into<String>, message: &str) -> Status {
    Status::with_error_details(code, message, details(reason, HashMap::new()))
}

/// A request with fields that are wrong.
pub(super) fn invalid(violations: Vec<FieldViolation>) -> Status {
    let message = match violations.as_slice() {
        [only] => format!("{}: {}", only.field, only.description),
        [first, others @ ..] => {
            format!("{}: {} (and {} more)", first.field, first.description, others.len())
        }
        [] => "the request is malformed".to_owned(),
    };
    let mut details = details(INVALID, HashMap::new());
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// There is no such thing. `code` is dotted and stable.
pub(super) fn not_found(code: &'static str, message: &str) -> Status {
    failed(Code::NotFound, code, message)
}

/// What was asked for is refused by the state of the ledger, unless it could never be done.
fn code_of(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        _ => Code::FailedPrecondition,
    }
}

/// A transfer that was asked for alone failed.
pub(super) fn transfer_failed(result: &TransferResult) -> Status {
    let status = result.status;
    let code = code_of(transfer_kind(status));
    let first = result.first_failure.map(|first| ("first_failure".to_owned(), first.to_string()));
    let details = details(format!("ledger.transfer.{status}"), first.into_iter().collect());
    Status::with_error_details(code, transfer_detail(status), details)
}

/// A group could not be resolved. `members` are the results of its transfers.
pub(super) fn group_failed(status: GroupStatus, members: &[TransferResult]) -> Status {
    let code = code_of(group_kind(status));
    let is_cause = |status: &TransferStatus| {
        !status.is_success() && *status != TransferStatus::LinkedEventFailed
    };
    let cause = members.iter().map(|member| member.status).find(is_cause);
    let cause = cause.map(|cause| ("transfer_status".to_owned(), cause.to_string()));
    let details = details(format!("ledger.group.{status}"), cause.into_iter().collect());
    Status::with_error_details(code, group_detail(status), details)
}

/// An account could not be changed.
pub(super) fn update_failed(status: UpdateStatus) -> Status {
    let (code, message) = match status {
        UpdateStatus::AccountNotFound => (Code::NotFound, update_detail(status)),
        UpdateStatus::VersionConflict => (
            Code::FailedPrecondition,
            "The account has another version than the one expected; read it again.",
        ),
        _ => (Code::FailedPrecondition, update_detail(status)),
    };
    failed(code, format!("ledger.account.{status}"), message)
}

/// An asset could not be created.
pub(super) fn asset_failed(status: AssetStatus) -> Status {
    let (code, message) = match status {
        AssetStatus::CodeIsMalformed
        | AssetStatus::ScaleIsOutOfRange
        | AssetStatus::KindIsUnknown
        | AssetStatus::NameIsMalformed => (Code::InvalidArgument, "The asset is malformed."),
        _ => (Code::AlreadyExists, "An asset with this code exists, and it is different."),
    };
    failed(code, format!("ledger.asset.{}", status.as_str()), message)
}

/// Waits for the server to stop: then a stream ends as if the ledger were gone.
pub(super) async fn stopped(stopping: Option<Stopping>) -> Status {
    if let Some(Stopping(mut stopping)) = stopping
        && stopping.wait_for(|stopping| *stopping).await.is_ok()
    {
        return LedgerError::Unavailable.into();
    }
    // Nobody says when: the stream ends with the ledger.
    std::future::pending().await
}

impl From<LedgerError> for Status {
    fn from(error: LedgerError) -> Self {
        let mut details = details(error.code(), HashMap::new());
        if let Some(seconds) = error.retry_after_s() {
            details.set_retry_info(Some(Duration::from_secs(seconds)));
        }
        let code = match error {
            LedgerError::BatchTooLarge { .. } => Code::InvalidArgument,
            _ => Code::from_i32(error.kind().grpc_code()),
        };
        Status::with_error_details(code, error.client_message(), details)
    }
}
