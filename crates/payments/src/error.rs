//! What can go wrong with payments.

use kernel::{Amount, DatabaseError, DomainError, ErrorKind};
use ledger::LedgerError;
use ledger::engine::TransferStatus;

use crate::provider::ProviderError;

/// Outcomes that callers can meet.
#[derive(Debug, thiserror::Error)]
pub enum PaymentsError {
    #[error("there is no asset with this code")]
    AssetUnknown,
    #[error("only money can be paid in and out, and this asset is of another kind")]
    AssetNotMoney,
    #[error("the amount is below the smallest one, {0}")]
    AmountTooSmall(Amount),
    #[error("the amount is above the largest one, {0}")]
    AmountTooLarge(Amount),
    #[error("this provider doesn't take this asset; the list of providers says which it takes")]
    AssetNotOffered,
    #[error(
        "this provider can't take this amount: it is too large, or its last digits must be zero"
    )]
    AmountNotPayable,
    #[error("you have no open account for this asset; open one first")]
    AccountNotFound,
    #[error("your account for this asset is closed")]
    AccountClosed,
    #[error("the account doesn't hold that much, holds counted")]
    InsufficientFunds,
    #[error("this is no card number")]
    CardNumberInvalid,
    #[error("the card has expired")]
    CardExpired,
    #[error("the card's security code has 3 or 4 digits")]
    CardCvcInvalid,
    #[error("you have no card with this token")]
    CardNotFound,
    #[error("this provider needs a card: give `card`")]
    CardMissing,
    #[error("this provider asks for the card by itself; leave `card` out and use `next_action`")]
    CardNotTaken,
    #[error("this is no IBAN: its length, characters or check digits are wrong")]
    IbanInvalid,
    #[error("you have no bank account with this token")]
    DestinationNotFound,
    #[error("there is no such deposit")]
    DepositNotFound,
    #[error("only a deposit that has succeeded and isn't disputed can be refunded")]
    DepositNotRefundable,
    #[error("this is more than is left of the deposit")]
    RefundTooLarge,
    #[error("there is no such withdrawal")]
    WithdrawalNotFound,
    #[error("there is no such provider")]
    ProviderNotFound,
    #[error("this provider isn't offered here; the list of providers says who is")]
    ProviderNotOffered,
    #[error("there are several providers: say which one in `provider`")]
    ProviderMissing,
    #[error("nobody here pays out to bank accounts; the list of providers says who can do what")]
    WithdrawalsNotOffered,
    #[error("a deposit, withdrawal or refund of yours is still under way; wait until it has ended")]
    FlowOpen,
    #[error("there is no such reconciliation")]
    ReconciliationNotFound,
    #[error("the payment provider can't be reached at the moment")]
    ProviderUnavailable(String),
    #[error("the payment provider refuses this")]
    ProviderRefused(String),
    #[error("the webhook's signature is missing or not right")]
    SignatureInvalid,
    #[error("the webhook is more than five minutes old, or from the future")]
    WebhookTooOld,
    #[error("the webhook's body can't be read")]
    WebhookMalformed,
    #[error("there is nothing to confirm here")]
    ActionNotFound,
    #[error("this was decided already, or its time has passed")]
    ActionDecided,
    #[error("the provider's answer contradicts the books: {0}")]
    Contradiction(String),
    #[error("the ledger refused a step that must be possible: {0}")]
    LedgerRefused(TransferStatus),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl PaymentsError {
    /// One of each, for the list of codes. Those of the ledger and the database are theirs.
    pub fn all() -> Vec<Self> {
        vec![
            Self::AssetUnknown,
            Self::AssetNotMoney,
            Self::AmountTooSmall(Amount::ZERO),
            Self::AmountTooLarge(Amount::ZERO),
            Self::AssetNotOffered,
            Self::AmountNotPayable,
            Self::AccountNotFound,
            Self::AccountClosed,
            Self::InsufficientFunds,
            Self::CardNumberInvalid,
            Self::CardExpired,
            Self::CardCvcInvalid,
            Self::CardNotFound,
            Self::CardMissing,
            Self::CardNotTaken,
            Self::IbanInvalid,
            Self::DestinationNotFound,
            Self::DepositNotFound,
            Self::DepositNotRefundable,
            Self::RefundTooLarge,
            Self::WithdrawalNotFound,
            Self::ProviderNotFound,
            Self::ProviderNotOffered,
            Self::ProviderMissing,
            Self::WithdrawalsNotOffered,
            Self::FlowOpen,
            Self::ReconciliationNotFound,
            Self::ProviderUnavailable(String::new()),
            Self::ProviderRefused(String::new()),
            Self::SignatureInvalid,
            Self::WebhookTooOld,
            Self::WebhookMalformed,
            Self::ActionNotFound,
            Self::ActionDecided,
            Self::Contradiction(String::new()),
            Self::LedgerRefused(TransferStatus::ReservedFlag),
        ]
    }

    /// Whether nothing but an operator can help: another attempt comes to the same.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Contradiction(_) | Self::LedgerRefused(_))
    }
}

