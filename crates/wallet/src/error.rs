//! What can go wrong in the wallet, in the language of the business.

use std::borrow::Cow;

use identity::IdentityError;
use kernel::bus::{JobError, Outcome};
use kernel::{Amount, DatabaseError, DomainError, ErrorKind, Problem, Timestamp};
use ledger::LedgerError;
use ledger::engine::TransferStatus;

/// The limit that a transfer would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    PerTransfer,
    PerDay,
}

impl LimitKind {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PerTransfer => "per_transfer",
            Self::PerDay => "per_day",
        }
    }
}

/// An outcome that is no success.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    #[error("there is no such account")]
    AccountNotFound,
    #[error("the account still holds something, or something is on its way")]
    AccountNotEmpty,
    #[error("the account is closed")]
    AccountClosed,
    #[error("there is no such asset")]
    AssetUnknown,
    #[error("there is no such transfer")]
    TransferNotFound,
    #[error("the account does not hold that much")]
    InsufficientFunds,
    #[error("there is no such recipient")]
    RecipientNotFound,
    #[error("the recipient can't receive this at the moment")]
    RecipientUnavailable,
    #[error("the sender can't send anything at the moment")]
    SenderUnavailable,
    #[error("nothing can be sent to oneself")]
    OwnAccount,
    #[error("the limit {} is {limit}; {left} is left of it", .kind.as_str())]
    LimitExceeded { kind: LimitKind, limit: Amount, left: Amount },
    #[error("there may be no more than {max} {what}")]
    QuotaExceeded { max: u32, what: &'static str },
    #[error("the transfer does not wait any more: it was {became}")]
    NotWaiting { became: &'static str },
    #[error("the Idempotency-Key was used with another body before")]
    KeyReused,
    #[error("there is no such request")]
    RequestNotFound,
    #[error("there is nobody whom this could be asked of")]
    PayerNotFound,
    #[error("the request is not open any more: it is {state}")]
    RequestNotOpen { state: &'static str },
    #[error("there is no such schedule")]
    ScheduleNotFound,
    #[error("the schedule has come to its end")]
    ScheduleEnded,
    #[error("the schedule would begin in the past")]
    ScheduleInPast,
    #[error("the schedule ends before its first occurrence")]
    ScheduleEmpty,
    #[error("the schedule has changed")]
    ScheduleChanged,
    #[error("there is no such user")]
    UserNotFound,
    #[error("limits of this asset can't be kept")]
    LimitsUnsupported,
    #[error("the limits have changed")]
    LimitsChanged,
    #[error("the account has no statement of that month")]
    StatementNotFound,
    #[error("too many searches for people; come back later")]
    TooManySearches { retry_after_s: u64 },
    /// The caller may not do it at all.
    #[error("{}", .0.detail)]
    Actor(Problem),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The ledger answered what it never should.
    #[error("the ledger answered {0} where that can't be")]
    Unexpected(TransferStatus),
    #[error("what is stored can't be right: {0}")]
    Corrupt(&'static str),
    /// Only in tests: the process stops here.
    #[error("interrupted")]
    Interrupted,
}

pub(crate) type Result<T, E = WalletError> = std::result::Result<T, E>;

impl From<tokio_postgres::Error> for WalletError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<Problem> for WalletError {
    fn from(problem: Problem) -> Self {
        Self::Actor(problem)
    }
}

impl WalletError {
    /// One of each, for the list of codes.
    pub fn all() -> Vec<Self> {
        let zero = Amount::ZERO;
        vec![
            Self::AccountNotFound,
            Self::AccountNotEmpty,
            Self::AccountClosed,
            Self::AssetUnknown,
            Self::TransferNotFound,
            Self::InsufficientFunds,
            Self::RecipientNotFound,
            Self::RecipientUnavailable,
            Self::SenderUnavailable,
            Self::OwnAccount,
            Self::LimitExceeded { kind: LimitKind::PerDay, limit: zero, left: zero },
            Self::QuotaExceeded { max: 100, what: "invitations a day" },
            Self::NotWaiting { became: "accepted" },
            Self::RequestNotFound,
            Self::PayerNotFound,
            Self::RequestNotOpen { state: "paid" },
            Self::ScheduleNotFound,
            Self::ScheduleEnded,
            Self::ScheduleInPast,
            Self::ScheduleEmpty,
            Self::ScheduleChanged,
            Self::UserNotFound,
            Self::LimitsUnsupported,
            Self::LimitsChanged,
            Self::StatementNotFound,
            Self::TooManySearches { retry_after_s: 1 },
            Self::Corrupt("an example"),
        ]
    }

    /// Whether the same may work in a moment, without anybody doing anything.
    pub(crate) fn is_outage(&self) -> bool {
        self.kind() == ErrorKind::Unavailable
    }

    /// Whether the business said no: no retry of the same can help.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict | ErrorKind::NotFound)
    }

    /// What a job does about it: what depends on this process or on the moment isn't a failure.
    pub(crate) fn outcome(self, now: Timestamp) -> Outcome {
        const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);
        if self.is_outage() {
            return Outcome::Later(now.saturating_add(PAUSE));
        }
        Outcome::Retry(JobError::new(self))
    }
}

/// For a job's last line.
pub(crate) fn outcome(result: Result<Outcome>, now: Timestamp) -> Outcome {
    result.unwrap_or_else(|error| error.outcome(now))
}

impl DomainError for WalletError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::AccountNotFound
            | Self::TransferNotFound
            | Self::RecipientNotFound
            | Self::RequestNotFound
            | Self::PayerNotFound
            | Self::ScheduleNotFound
            | Self::UserNotFound
            | Self::StatementNotFound => ErrorKind::NotFound,
            Self::AccountNotEmpty
            | Self::NotWaiting { .. }
            | Self::RequestNotOpen { .. }
            | Self::ScheduleEnded => ErrorKind::Conflict,
            Self::AccountClosed
            | Self::AssetUnknown
            | Self::InsufficientFunds
            | Self::RecipientUnavailable
            | Self::SenderUnavailable
            | Self::OwnAccount
            | Self::LimitExceeded { .. }
            | Self::QuotaExceeded { .. }
            | Self::KeyReused
            | Self::ScheduleInPast
            | Self::ScheduleEmpty
            | Self::LimitsUnsupported => ErrorKind::Unprocessable,
            Self::TooManySearches { .. } => ErrorKind::RateLimited,
            Self::ScheduleChanged | Self::LimitsChanged => ErrorKind::PreconditionFailed,
            Self::Actor(_) => ErrorKind::Forbidden,
            Self::Ledger(error) => error.kind(),
            Self::Database(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Interrupted => ErrorKind::Unavailable,
            Self::Unexpected(_) | Self::Corrupt(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::AccountNotFound => "wallet.account.not_found",
            Self::AccountNotEmpty => "wallet.account.not_empty",
            Self::AccountClosed => "wallet.account.closed",
            Self::AssetUnknown => "wallet.transfer.asset_unknown",
            Self::TransferNotFound => "wallet.transfer.not_found",
            Self::InsufficientFunds => "wallet.transfer.insufficient_funds",
            Self::RecipientNotFound => "wallet.transfer.recipient_not_found",
            Self::RecipientUnavailable => "wallet.transfer.recipient_unavailable",
            Self::SenderUnavailable => "wallet.transfer.sender_unavailable",
            Self::OwnAccount => "wallet.transfer.own_account",
            Self::LimitExceeded { .. } => "wallet.transfer.limit_exceeded",
            Self::QuotaExceeded { .. } => "wallet.quota.exceeded",
            Self::NotWaiting { .. } => "wallet.transfer.not_waiting",
            Self::KeyReused => "request.idempotency_key.reused",
            Self::RequestNotFound => "wallet.request.not_found",
            Self::PayerNotFound => "wallet.request.payer_not_found",
            Self::RequestNotOpen { .. } => "wallet.request.not_open",
            Self::ScheduleNotFound => "wallet.schedule.not_found",
            Self::ScheduleEnded => "wallet.schedule.ended",
            Self::ScheduleInPast => "wallet.schedule.start_in_past",
            Self::ScheduleEmpty => "wallet.schedule.empty",
            Self::ScheduleChanged => "wallet.schedule.changed",
            Self::UserNotFound => "wallet.user.not_found",
            Self::LimitsUnsupported => "wallet.limit.unsupported",
            Self::LimitsChanged => "wallet.limit.changed",
            Self::StatementNotFound => "wallet.statement.not_found",
            Self::TooManySearches { .. } => "wallet.recipient.too_many_searches",
            Self::Actor(problem) => match problem.code {
                Cow::Borrowed(code) => code,
                Cow::Owned(_) => "identity.permission.missing",
            },
            Self::Ledger(error) => error.code(),
            Self::Database(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Interrupted => "server.not_ready",
            Self::Unexpected(_) | Self::Corrupt(_) => "internal",
        }
    }

    fn client_message(&self) -> String {
        match self {
            Self::Ledger(error) => error.client_message(),
            Self::Database(error) => error.client_message(),
            Self::Identity(error) => error.client_message(),
            Self::Unexpected(_) | Self::Corrupt(_) => {
                "something went wrong on our side; it has been logged with this request's id".into()
            }
            other => other.to_string(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManySearches { retry_after_s } => Some(*retry_after_s),
            other => other.is_outage().then_some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_texts_of_this_context_and_differ() {
        let all = WalletError::all();
        let codes: std::collections::HashSet<_> = all.iter().map(DomainError::code).collect();
        assert_eq!(codes.len(), all.len());
        assert!(codes.iter().all(|code| code.starts_with("wallet.") || *code == "internal"));
    }

    #[test]
    fn a_limit_says_what_is_left() {
        let (limit, left) = (Amount::new(100), Amount::new(7));
        let error = WalletError::LimitExceeded { kind: LimitKind::PerDay, limit, left };
        assert_eq!(error.client_message(), "the limit per_day is 100; 7 is left of it");
    }

    #[test]
    fn jobs_wait_for_the_leader_and_retry_failures() {
        let now = Timestamp::UNIX_EPOCH;
        let not_leader = WalletError::from(LedgerError::NotLeader(None));
        assert!(matches!(not_leader.outcome(now), Outcome::Later(at) if at > now));
        assert!(matches!(WalletError::AccountNotFound.outcome(now), Outcome::Retry(_)));
    }
}
