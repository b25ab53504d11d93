//! Registration, sign-in, sessions and passwords over gRPC: the contract `IdentityService` on top
//! of the same use cases as HTTP, with the same rules. Sessions that begin here have tokens.
//!
//! Reading order: `convert`, then the calls: `ways_in` by whoever is not signed in yet, `owner` by
//! whoever is.

mod convert;
mod owner;
mod ways_in;

use kernel::Problem;
use proto::identity::v1 as api;
use proto::identity::v1::identity_service_server::{IdentityService, IdentityServiceServer};
use tonic::{Request, Response, Status};

use crate::grpc_calls::calls;
use crate::identity::Identity;

const MESSAGE_BYTES_MAX: usize = 64 << 10;

/// The service, for the server to mount. Whoever does has authenticated the caller.
pub fn service(identity: Identity) -> IdentityServiceServer<impl IdentityService> {
    IdentityServiceServer::new(Service { identity }).max_decoding_message_size(MESSAGE_BYTES_MAX)
}

/// See the module's text.
struct Service {
    identity: Identity,
}

type Answer<T> = Result<T, Problem>;

calls! {
    IdentityService;

    register: RegisterRequest => RegisterResponse,
    verify_email: VerifyEmailRequest => VerifyEmailResponse,
    resend_verification: ResendVerificationRequest => ResendVerificationResponse,
    sign_in: SignInRequest => SignInResponse,
    confirm_sign_in: ConfirmSignInRequest => ConfirmSignInResponse,
    resend_sign_in: ResendSignInRequest => ResendSignInResponse,
    refresh_tokens: RefreshTokensRequest => RefreshTokensResponse,
    list_keys: ListKeysRequest => ListKeysResponse,
    list_sessions: ListSessionsRequest => ListSessionsResponse,
    end_session: EndSessionRequest => EndSessionResponse,
    end_all_sessions: EndAllSessionsRequest => EndAllSessionsResponse,
    sign_out: SignOutRequest => SignOutResponse,
    change_password: ChangePasswordRequest => ChangePasswordResponse,
    request_password_reset: RequestPasswordResetRequest => RequestPasswordResetResponse,
    confirm_password_reset: ConfirmPasswordResetRequest => ConfirmPasswordResetResponse,
    change_email: ChangeEmailRequest => ChangeEmailResponse,
    confirm_email: ConfirmEmailRequest => ConfirmEmailResponse,
}