impl From<tokio_postgres::Error> for PaymentsError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<ProviderError> for PaymentsError {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Unavailable(cause) => Self::ProviderUnavailable(cause),
            ProviderError::Refused(code) => Self::ProviderRefused(code),
        }
    }
}

impl DomainError for PaymentsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::AccountNotFound
            | Self::DepositNotFound
            | Self::WithdrawalNotFound
            | Self::ProviderNotFound
            | Self::ReconciliationNotFound
            | Self::ActionNotFound => ErrorKind::NotFound,
            Self::DepositNotRefundable | Self::ActionDecided | Self::FlowOpen => {
                ErrorKind::Conflict
            }
            Self::SignatureInvalid | Self::WebhookTooOld => ErrorKind::Unauthenticated,
            Self::WebhookMalformed => ErrorKind::Invalid,
            Self::ProviderUnavailable(_) => ErrorKind::Unavailable,
            Self::Contradiction(_) | Self::LedgerRefused(_) => ErrorKind::Internal,
            Self::Ledger(error) => error.kind(),
            Self::Database(error) => error.kind(),
            _ => ErrorKind::Unprocessable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::AssetUnknown => "payments.asset.unknown",
            Self::AssetNotMoney => "payments.asset.not_money",
            Self::AmountTooSmall(_) => "payments.amount.too_small",
            Self::AmountTooLarge(_) => "payments.amount.too_large",
            Self::AssetNotOffered => "payments.asset.not_offered",
            Self::AmountNotPayable => "payments.amount.not_payable",
            Self::AccountNotFound => "payments.account.not_found",
            Self::AccountClosed => "payments.account.closed",
            Self::InsufficientFunds => "payments.account.insufficient_funds",
            Self::CardNumberInvalid => "payments.card.number_invalid",
            Self::CardExpired => "payments.card.expired",
            Self::CardCvcInvalid => "payments.card.cvc_invalid",
            Self::CardNotFound => "payments.card.not_found",
            Self::CardMissing => "payments.card.missing",
            Self::CardNotTaken => "payments.card.not_taken",
            Self::IbanInvalid => "payments.iban.invalid",
            Self::DestinationNotFound => "payments.destination.not_found",
            Self::DepositNotFound => "payments.deposit.not_found",
            Self::DepositNotRefundable => "payments.deposit.not_refundable",
            Self::RefundTooLarge => "payments.refund.too_large",
            Self::WithdrawalNotFound => "payments.withdrawal.not_found",
            Self::ProviderNotFound => "payments.provider.not_found",
            Self::ProviderNotOffered => "payments.provider.not_offered",
            Self::ProviderMissing => "payments.provider.missing",
            Self::WithdrawalsNotOffered => "payments.withdrawal.not_offered",
            Self::FlowOpen => "payments.flow.open",
            Self::ReconciliationNotFound => "payments.reconciliation.not_found",
            Self::ProviderUnavailable(_) => "payments.provider.unavailable",
            Self::ProviderRefused(_) => "payments.provider.refused",
            Self::SignatureInvalid => "payments.webhook.signature_invalid",
            Self::WebhookTooOld => "payments.webhook.too_old",
            Self::WebhookMalformed => "payments.webhook.malformed",
            Self::ActionNotFound => "payments.action.not_found",
            Self::ActionDecided => "payments.action.decided",
            Self::Contradiction(_) => "payments.provider.contradiction",
            Self::LedgerRefused(_) => "payments.ledger.refused",
            Self::Ledger(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn client_message(&self) -> String {
        match self {
            Self::Database(error) => error.client_message(),
            Self::Ledger(error) => error.client_message(),
            Self::Contradiction(_) | Self::LedgerRefused(_) => {
                "something went wrong on our side; it has been logged with this request's id".into()
            }
            other => other.to_string(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Ledger(error) => error.retry_after_s(),
            Self::ProviderUnavailable(_) => Some(5),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_dotted() {
        let mut codes: Vec<&str> = PaymentsError::all().iter().map(DomainError::code).collect();
        assert!(codes.iter().all(|code| code.starts_with("payments.")));
        assert!(codes.iter().all(|code| code.split('.').count() == 3), "{codes:?}");
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn clients_never_see_what_only_concerns_us() {
        let error = PaymentsError::ProviderUnavailable("10.0.0.7 refused".to_owned());
        assert!(!error.client_message().contains("10.0.0.7"));
        let error = PaymentsError::Contradiction("py_1 has another amount".to_owned());
        assert!(!error.client_message().contains("py_1"));
    }
}
