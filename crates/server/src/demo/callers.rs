//! The API, called in this process by the people of the demo world.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt as _;
use identity::{Actor, ActorKind, SessionId, UserId};
use kernel::http::CallerKey;
use serde_json::Value;
use tower::ServiceExt as _;

use super::world::{CAST, who};
use crate::serve::Contexts;

const JSON: &str = "application/json";

pub(super) struct Callers<'w> {
    api: Router,
    /// In the order of the cast.
    users: &'w [UserId],
}

impl<'w> Callers<'w> {
    pub(super) fn new(contexts: &Contexts, users: &'w [UserId]) -> Self {
        Self { api: contexts.rest().split_for_parts().0, users }
    }

    pub(super) fn user(&self, handle: &str) -> UserId {
        self.users[who(handle)]
    }

    /// Does something that needs no more words; answers with the id of what came of it.
    pub(super) async fn act(&self, by: &str, path: &str) -> anyhow::Result<String> {
        Ok(id(&self.call(by, Method::POST, path, None).await?))
    }

    /// Answers with the id of what was made.
    pub(super) async fn post(&self, by: &str, path: &str, body: &Value) -> anyhow::Result<String> {
        Ok(id(&self.send(by, Method::POST, path, body).await?))
    }

    /// Answers with what was answered.
    pub(super) async fn send(
        &self,
        by: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.call(by, method, path, Some((JSON, body.to_string().into()))).await
    }

    /// The same with a body of another kind.
    pub(super) async fn upload(
        &self,
        by: &str,
        path: &str,
        media: &str,
        bytes: Vec<u8>,
    ) -> anyhow::Result<()> {
        self.call(by, Method::POST, path, Some((media, bytes))).await?;
        Ok(())
    }

    async fn call(
        &self,
        by: &str,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if method == Method::PATCH {
            // What was just made.
            request = request.header(header::IF_MATCH, "\"1\"");
        }
        let body = match body {
            Some((media, bytes)) => {
                request = request.header(header::CONTENT_TYPE, media);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let actor = self.actor(by);
        let mut request = request.body(body).context("a request of our own")?;
        request.extensions_mut().insert(CallerKey(actor.caller_key()));
        request.extensions_mut().insert(actor);
        let response =
            self.api.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{path} was answered to {by} with {status}: {}", String::from_utf8_lossy(&bytes));
        }
        if bytes.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&bytes)?) }
    }

    fn actor(&self, handle: &str) -> Actor {
        let (user, session) = (self.user(handle), SessionId::generate());
        let kind = ActorKind::Session { user, session };
        Actor { kind, permissions: CAST[who(handle)].roles().permissions(), is_frozen: false }
    }
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_default().to_owned()
}
