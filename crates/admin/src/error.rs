//! What can go wrong when staff works.

use kernel::db::DatabaseError;
use kernel::text::is_line;
use kernel::{DomainError, ErrorKind, Problem};
use ledger::LedgerError;

use crate::adjustments::State;

/// Fewest characters of a reason: "ok" explains nothing to whoever reads the audit log.
pub(crate) const REASON_CHARS_MIN: usize = 5;
pub(crate) const REASON_CHARS_MAX: usize = 500;

/// An outcome that staff can meet.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("there is no such user")]
    UserNotFound,
    #[error("nobody can freeze, unfreeze or sign out themselves as staff")]
    OwnUser,
    #[error("there is no such adjustment")]
    AdjustmentNotFound,
    #[error("there is no such account to adjust")]
    AccountNotFound,
    #[error("only the accounts in which users hold value can be adjusted")]
    AccountNotAdjustable,
    #[error("the account is closed")]
    AccountClosed,
    #[error("the account holds another asset")]
    AssetDiffers,
    #[error("whoever proposed an adjustment can't decide about it; another person has to")]
    OwnProposal,
    #[error("nobody proposes or decides adjustments of their own account")]
    OwnAccount,
    #[error("only the person who proposed the adjustment can cancel it")]
    NotProposer,
    #[error("the adjustment is {0}, so there is nothing left to decide")]
    NotProposed(State),
    #[error("the proposal has expired; make a new one")]
    ProposalExpired,
    #[error("the adjustment is {0}; only what was applied can be reversed")]
    NotApplied(State),
    #[error("a reversal can't be reversed; propose a new adjustment")]
    IsReversal,
    #[error("the adjustment is reversed already, or a reversal of it is proposed")]
    AlreadyReversed,
    #[error("another adjustment has the id that follows from this Idempotency-Key")]
    IdTaken,
    #[error("there is no such job; what is done is deleted")]
    JobNotFound,
    #[error("the job is not dead, or its key has gone to another job")]
    JobNotDead,
    #[error("the job is running; only one that waits or is dead can be discarded")]
    JobRunning,
    #[error(
        "the job comes again and again, and the bank needs it; it can't be discarded while it waits"
    )]
    JobRecurring,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl AdminError {
    /// One of each that has a code of its own, for the list of codes.
    pub fn all() -> Vec<Self> {
        vec![
            Self::UserNotFound,
            Self::OwnUser,
            Self::AdjustmentNotFound,
            Self::AccountNotFound,
            Self::AccountNotAdjustable,
            Self::AccountClosed,
            Self::AssetDiffers,
            Self::OwnProposal,
            Self::OwnAccount,
            Self::NotProposer,
            Self::NotProposed(State::Rejected),
            Self::ProposalExpired,
            Self::NotApplied(State::Proposed),
            Self::IsReversal,
            Self::AlreadyReversed,
            Self::IdTaken,
            Self::JobNotFound,
            Self::JobNotDead,
            Self::JobRunning,
            Self::JobRecurring,
        ]
    }
}

impl From<tokio_postgres::Error> for AdminError {
    fn from(error: tokio_postgres::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl DomainError for AdminError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UserNotFound | Self::AdjustmentNotFound | Self::JobNotFound => {
                ErrorKind::NotFound
            }
            Self::OwnUser | Self::OwnProposal | Self::OwnAccount | Self::NotProposer => {
                ErrorKind::Forbidden
            }
            Self::AccountNotFound
            | Self::AccountNotAdjustable
            | Self::AccountClosed
            | Self::AssetDiffers => ErrorKind::Unprocessable,
            Self::NotProposed(_)
            | Self::ProposalExpired
            | Self::NotApplied(_)
            | Self::IsReversal
            | Self::AlreadyReversed
            | Self::IdTaken
            | Self::JobNotDead
            | Self::JobRunning
            | Self::JobRecurring => ErrorKind::Conflict,
            Self::Ledger(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UserNotFound => "admin.user.not_found",
            Self::OwnUser => "admin.user.own",
            Self::AdjustmentNotFound => "admin.adjustment.not_found",
            Self::AccountNotFound => "admin.adjustment.account_not_found",
            Self::AccountNotAdjustable => "admin.adjustment.account_not_adjustable",
            Self::AccountClosed => "admin.adjustment.account_closed",
            Self::AssetDiffers => "admin.adjustment.asset_differs",
            Self::OwnProposal => "admin.adjustment.own_proposal",
            Self::OwnAccount => "admin.adjustment.own_account",
            Self::NotProposer => "admin.adjustment.not_proposer",
            Self::NotProposed(_) => "admin.adjustment.not_proposed",
            Self::ProposalExpired => "admin.adjustment.expired",
            Self::NotApplied(_) => "admin.adjustment.not_applied",
            Self::IsReversal => "admin.adjustment.is_reversal",
            Self::AlreadyReversed => "admin.adjustment.already_reversed",
            Self::IdTaken => "admin.adjustment.id_taken",
            Self::JobNotFound => "admin.job.not_found",
            Self::JobNotDead => "admin.job.not_dead",
            Self::JobRunning => "admin.job.running",
            Self::JobRecurring => "admin.job.recurring",
            Self::Ledger(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn client_message(&self) -> String {
        match self {
            Self::Ledger(error) => error.client_message(),
            Self::Database(error) => error.client_message(),
            own => own.to_string(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Ledger(error) => error.retry_after_s(),
            Self::Database(error) => error.retry_after_s(),
            _ => None,
        }
    }
}

/// The reason of an action, without spaces around it; too short a one is refused.
pub(crate) fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if !is_line(text, REASON_CHARS_MIN..=REASON_CHARS_MAX) {
        let detail = format!(
            "a reason has {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters and no control characters"
        );
        return Err(kernel::http::invalid_field("/reason", detail));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_code_of_its_own() {
        let codes: std::collections::HashSet<_> =
            AdminError::all().iter().map(AdminError::code).collect();
        assert_eq!(codes.len(), AdminError::all().len());
        assert!(codes.iter().all(|code| code.starts_with("admin.")));
    }

    #[test]
    fn reasons_explain_something() {
        assert_eq!(reason("  caller lost the phone ").unwrap(), "caller lost the phone");
        assert_eq!(reason("fraud").unwrap(), "fraud");
        for text in ["", "ok", "    a    ", "line\nbreak", &"a".repeat(501)] {
            let problem = reason(text).unwrap_err();
            assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (400, "/reason"));
        }
    }
}
