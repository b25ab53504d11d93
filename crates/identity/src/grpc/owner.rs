//! Calls by whoever is signed in.

use kernel::Page;
use kernel::http::invalid_field;
use proto::identity::v1 as api;
use tonic::Extensions;

use super::{Answer, Service, convert};
use crate::actor::Actor;
use crate::email::http::answer;
use crate::http::{about_password, email};
use crate::person::client_of;
use crate::sessions::EndReason;

impl Service {
    pub(super) async fn list_sessions(
        &self,
        extensions: &Extensions,
        request: api::ListSessionsRequest,
    ) -> Answer<api::ListSessionsResponse> {
        let (user, current) = Actor::of(extensions)?.require_session()?;
        let (limit, before) = (convert::limit(request.limit)?, convert::cursor(&request.cursor)?);
        let sessions = self.identity.list_sessions(user, before, limit).await?;
        let page = Page::cut(
            sessions,
            limit,
            |session| session.id,
            |session| convert::session(session, current),
        );
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListSessionsResponse { sessions: page.data, next_cursor })
    }

    pub(super) async fn end_session(
        &self,
        extensions: &Extensions,
        request: api::EndSessionRequest,
    ) -> Answer<api::EndSessionResponse> {
        let actor = Actor::of(extensions)?;
        let (user, _) = actor.require_session()?;
        let id = convert::id("id", &request.id)?;
        self.identity.end_session(user, id, actor.audit(), EndReason::Ended).await?;
        Ok(api::EndSessionResponse {})
    }

    pub(super) async fn end_all_sessions(
        &self,
        extensions: &Extensions,
        request: api::EndAllSessionsRequest,
    ) -> Answer<api::EndAllSessionsResponse> {
        let actor = Actor::of(extensions)?;
        let (user, current) = actor.require_session()?;
        let but = request.keep_current.then_some(current);
        let ended = self.identity.end_other_sessions(user, but, actor.audit()).await?;
        Ok(api::EndAllSessionsResponse { ended: u32::try_from(ended).unwrap_or(u32::MAX) })
    }

    pub(super) async fn sign_out(
        &self,
        extensions: &Extensions,
        _: api::SignOutRequest,
    ) -> Answer<api::SignOutResponse> {
        let actor = Actor::of(extensions)?;
        let (user, session) = actor.require_session()?;
        self.identity.end_session(user, session, actor.audit(), EndReason::SignedOut).await?;
        Ok(api::SignOutResponse {})
    }

    pub(super) async fn change_password(
        &self,
        extensions: &Extensions,
        request: api::ChangePasswordRequest,
    ) -> Answer<api::ChangePasswordResponse> {
        let owner = Actor::of(extensions)?.require_session()?;
        let (current, client) = (&request.current, client_of(extensions));
        let changed = self.identity.change_password(owner, current, request.new, &client).await;
        changed.map_err(|error| about_password(error, "/new"))?;
        Ok(api::ChangePasswordResponse {})
    }

    pub(super) async fn change_email(
        &self,
        extensions: &Extensions,
        request: api::ChangeEmailRequest,
    ) -> Answer<api::ChangeEmailResponse> {
        let (user, _) = Actor::of(extensions)?.require_session()?;
        let (email, client) = (email(&request.email)?, client_of(extensions));
        self.identity.ask_for_email(user, &email, &request.password, &client).await?;
        Ok(api::ChangeEmailResponse {})
    }

    pub(super) async fn confirm_email(
        &self,
        extensions: &Extensions,
        request: api::ConfirmEmailRequest,
    ) -> Answer<api::ConfirmEmailResponse> {
        use api::confirm_email_request::Answer as Given;
        let (user, _) = Actor::of(extensions)?.require_session()?;
        let (token, code) = match &request.answer {
            Some(Given::Token(token)) => (Some(&**token), None),
            Some(Given::Code(code)) => (None, Some(&**code)),
            None => return Err(invalid_field("/answer", "give a token or a code")),
        };
        let answer = answer(user, token, code)?;
        self.identity.confirm_email(user, &answer, &client_of(extensions)).await?;
        Ok(api::ConfirmEmailResponse {})
    }
}
