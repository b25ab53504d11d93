//! Mail, for staff.

use identity::Actor;
use kernel::page::Page;
use proto::notifications::v1 as api;
use tonic::Status;

use super::{Service, convert, cursor, id, limit, refuse};
use crate::messages::store::MessageFilter;

impl Service {
    pub(super) async fn list_messages(
        &self,
        actor: Actor,
        request: api::ListMessagesRequest,
    ) -> Result<api::ListMessagesResponse, Status> {
        let limit = limit(request.limit)?;
        let status = convert::status_asked(request.status())?;
        let channel = convert::channel_asked(request.channel());
        let filter = MessageFilter { to: request.to, kind: request.kind, channel, status };
        let before = cursor(&request.cursor)?;
        let found = self.0.messages(&actor, &filter, before, limit).await.map_err(refuse)?;
        let page = Page::cut(found, limit, |mail| mail.id, convert::mail);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListMessagesResponse { messages: page.data, next_cursor })
    }

    pub(super) async fn list_mailbox(
        &self,
        actor: Actor,
        request: api::ListMailboxRequest,
    ) -> Result<api::ListMailboxResponse, Status> {
        let limit = limit(request.limit)?;
        let before = cursor(&request.cursor)?;
        let to = request.to.as_deref();
        let found = self.0.mailbox(&actor, to, before, limit).await.map_err(refuse)?;
        let page = Page::cut(found, limit, |mail| mail.id, convert::kept_summary);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListMailboxResponse { mails: page.data, next_cursor })
    }

    pub(super) async fn get_mailbox_mail(
        &self,
        actor: Actor,
        request: api::GetMailboxMailRequest,
    ) -> Result<api::GetMailboxMailResponse, Status> {
        let mail = self.0.kept_mail(&actor, id("id", &request.id)?).await.map_err(refuse)?;
        Ok(api::GetMailboxMailResponse { mail: Some(convert::kept(mail)) })
    }

    pub(super) async fn delete_mailbox_mail(
        &self,
        actor: Actor,
        request: api::DeleteMailboxMailRequest,
    ) -> Result<api::DeleteMailboxMailResponse, Status> {
        self.0.delete_kept_mail(&actor, id("id", &request.id)?).await.map_err(refuse)?;
        Ok(api::DeleteMailboxMailResponse {})
    }

    pub(super) async fn list_suppressions(
        &self,
        actor: Actor,
        request: api::ListSuppressionsRequest,
    ) -> Result<api::ListSuppressionsResponse, Status> {
        let limit = limit(request.limit)?;
        let after: Option<String> = cursor(&request.cursor)?;
        let found = self.0.suppressions(&actor, after.as_deref(), limit).await.map_err(refuse)?;
        let page = Page::cut(found, limit, |it| it.address.clone(), convert::suppression);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListSuppressionsResponse { suppressions: page.data, next_cursor })
    }

    pub(super) async fn delete_suppression(
        &self,
        actor: Actor,
        request: api::DeleteSuppressionRequest,
    ) -> Result<api::DeleteSuppressionResponse, Status> {
        self.0.lift_suppression(&actor, &request.address).await.map_err(refuse)?;
        Ok(api::DeleteSuppressionResponse {})
    }
}
