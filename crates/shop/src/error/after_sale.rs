//! What can go wrong with an order after its sale: returns, documents, changes.

use kernel::{Amount, DomainError, ErrorKind};

/// Outcomes that callers can meet.
#[derive(Debug, thiserror::Error)]
pub enum AfterSaleError {
    #[error("there is no such return")]
    ReturnNotFound,
    #[error("of {sku} at most {left} can come back")]
    ReturnTooMany { sku: String, left: u32 },
    #[error("what was sent can be returned within {0} days")]
    ReturnTooLate(u32),
    #[error("the return is {0}")]
    ReturnState(&'static str),
    #[error("nothing of the return arrived: close it instead")]
    ReturnEmpty,
    #[error("there is no such document")]
    DocumentNotFound,
    #[error("some of the order was sent, or it is cancelled: it stays as it is")]
    OrderFixed,
    #[error("another country would have other taxes: cancel the order and place it anew")]
    CountryFixed,
    #[error("only staff cancels pieces of an order; you can cancel all of it")]
    PiecesByStaff,
    #[error("what is wanted instead isn't sold, or not in this currency, or is there twice")]
    ExchangeUnavailable,
    #[error("what is to be sent instead was bought by others meanwhile; try again")]
    ExchangeNotHeld,
    #[error("nothing is to be sent instead: it can't be sent at once")]
    ExchangeMissing,
    #[error("nothing of this payment could not go back to its card")]
    StrandedNotFound,
    #[error("this is more than waits: {0}")]
    StrandedTooLarge(Amount),
    #[error("the buyer has no open wallet in this currency")]
    StrandedNoWallet,
    #[error(
        "an order of yours is under way, or something of one is to come back; wait until it has \
         ended, or cancel it"
    )]
    OrderUnderWay,
}

impl AfterSaleError {
    /// One of each, for the list of codes.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [
            Self::ReturnNotFound,
            Self::ReturnTooMany { sku: "an example".to_owned(), left: 0 },
            Self::ReturnTooLate(30),
            Self::ReturnState("closed"),
            Self::ReturnEmpty,
            Self::DocumentNotFound,
            Self::OrderFixed,
            Self::CountryFixed,
            Self::PiecesByStaff,
            Self::ExchangeUnavailable,
            Self::ExchangeNotHeld,
            Self::ExchangeMissing,
            Self::StrandedNotFound,
            Self::StrandedTooLarge(Amount::ZERO),
            Self::StrandedNoWallet,
            Self::OrderUnderWay,
        ]
        .into_iter()
    }

    const fn described(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, NotFound, Unprocessable};
        match self {
            Self::ReturnNotFound => (NotFound, "shop.return.not_found"),
            Self::ReturnTooMany { .. } => (Unprocessable, "shop.return.too_many"),
            Self::ReturnTooLate(_) => (Unprocessable, "shop.return.too_late"),
            Self::ReturnState(_) => (Conflict, "shop.return.state"),
            Self::ReturnEmpty => (Unprocessable, "shop.return.empty"),
            Self::DocumentNotFound => (NotFound, "shop.document.not_found"),
            Self::OrderFixed => (Conflict, "shop.order.fixed"),
            Self::CountryFixed => (Unprocessable, "shop.order.country_fixed"),
            Self::PiecesByStaff => (Unprocessable, "shop.order.pieces_by_staff"),
            Self::ExchangeUnavailable => (Unprocessable, "shop.return.exchange_unavailable"),
            Self::ExchangeNotHeld => (Conflict, "shop.return.exchange_not_held"),
            Self::ExchangeMissing => (Unprocessable, "shop.return.exchange_missing"),
            Self::StrandedNotFound => (NotFound, "shop.stranded_refund.not_found"),
            Self::StrandedTooLarge(_) => (Unprocessable, "shop.stranded_refund.too_large"),
            Self::StrandedNoWallet => (Unprocessable, "shop.stranded_refund.no_wallet"),
            Self::OrderUnderWay => (Conflict, "shop.order.under_way"),
        }
    }
}

impl DomainError for AfterSaleError {
    fn kind(&self) -> ErrorKind {
        self.described().0
    }

    fn code(&self) -> &'static str {
        self.described().1
    }

    fn client_message(&self) -> String {
        self.to_string()
    }
}
