//! Who is calling, as far as handlers and use cases have to know. The edge finds it out once and
//! puts it into the request's extensions, for HTTP and gRPC alike.

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use kernel::audit::AuditActor;
use kernel::{ErrorKind, Problem};

use crate::ids::{ApiKeyId, ApplicationId, SessionId, UserId};
use crate::permissions::{Permission, PermissionSet};

/// A caller who proved to be somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub kind: ActorKind,
    pub permissions: PermissionSet,
    /// A frozen user may look, but not move anything.
    pub is_frozen: bool,
}

/// How the caller proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// The operator's token: a program on the host. It is no user and holds nothing.
    Operator,
    Session {
        user: UserId,
        session: SessionId,
    },
    ApiKey {
        user: UserId,
        key: ApiKeyId,
    },
    /// A third party's program, with a token that the user gave it.
    Application {
        user: UserId,
        application: ApplicationId,
    },
}

impl Actor {
    pub const OPERATOR: Self =
        Self { kind: ActorKind::Operator, permissions: PermissionSet::ALL, is_frozen: false };

    /// The user who calls, if it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::Operator => None,
            ActorKind::Session { user, .. }
            | ActorKind::ApiKey { user, .. }
            | ActorKind::Application { user, .. } => Some(user),
        }
    }

    /// The user who calls; what concerns "me" can't be asked by the operator.
    pub fn require_user(&self) -> Result<UserId, Problem> {
        self.user().ok_or_else(|| {
            Problem::new(
                ErrorKind::Forbidden,
                "identity.actor.no_user",
                "the operator's token belongs to no user; sign in as the user whom this concerns",
            )
        })
    }

    /// The user who calls and may move value.
    pub fn require_active(&self) -> Result<UserId, Problem> {
        if self.is_frozen {
            return Err(Problem::new(
                ErrorKind::Forbidden,
                "identity.user.frozen",
                "this user is frozen and can't move anything; ask the support",
            ));
        }
        self.require_user()
    }

    /// The signed-in session of a person: programs can't do what protects the person.
    pub fn require_session(&self) -> Result<(UserId, SessionId), Problem> {
        match self.kind {
            ActorKind::Session { user, session } => Ok((user, session)),
            _ => Err(Problem::new(
                ErrorKind::Forbidden,
                "identity.actor.no_session",
                "this needs a person who is signed in; API keys, applications and the operator's token won't do",
            )),
        }
    }

    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.permissions.has(permission) {
            return Ok(());
        }
        let detail = format!("this needs the permission `{permission}`");
        Err(Problem::new(ErrorKind::Forbidden, "identity.permission.missing", detail))
    }

    /// For the audit log.
    pub const fn audit(&self) -> AuditActor {
        match self.kind {
            ActorKind::Operator => AuditActor::Operator,
            ActorKind::Session { user, .. } => AuditActor::User(user.as_u128()),
            ActorKind::ApiKey { key, .. } => AuditActor::ApiKey(key.as_u128()),
            ActorKind::Application { application, .. } => {
                AuditActor::Application(application.as_u128())
            }
        }
    }

    /// Scope of idempotency keys and rate limits: all sessions and keys of a user share it.
    pub fn caller_key(&self) -> String {
        self.user().map_or_else(|| "operator".to_owned(), |user| user.to_string())
    }

    /// The caller of a gRPC request.
    pub fn of(extensions: &Extensions) -> Result<Self, Problem> {
        extensions.get::<Self>().copied().ok_or_else(unknown)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(unknown)
    }
}

fn unknown() -> Problem {
    Problem::new(
        ErrorKind::Unauthenticated,
        "request.token.missing",
        "the header `Authorization: Bearer <token>` is missing",
    )
}
