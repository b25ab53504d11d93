//! What the edge itself refuses, for HTTP and for gRPC.

use axum::body::Body;
use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::response::{IntoResponse as _, Response};
use kernel::{DomainError, ErrorKind, Problem};

/// Why a request doesn't reach its handler, or has no answer from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the header `Authorization: Bearer <token>` is missing")]
    TokenMissing,
    #[error("the token is not valid")]
    TokenWrong,
    #[error("the token has expired; refresh it or sign in again")]
    TokenExpired,
    #[error("the caller may not do this")]
    Forbidden,
    #[error(
        "a request with a session's cookie that changes something needs the Origin of this server"
    )]
    Origin,
    #[error("too many requests; try again in {0} seconds")]
    RateLimited(u64),
    #[error("it can't be checked who is calling at the moment")]
    TokenUnknown,
    #[error("there is nothing at this address")]
    NoRoute,
    #[error("this address has no such method; the header Allow lists those that it has")]
    NoMethod,
    #[error("the request is ambiguous: it needs exactly one Host")]
    Host,
    #[error("the body is larger than 16 MiB")]
    TooLarge,
    #[error("too many requests are in flight; try again in a moment")]
    Busy,
    #[error("no process leads the ledger at the moment")]
    NoLeader,
    #[error(
        "the process that leads the ledger did not answer; repeat the request with the same ids"
    )]
    LeaderGone,
    #[error("the answer took too long; repeat the request with the same ids")]
    TimedOut,
    #[error("something went wrong on our side; it has been logged with this request's id")]
    Panicked,
}

impl Refusal {
    /// Every refusal, for the documentation.
    pub(crate) const ALL: [Self; 16] = [
        Self::TokenMissing,
        Self::TokenWrong,
        Self::TokenExpired,
        Self::Forbidden,
        Self::Origin,
        Self::RateLimited(1),
        Self::TokenUnknown,
        Self::NoRoute,
        Self::NoMethod,
        Self::Host,
        Self::TooLarge,
        Self::Busy,
        Self::NoLeader,
        Self::LeaderGone,
        Self::TimedOut,
        Self::Panicked,
    ];

    /// The answer, in the language of the caller.
    pub(super) fn response(self, is_grpc: bool) -> Response {
        let mut problem = Problem::new(self.kind(), self.code(), self.client_message());
        problem.retry_after_s = self.retry_after_s();
        if is_grpc {
            return proto::failure::status(&problem).into_http::<Body>();
        }
        let mut response = problem.into_response();
        if let Some(challenge) = self.challenge() {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// What is wrong with the token, for programs (RFC 6750, 3).
    const fn challenge(self) -> Option<&'static str> {
        match self {
            Self::TokenMissing => Some("Bearer realm=\"bushel\""),
            Self::TokenWrong | Self::TokenExpired => {
                Some("Bearer realm=\"bushel\", error=\"invalid_token\"")
            }
            Self::Forbidden => Some("Bearer realm=\"bushel\", error=\"insufficient_scope\""),
            _ => None,
        }
    }
}

impl DomainError for Refusal {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TokenMissing | Self::TokenWrong | Self::TokenExpired => {
                ErrorKind::Unauthenticated
            }
            Self::Forbidden | Self::Origin => ErrorKind::Forbidden,
            Self::RateLimited(_) => ErrorKind::RateLimited,
            Self::NoRoute => ErrorKind::NotFound,
            Self::NoMethod => ErrorKind::MethodNotAllowed,
            Self::Host => ErrorKind::Invalid,
            Self::TooLarge => ErrorKind::TooLarge,
            Self::TokenUnknown
            | Self::Busy
            | Self::NoLeader
            | Self::LeaderGone
            | Self::TimedOut => ErrorKind::Unavailable,
            Self::Panicked => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TokenMissing => "request.token.missing",
            Self::TokenWrong => "request.token.invalid",
            Self::TokenExpired => "request.token.expired",
            Self::Forbidden => "request.forbidden",
            Self::Origin => "request.origin.refused",
            Self::RateLimited(_) => "request.rate_limited",
            Self::TokenUnknown => "server.token.unknown",
            Self::NoRoute => "request.path.not_found",
            Self::NoMethod => "request.method.not_allowed",
            Self::Host => "request.host.invalid",
            Self::TooLarge => "request.body.too_large",
            Self::Busy => "server.busy",
            Self::NoLeader => "server.leader.unknown",
            Self::LeaderGone => "server.leader.unreachable",
            Self::TimedOut => "server.timeout",
            Self::Panicked => "internal",
        }
    }

    fn client_message(&self) -> String {
        self.to_string()
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::RateLimited(seconds) => Some(*seconds),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_speak_the_callers_language() {
        for refusal in Refusal::ALL {
            let http = refusal.response(false);
            assert_eq!(http.status(), refusal.kind().status(), "{refusal:?}");
            assert_eq!(http.headers()["content-type"], "application/problem+json");
            let grpc = refusal.response(true);
            assert_eq!(grpc.status(), 200);
            assert_ne!(grpc.headers()["grpc-status"], "0", "{refusal:?}");
        }
    }

    #[test]
    fn callers_without_a_token_are_told_the_scheme() {
        let response = Refusal::TokenMissing.response(false);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"bushel\"");
    }
}
