//! Registration over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::http::invalid_field;
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::Registering;
use super::{Handle, check_locale, check_name};
use crate::http::{Client, about_password, email};
use crate::identity::Identity;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(create))
}

/// Somebody who wants to have an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
pub(crate) struct RegistrationBody {
    #[schema(format = Email, max_length = 254, example = "ann@example.org")]
    pub(crate) email: String,
    /// At least 15 characters, or 8 where sign-ins are always confirmed by mail; at most 256. It
    /// is taken exactly as it is sent; normalise it to NFC.
    #[schema(format = Password, min_length = 8, max_length = 256, example = "plum kettle anchor fog")]
    pub(crate) password: String,
    /// For people.
    #[schema(min_length = 1, max_length = 100, example = "Ann Applewood")]
    pub(crate) name: String,
    /// A public name: 3 to 30 of a-z, 0-9, `_`, `.`, `-`, starting with a letter. It is taken when
    /// the address is verified, unless somebody was faster.
    #[schema(pattern = "^[a-zA-Z][a-zA-Z0-9_.-]{2,29}$", example = "ann")]
    pub(crate) handle: Option<String>,
    /// The language of mails: `en`, or `de`.
    #[schema(example = "en", default = "en")]
    pub(crate) locale: Option<String>,
}

/// What happens now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sent {
    /// `verification_sent`, whether or not somebody has the address already: the mail says which.
    #[schema(value_type = String, example = "verification_sent")]
    status: &'static str,
}

impl Sent {
    pub(crate) const VERIFICATION: (StatusCode, Json<Self>) =
        (StatusCode::ACCEPTED, Json(Self { status: "verification_sent" }));
}

/// Registers a user.
///
/// The answer is the same whether or not somebody has the address already; who owns it learns it
/// by mail. Sign in after the address is verified.
#[utoipa::path(
    post,
    path = "/v1/identity/users",
    operation_id = "identity_users_create",
    tag = "identity",
    request_body = RegistrationBody,
    responses(
        (status = 202, description = "A mail is on its way.", body = Sent),
        (status = 409, description = "The handle is taken.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is not acceptable; the code and detail say why.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<RegistrationBody>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    register(&identity, body, &client).await?;
    Ok(Sent::VERIFICATION)
}

/// The same over HTTP and gRPC.
pub(crate) async fn register(
    identity: &Identity,
    body: RegistrationBody,
    client: &kernel::http::ClientInfo,
) -> Result<(), Problem> {
    let refuse = |pointer: &'static str| move |detail: &str| invalid_field(pointer, detail);
    check_name(&body.name).map_err(refuse("/name"))?;
    let handle = body.handle.as_deref().map(Handle::try_new).transpose();
    let locale = body.locale.unwrap_or_else(|| "en".to_owned());
    check_locale(&locale).map_err(refuse("/locale"))?;
    let new = Registering {
        email: email(&body.email)?,
        name: body.name,
        handle: handle.map_err(refuse("/handle"))?,
        locale,
        password: body.password,
    };
    identity.register(new, client).await.map_err(|error| about_password(error, "/password"))
}
