//! Failures as gRPC statuses, the same for every context. Each carries an `ErrorInfo` whose reason
//! is the stable dotted code that HTTP gives too; fields that are wrong are a `BadRequest`, and
//! outages and limits come with a `RetryInfo`.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{DomainError, Problem};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

const DOMAIN: &str = "bushel";

/// The status of a problem.
pub fn status(problem: &Problem) -> Status {
    let mut details = ErrorDetails::with_error_info(&*problem.code, DOMAIN, HashMap::new());
    if !problem.errors.is_empty() {
        let violation = |error: &kernel::FieldError| {
            FieldViolation::new(field(&error.pointer), error.detail.clone())
        };
        details.set_bad_request(problem.errors.iter().map(violation).collect::<Vec<_>>());
    }
    if let Some(seconds) = problem.retry_after_s {
        details.set_retry_info(Some(Duration::from_secs(seconds)));
    }
    Status::with_error_details(code(problem.status), problem.detail.clone(), details)
}

/// The status of a context's error.
pub fn of<E: DomainError>(error: E) -> Status {
    status(&Problem::from(error))
}

/// A field that is malformed.
pub fn invalid(field: &str, detail: impl Into<String>) -> Status {
    let detail = detail.into();
    let message = format!("{field}: {detail}");
    let mut details = ErrorDetails::with_error_info("request.body.invalid", DOMAIN, HashMap::new());
    details.set_bad_request(vec![FieldViolation::new(field, detail)]);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// `/transfers/0/amount` is `transfers.0.amount` in the words of gRPC.
fn field(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn code(status: u16) -> Code {
    match status {
        400 | 415 => Code::InvalidArgument,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::NotFound,
        405 => Code::Unimplemented,
        409 | 412 | 422 | 428 => Code::FailedPrecondition,
        413 | 429 | 507 => Code::ResourceExhausted,
        503 => Code::Unavailable,
        _ => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use kernel::ErrorKind;

    use super::*;

    #[test]
    fn problems_keep_their_code_and_fields() {
        let problem =
            Problem::new(ErrorKind::Invalid, "orchard.apple.rotten", "the apple is rotten")
                .with_field("/apples/0", "is rotten");
        let status = status(&problem);
        assert_eq!(
            (status.code(), status.message()),
            (Code::InvalidArgument, "the apple is rotten")
        );
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "orchard.apple.rotten");
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, "apples.0");
    }

    #[test]
    fn limits_say_when_to_come_back() {
        let problem = Problem::new(ErrorKind::RateLimited, "orchard.busy", "come back later");
        let status = status(&problem.with_retry_after_s(7));
        assert_eq!(status.code(), Code::ResourceExhausted);
        let retry = status.get_error_details().retry_info().unwrap().retry_delay;
        assert_eq!(retry, Some(Duration::from_secs(7)));
    }
}
