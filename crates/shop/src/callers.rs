//! Who is calling, as far as the shop has to know: anybody may look at what is for sale.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use identity::{Actor, Permission};
use kernel::{ErrorKind, Problem};

/// Somebody who looks at the catalogue, known or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer(pub(crate) Option<Actor>);

/// Somebody who may change the catalogue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CatalogueStaff(pub(crate) Actor);

impl Viewer {
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Problem> {
        self.0.ok_or_else(unknown)?.require(permission)
    }

    /// Whether drafts and what is archived are shown too.
    pub(crate) fn is_staff(&self) -> bool {
        self.0.is_some_and(|actor| actor.permissions.has(Permission::CatalogueWrite))
    }
}

fn unknown() -> Problem {
    Problem::new(
        ErrorKind::Unauthenticated,
        "request.token.missing",
        "the header `Authorization: Bearer <token>` is missing",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(parts.extensions.get::<Actor>().copied()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CatalogueStaff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, state).await?;
        actor.require(Permission::CatalogueWrite)?;
        Ok(Self(actor))
    }
}
