//! What kinds of failure there are, and how they look over HTTP and gRPC.

use axum::http::StatusCode;

/// The kind of an expected failure. Contexts choose one; they don't know the status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request is malformed; sending it again can't help.
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// It collides with what is there: an id that is taken, a request in flight.
    Conflict,
    /// `If-Match` names an older version.
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    /// Well-formed, but a rule of the business refuses it.
    Unprocessable,
    /// `If-Match` is missing.
    PreconditionRequired,
    RateLimited,
    Internal,
    /// A dependency is gone for the moment; the same request may succeed later.
    Unavailable,
    InsufficientStorage,
}

impl ErrorKind {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// The gRPC status code (`google/rpc/code.proto`), as a number: this crate knows no tonic.
    pub const fn grpc_code(self) -> i32 {
        match self {
            Self::Invalid | Self::UnsupportedMediaType => 3,
            Self::NotFound => 5,
            Self::Conflict => 6,
            Self::Forbidden => 7,
            Self::TooLarge | Self::RateLimited | Self::InsufficientStorage => 8,
            Self::PreconditionFailed | Self::PreconditionRequired | Self::Unprocessable => 9,
            Self::MethodNotAllowed => 12,
            Self::Internal => 13,
            Self::Unavailable => 14,
            Self::Unauthenticated => 16,
        }
    }

    /// One sentence for people, the same for every failure of the kind.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Invalid => "The request is malformed",
            Self::Unauthenticated => "Credentials are missing or not valid",
            Self::Forbidden => "The caller may not do this",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "This address has no such method",
            Self::Conflict => "The request conflicts with the present state",
            Self::PreconditionFailed => "The resource has changed",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedMediaType => "The content type is not supported",
            Self::Unprocessable => "A rule refuses the request",
            Self::PreconditionRequired => "The request needs an If-Match header",
            Self::RateLimited => "Too many requests",
            Self::Internal => "The server failed",
            Self::Unavailable => "The service is not available at the moment",
            Self::InsufficientStorage => "The server is out of storage",
        }
    }

    /// Whether it is our fault and not the client's.
    pub const fn is_server_fault(self) -> bool {
        matches!(self, Self::Internal | Self::Unavailable | Self::InsufficientStorage)
    }
}

/// An error enum of a context: its variants are outcomes of the business.
///
/// The error's own `Display` is the message for the log; the client gets
/// [`client_message`](Self::client_message), which never carries internals.
pub trait DomainError: std::error::Error {
    fn kind(&self) -> ErrorKind;

    /// Stable dotted code such as `shop.order.already_refunded`.
    fn code(&self) -> &'static str;

    fn client_message(&self) -> String;

    /// When a retry makes sense, in seconds, for rate limits and outages.
    fn retry_after_s(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ErrorKind; 15] = [
        ErrorKind::Invalid,
        ErrorKind::Unauthenticated,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::MethodNotAllowed,
        ErrorKind::Conflict,
        ErrorKind::PreconditionFailed,
        ErrorKind::TooLarge,
        ErrorKind::UnsupportedMediaType,
        ErrorKind::Unprocessable,
        ErrorKind::PreconditionRequired,
        ErrorKind::RateLimited,
        ErrorKind::Internal,
        ErrorKind::Unavailable,
        ErrorKind::InsufficientStorage,
    ];

    #[test]
    fn every_kind_has_its_own_status_and_a_grpc_error_code() {
        let statuses: std::collections::HashSet<_> = ALL.iter().map(|kind| kind.status()).collect();
        assert_eq!(statuses.len(), ALL.len());
        assert!(ALL.iter().all(|kind| (1..=16).contains(&kind.grpc_code())));
    }

    #[test]
    fn server_faults_are_the_5xx() {
        for kind in ALL {
            assert_eq!(kind.is_server_fault(), kind.status().is_server_error(), "{kind:?}");
        }
    }
}
