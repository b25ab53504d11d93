use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use identity::{Confirmation, Identity, NewPassword, NewUser, Role, RoleSet, UserId};
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// An administrator to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAdministrator {
    #[schema(example = "ann@example.org")]
    email: String,
    #[schema(example = "Ann Apple")]
    name: String,
    /// At least 15 characters, unless a second factor is always asked for; it is, by mail, until
    /// they set up another one.
    #[schema(example = "crisp autumn orchard", format = Password)]
    password: String,
    /// Language of mails: `en` or `de`.
    #[schema(example = "en")]
    locale: Option<String>,
}

/// An administrator.
#[derive(Serialize, ToSchema)]
pub(crate) struct Administrator {
    id: UserId,
    email: String,
}

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Make an administrator.
///
/// Their e-mail address counts as verified, because the operator vouches for it.
#[utoipa::path(
    post,
    path = "/v1/operator/administrators",
    operation_id = "operator_administrators_create",
    tag = "operator",
    request_body = NewAdministrator,
    responses(
        (status = 201, description = "The administrator", body = Administrator),
        (status = 409, description = "Another user has this e-mail address", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is not acceptable", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Json(new): Json<NewAdministrator>,
) -> Result<Response, Problem> {
    let roles =
        [Role::User, Role::Administrator].into_iter().fold(RoleSet::default(), RoleSet::with);
    let user = NewUser {
        email: new.email,
        name: new.name,
        handle: None,
        locale: new.locale.unwrap_or_else(|| "en".to_owned()),
        password: NewPassword::Text(new.password),
        roles,
        is_email_verified: true,
        confirmation: Some(Confirmation::Always),
    };
    let user = identity.create_user(user).await?;
    let body = Administrator { id: user.id, email: user.email.clone() };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
