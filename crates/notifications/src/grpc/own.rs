//! What concerns the user who calls.

use futures_util::stream;
use identity::Actor;
use kernel::http::{IfMatch, Stopping};
use kernel::page::Page;
use proto::failure;
use proto::notifications::v1 as api;
use tonic::Status;

use super::{Answers, Service, convert, cursor, limit, refuse, user};
use crate::events::SEQUENCE_MAX;
use crate::preferences::http::refusal;
use crate::preferences::{Choices, Wish};
use crate::stream::Reader;

impl Service {
    pub(super) async fn list_inbox(
        &self,
        actor: Actor,
        request: api::ListInboxRequest,
    ) -> Result<api::ListInboxResponse, Status> {
        let (user, limit) = (user(&actor)?, limit(request.limit)?);
        let before = cursor(&request.cursor)?;
        let found = self.0.inbox(&actor, request.unread, before, limit).await.map_err(refuse)?;
        let page = Page::cut(found, limit, |event| event.sequence, |event| event);
        let shown = self.0.present(user, page.data).await.map_err(refuse)?;
        let notifications = shown.into_iter().map(convert::notification).collect();
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListInboxResponse { notifications, next_cursor })
    }

    pub(super) async fn count_unread(
        &self,
        actor: Actor,
        _: api::CountUnreadRequest,
    ) -> Result<api::CountUnreadResponse, Status> {
        let (unread, has_more) = self.0.unread_count(&actor).await.map_err(refuse)?;
        Ok(api::CountUnreadResponse { unread, has_more })
    }

    pub(super) async fn mark_read(
        &self,
        actor: Actor,
        request: api::MarkReadRequest,
    ) -> Result<api::MarkReadResponse, Status> {
        let sequence = sequence("sequence", request.sequence)?;
        self.0.mark_read(&actor, sequence).await.map_err(refuse)?;
        Ok(api::MarkReadResponse {})
    }

    pub(super) async fn mark_all_read(
        &self,
        actor: Actor,
        request: api::MarkAllReadRequest,
    ) -> Result<api::MarkAllReadResponse, Status> {
        let up_to = request.up_to.map(|up_to| sequence("up_to", up_to)).transpose()?;
        let read = self.0.mark_all_read(&actor, up_to).await.map_err(refuse)?;
        Ok(api::MarkAllReadResponse { read })
    }

    pub(super) async fn list_events(
        &self,
        actor: Actor,
        request: api::ListEventsRequest,
    ) -> Result<api::ListEventsResponse, Status> {
        let (user, limit) = (user(&actor)?, limit(request.limit)?);
        let after = sequence("after", request.after)?;
        let events = self.0.events(&actor, after, limit).await.map_err(refuse)?;
        let next_after = events.last().map_or(after, |event| event.sequence);
        let shown = self.0.present(user, events).await.map_err(refuse)?;
        let events = shown.into_iter().map(convert::notification).collect();
        Ok(api::ListEventsResponse { events, next_after })
    }

    pub(super) async fn events_to_come(
        &self,
        actor: Actor,
        request: &api::StreamEventsRequest,
        stopping: Option<Stopping>,
    ) -> Result<Answers<api::StreamEventsResponse>, Status> {
        let user = user(&actor)?;
        let after = request.after.map(|after| sequence("after", after)).transpose()?;
        let reader = Reader::open(self.0.clone(), (user, &actor), after, stopping).await;
        let reader = reader.map_err(refuse)?;
        Ok(Box::pin(stream::unfold(reader, |mut reader| async move {
            let event = Some(convert::notification(reader.next().await?));
            Some((Ok(api::StreamEventsResponse { event }), reader))
        })))
    }

    pub(super) async fn get_preferences(
        &self,
        actor: Actor,
        _: api::GetPreferencesRequest,
    ) -> Result<api::GetPreferencesResponse, Status> {
        let found = self.0.preferences(&actor).await.map_err(refuse)?;
        let preferences = convert::preferences(&found);
        Ok(api::GetPreferencesResponse { preferences, version: found.version })
    }

    pub(super) async fn update_preferences(
        &self,
        actor: Actor,
        request: api::UpdatePreferencesRequest,
    ) -> Result<api::UpdatePreferencesResponse, Status> {
        let expected = request
            .expected_version
            .map_or(IfMatch::Any, |version| IfMatch::Versions(vec![version]));
        let kinds: Vec<String> = request.preferences.iter().map(|it| it.kind.clone()).collect();
        let asked = request.preferences.into_iter().map(|it| {
            let (in_app, email, webhook) = (it.in_app, it.email, it.webhook);
            (it.kind, Wish { in_app, email, webhook, sms: it.sms, push: it.push })
        });
        let choices = Choices::try_new(asked).map_err(|error| refuse(refusal(error, &kinds)))?;
        let now = self.0.set_preferences(&actor, &expected, choices).await.map_err(refuse)?;
        let preferences = convert::preferences(&now);
        Ok(api::UpdatePreferencesResponse { preferences, version: now.version })
    }
}

fn sequence(field: &str, sequence: i64) -> Result<i64, Status> {
    match sequence {
        0..=SEQUENCE_MAX => Ok(sequence),
        _ => Err(failure::invalid(field, "a sequence is an integer of 0 to 2^53-1")),
    }
}
