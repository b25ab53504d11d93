//! This context over HTTP: the routes of its features put together, and what they share.

use axum::extract::DefaultBodyLimit;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::middleware::map_response;
use kernel::Problem;
use kernel::http::{ClientInfo, documents, invalid_field, no_store};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::person::client_of;
use crate::users::EmailAddress;

/// Nothing that is sent here is long, but for what the import takes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// All routes of this context. Who may call which is decided in front of them.
pub fn routes(identity: Identity) -> OpenApiRouter {
    documented_routes().layer(map_response(no_store)).with_state(identity)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    documented_routes().into_openapi()
}

fn documented_routes() -> OpenApiRouter<Identity> {
    let mut router = OpenApiRouter::default()
        .merge(crate::users::http::routes())
        .merge(crate::email_verifications::http::routes())
        .merge(crate::sign_ins::http::routes())
        .merge(crate::sessions::http::routes())
        .merge(crate::tokens::http::routes())
        .merge(crate::keys::http::routes())
        .merge(crate::password::http::routes())
        .merge(crate::password_resets::http::routes())
        .merge(crate::email::http::routes())
        .merge(crate::phone::http::routes())
        .merge(crate::totp::http::routes())
        .merge(crate::recovery_codes::http::routes())
        .merge(crate::passkeys::http::routes())
        .merge(crate::api_keys::http::routes())
        .merge(crate::providers::http::routes())
        .merge(crate::provider_sign_ins::http::routes())
        .merge(crate::linked_identities::http::routes())
        .merge(crate::profile::http::routes())
        .merge(crate::roles::http::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    documents::complete(router.get_openapi_mut());
    router
}

/// Where a request comes from, as the edge knows it.
pub(crate) struct Client(pub(crate) ClientInfo);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(client_of(&parts.extensions)))
    }
}

/// The e-mail address in the field `email` of a body.
pub(crate) fn email(text: &str) -> Result<EmailAddress, Problem> {
    EmailAddress::try_new(text).map_err(|detail| invalid_field("/email", detail))
}

/// A failure whose cause, if it is a password that is not acceptable, is the field at `pointer`.
pub(crate) fn about_password(error: IdentityError, pointer: &str) -> Problem {
    match error {
        IdentityError::Password(flaw) => {
            let detail = flaw.to_string();
            Problem::from(error).with_field(pointer, detail)
        }
        other => other.into(),
    }
}
