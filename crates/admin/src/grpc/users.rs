//! Calls about users.

use std::sync::Arc;

use identity::{Session, User, UserId, UserStatus};
use kernel::Page;
use proto::admin::v1 as api;
use tonic::Status;

use super::Service;
use super::fields::{count, cursor, json, limit, parsed, refuse, wire_time};
use crate::caller::Caller;
use crate::users::{AccountJson, Item, Source};

impl Service {
    pub(super) async fn search_users(
        &self,
        caller: Caller,
        request: api::SearchUsersRequest,
    ) -> Result<api::SearchUsersResponse, Status> {
        let (limit, before) = (limit(request.limit)?, cursor::<UserId>(&request.cursor)?);
        let found = self.admin.search_users(&caller, &request.query, before, limit).await;
        let found = found.map_err(refuse)?;
        let page = Page::cut(found, limit, |user: &Arc<User>| user.id, |user| wire_user(&user));
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::SearchUsersResponse { users: page.data, next_cursor })
    }

    pub(super) async fn get_user(
        &self,
        caller: Caller,
        request: api::GetUserRequest,
    ) -> Result<api::GetUserResponse, Status> {
        let id = parsed("user", &request.user)?;
        let details = self.admin.user_details(&caller, id).await.map_err(refuse)?;
        Ok(api::GetUserResponse {
            user: Some(wire_user(&details.user)),
            sessions: count(details.sessions),
            accounts: count(details.accounts),
        })
    }

    pub(super) async fn list_user_sessions(
        &self,
        caller: Caller,
        request: api::ListUserSessionsRequest,
    ) -> Result<api::ListUserSessionsResponse, Status> {
        let id = parsed("user", &request.user)?;
        let sessions = self.admin.user_sessions(&caller, id).await.map_err(refuse)?;
        let sessions = sessions.into_iter().map(wire_session).collect();
        Ok(api::ListUserSessionsResponse { sessions })
    }

    pub(super) async fn list_user_accounts(
        &self,
        caller: Caller,
        request: api::ListUserAccountsRequest,
    ) -> Result<api::ListUserAccountsResponse, Status> {
        let id: UserId = parsed("user", &request.user)?;
        let accounts = self.admin.user_accounts(&caller, id).await.map_err(refuse)?;
        let wire = |account: AccountJson| api::Account {
            id: account.id.to_string(),
            address: id.account_address(&account.asset),
            scale: account.scale.into(),
            posted: account.balance.to_string(),
            available: account.available.to_string(),
            is_closed: account.is_closed,
            asset: account.asset,
        };
        let accounts = accounts.iter().map(|(account, asset)| AccountJson::new(account, asset));
        Ok(api::ListUserAccountsResponse { accounts: accounts.map(wire).collect() })
    }

    pub(super) async fn list_user_timeline(
        &self,
        caller: Caller,
        request: api::ListUserTimelineRequest,
    ) -> Result<api::ListUserTimelineResponse, Status> {
        let id = parsed("user", &request.user)?;
        let position = cursor(&request.cursor)?.unwrap_or_default();
        let timeline = self.admin.user_timeline(&caller, id, position, limit(request.limit)?);
        let timeline = timeline.await.map_err(refuse)?;
        let next = timeline.next.map(|next| kernel::Cursor(next).to_string());
        Ok(api::ListUserTimelineResponse {
            items: timeline.items.into_iter().map(wire_item).collect(),
            next_cursor: next.unwrap_or_default(),
        })
    }

    pub(super) async fn freeze_user(
        &self,
        caller: Caller,
        request: api::FreezeUserRequest,
    ) -> Result<api::FreezeUserResponse, Status> {
        let id = parsed("user", &request.user)?;
        let user = self.admin.freeze_user(&caller, id, &request.reason).await.map_err(refuse)?;
        Ok(api::FreezeUserResponse { user: Some(wire_user(&user)) })
    }

    pub(super) async fn unfreeze_user(
        &self,
        caller: Caller,
        request: api::UnfreezeUserRequest,
    ) -> Result<api::UnfreezeUserResponse, Status> {
        let id = parsed("user", &request.user)?;
        let user = self.admin.unfreeze_user(&caller, id, &request.reason).await.map_err(refuse)?;
        Ok(api::UnfreezeUserResponse { user: Some(wire_user(&user)) })
    }

    pub(super) async fn end_user_sessions(
        &self,
        caller: Caller,
        request: api::EndUserSessionsRequest,
    ) -> Result<api::EndUserSessionsResponse, Status> {
        let id = parsed("user", &request.user)?;
        let ended = self.admin.end_user_sessions(&caller, id, &request.reason).await;
        Ok(api::EndUserSessionsResponse { ended: count(ended.map_err(refuse)?) })
    }
}

fn wire_user(user: &User) -> api::User {
    let status = match user.status {
        UserStatus::Active => api::UserStatus::Active,
        UserStatus::Frozen => api::UserStatus::Frozen,
        UserStatus::Deleted => api::UserStatus::Deleted,
    };
    api::User {
        id: user.id.to_string(),
        handle: user.handle.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        is_email_verified: user.is_email_verified,
        locale: user.locale.clone(),
        roles: user.roles.names().into_iter().map(str::to_owned).collect(),
        status: status.into(),
        created_at: Some(wire_time(user.created_at)),
    }
}

fn wire_session(session: Session) -> api::Session {
    api::Session {
        id: session.id.to_string(),
        device: session.device,
        user_agent: session.user_agent,
        ip: session.ip.to_string(),
        transport: session.transport.as_str().to_owned(),
        created_at: Some(wire_time(session.created_at)),
        last_used_at: Some(wire_time(session.last_used_at)),
        expires_at: Some(wire_time(session.expires_at)),
    }
}

fn wire_item(item: Item) -> api::TimelineItem {
    let source = match item.source {
        Source::Audit => api::TimelineSource::Audit,
        Source::Event => api::TimelineSource::Event,
        Source::Transfer => api::TimelineSource::Transfer,
    };
    api::TimelineItem {
        source: source.into(),
        id: item.id,
        at: Some(wire_time(item.at)),
        kind: item.kind,
        data_json: json(&item.data),
    }
}
