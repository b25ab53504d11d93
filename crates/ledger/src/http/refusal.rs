//! Statuses of the engine as problems, where a request is about one thing.

use kernel::{ErrorKind, Problem};

use crate::engine::{GroupStatus, TransferStatus};

/// A problem whose code ends in a status: `ledger.transfer.exceeds_floor`.
pub(crate) fn problem(kind: ErrorKind, thing: &str, status: &str, detail: &str) -> Problem {
    let code = format!("ledger.{thing}.{status}");
    let mut problem = Problem::new(kind, "ledger", detail);
    problem.type_ = format!("/docs/errors#{code}");
    problem.code = code.into();
    problem
}

/// What kind of failure the refusal of a single transfer is.
pub(crate) fn transfer_kind(status: TransferStatus) -> ErrorKind {
    use TransferStatus as Status;
    match status {
        Status::PendingTransferNotFound
        | Status::ReversedTransferNotFound
        | Status::DebitAccountNotFound
        | Status::CreditAccountNotFound => ErrorKind::NotFound,
        Status::ReservedFlag
        | Status::IdMustNotBeZero
        | Status::IdMustNotBeIntMax
        | Status::FlagsAreMutuallyExclusive
        | Status::PendingIdMustNotBeZero
        | Status::PendingIdMustNotBeIntMax
        | Status::PendingIdMustBeDifferent
        | Status::TimeoutMustNotBeZero
        | Status::CodeMustNotBeZero
        | Status::OverflowsTimeout => ErrorKind::Invalid,
        _ => ErrorKind::Conflict,
    }
}

/// What kind of failure the refusal of a group's resolution is.
pub(crate) fn group_kind(status: GroupStatus) -> ErrorKind {
    match status {
        GroupStatus::GroupNotFound => ErrorKind::NotFound,
        GroupStatus::IdMustNotBeZero
        | GroupStatus::IdMustNotBeIntMax
        | GroupStatus::GroupMustNotBeZero => ErrorKind::Invalid,
        _ => ErrorKind::Conflict,
    }
}

/// Whether something with the id is there that differs from what was asked for.
pub(crate) fn differs(status: &str) -> bool {
    status.starts_with("exists_with_different_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_dotted_codes() {
        let status = TransferStatus::ExceedsFloor;
        let problem = problem(transfer_kind(status), "transfer", status.as_str(), "too low");
        assert_eq!((problem.status, &*problem.code), (409, "ledger.transfer.exceeds_floor"));
        assert_eq!(problem.type_, "/docs/errors#ledger.transfer.exceeds_floor");
        assert!(differs(TransferStatus::ExistsWithDifferentAmount.as_str()));
        assert!(!differs(TransferStatus::Exists.as_str()));
    }

    #[test]
    fn no_refusal_is_a_server_fault() {
        assert!(TransferStatus::ALL.iter().all(|status| !transfer_kind(*status).is_server_fault()));
        assert!(GroupStatus::ALL.iter().all(|status| !group_kind(*status).is_server_fault()));
    }
}
