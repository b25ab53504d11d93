use axum::body::Bytes;
use axum::extract::State;
use identity::{Identity, ImportError, LineOutcome};
use kernel::{ErrorKind, Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What became of a file. The three numbers add up to its lines.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct UserImport {
    pub(crate) created: u64,
    /// Lines whose e-mail address a user has already.
    pub(crate) existing: u64,
    pub(crate) rejected: Vec<RejectedLine>,
}

/// A line of which nothing was made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RejectedLine {
    /// From 1, which is the header.
    pub(crate) line: u64,
    pub(crate) reason: String,
}

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Import users.
///
/// The body is CSV with a header: `email,name,password_hash` and, if they are there,
/// `handle,created_at,email_verified,locale`. Hashes are bcrypt or Argon2id; whoever signs in gets
/// a new one. A repeat of the file makes nothing twice.
#[utoipa::path(
    post,
    path = "/v1/operator/user-imports",
    operation_id = "operator_user_imports_create",
    tag = "operator",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What became of each line", body = UserImport)),
)]
async fn create(
    State(identity): State<Identity>,
    file: Bytes,
) -> Result<Json<UserImport>, Problem> {
    let mut rejected = Vec::new();
    let on_line = |line: identity::ImportedLine| {
        if let LineOutcome::Rejected(reason) = line.outcome {
            rejected.push(RejectedLine { line: line.line, reason });
        }
    };
    let summary = identity.import_users(&file[..], on_line).await.map_err(problem)?;
    Ok(Json(UserImport { created: summary.created, existing: summary.existing, rejected }))
}

fn problem(error: ImportError) -> Problem {
    match error {
        ImportError::Identity(error) => error.into(),
        error => Problem::new(ErrorKind::Invalid, "request.body.invalid", error.to_string()),
    }
}
