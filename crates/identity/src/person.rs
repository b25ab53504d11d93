//! The person who calls, for what only a person may do: programs don't change what protects
//! their owner.

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use kernel::Problem;
use kernel::http::ClientInfo;

use crate::actor::Actor;
use crate::credential_changes::Owner;

/// Who is signed in, and from where.
pub(crate) struct Person {
    pub(crate) owner: Owner,
    pub(crate) client: ClientInfo,
    pub(crate) actor: Actor,
}

impl Person {
    /// Of a request over HTTP or gRPC.
    pub(crate) fn of(extensions: &Extensions) -> Result<Self, Problem> {
        let (actor, client) = (Actor::of(extensions)?, client_of(extensions));
        let owner = Owner::of(&actor, &client)?;
        Ok(Self { owner, client, actor })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.extensions)
    }
}

/// Where a request comes from, whoever sent it.
pub(crate) fn client_of(extensions: &Extensions) -> ClientInfo {
    extensions.get().cloned().unwrap_or_default()
}
