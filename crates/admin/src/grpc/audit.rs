//! The call about the audit log.

use identity::UserId;
use kernel::Page;
use kernel::audit::{AuditActor, Entry, EntryFilter};
use proto::admin::v1 as api;
use proto::failure::invalid;
use tonic::Status;

use super::Service;
use super::fields::{cursor, json, limit, optional, refuse, time, wire_time};
use crate::audit::{EntryJson, actor_id};
use crate::caller::Caller;
use crate::ids::AuditEntryId;

impl Service {
    pub(super) async fn list_audit_entries(
        &self,
        caller: Caller,
        request: api::ListAuditEntriesRequest,
    ) -> Result<api::ListAuditEntriesResponse, Status> {
        let actor = request.actor.as_deref().map(actor_id).transpose();
        let subject: Option<UserId> = optional("subject", request.subject.as_deref())?;
        let filter = EntryFilter {
            actor: actor.map_err(|why| invalid("actor", why.to_string()))?,
            actor_kind: request.actor_kind.as_deref().map(actor_kind).transpose()?,
            subject: subject.map(UserId::as_u128),
            action: request.action,
            from: time("from", request.from.as_ref())?,
            before: time("before", request.before.as_ref())?,
        };
        let limit = limit(request.limit)?;
        let before = cursor::<AuditEntryId>(&request.cursor)?;
        let entries =
            self.admin.audit_entries(&caller, &filter, before, limit.with_one_more()).await;
        let position = |entry: &Entry| AuditEntryId::from_u128(entry.id);
        let page = Page::cut(entries.map_err(refuse)?, limit, position, wire);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListAuditEntriesResponse { entries: page.data, next_cursor })
    }
}

fn actor_kind(text: &str) -> Result<&'static str, Status> {
    let known = AuditActor::KINDS.into_iter().find(|kind| *kind == text);
    known.ok_or_else(|| invalid("actor_kind", "there is no such kind"))
}

fn wire(entry: Entry) -> api::AuditEntry {
    let entry = EntryJson::from(entry);
    api::AuditEntry {
        id: entry.id.to_string(),
        at: Some(wire_time(entry.at)),
        actor_kind: entry.actor.kind.to_owned(),
        actor: entry.actor.id,
        action: entry.action,
        subject: entry.subject.map(|user| user.to_string()),
        object: entry.object,
        reason: entry.reason,
        data_json: json(&entry.data),
        ip: entry.ip,
        request_id: entry.request_id,
    }
}
