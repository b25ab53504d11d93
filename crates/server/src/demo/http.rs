//! `/v1/demo`: whether this is a demo world, and who one can be in it.

use axum::extract::State;
use kernel::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Demo;
use super::service::Shown;
use super::world::Role;

pub(crate) fn routes() -> OpenApiRouter<Demo> {
    OpenApiRouter::new().routes(routes!(get))
}

/// What this bank is.
#[derive(Serialize, ToSchema)]
pub(super) struct DemoWorld {
    /// Whether it is a demo world, where one can be anybody.
    is_demo: bool,
    /// Who one can be; nobody elsewhere.
    people: Vec<DemoPerson>,
}

/// Somebody whom one can be.
#[derive(Serialize, ToSchema)]
pub(super) struct DemoPerson {
    #[schema(example = "mia")]
    handle: String,
    #[schema(example = "Mia Schneider")]
    name: String,
    role: DemoRole,
    description: Description,
}

/// What they are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DemoRole {
    Person,
    Company,
    Staff,
}

/// A line about them, in each language.
#[derive(Serialize, ToSchema)]
#[schema(as = DemoDescription)]
pub(super) struct Description {
    #[schema(example = "An orchard that sells apples.")]
    en: &'static str,
    #[schema(example = "Ein Obsthof, der Äpfel verkauft.")]
    de: &'static str,
}

impl From<Shown> for DemoPerson {
    fn from(shown: Shown) -> Self {
        Self {
            handle: shown.member.handle.to_owned(),
            name: shown.user.name.clone(),
            role: match shown.member.role {
                Role::Person => DemoRole::Person,
                Role::Company => DemoRole::Company,
                Role::Manager | Role::Administrator => DemoRole::Staff,
            },
            description: Description { en: shown.english, de: shown.german },
        }
    }
}

/// Whether this is a demo world, and who one can be.
#[utoipa::path(
    get,
    path = "/v1/demo",
    operation_id = "demo_get",
    tag = "demo",
    responses((status = 200, description = "What this bank is.", body = DemoWorld)),
)]
async fn get(State(demo): State<Demo>) -> Result<Json<DemoWorld>, Problem> {
    let is_demo = demo.is_open().await?;
    let people = demo.people().await?.into_iter().map(DemoPerson::from).collect();
    Ok(Json(DemoWorld { is_demo, people }))
}
