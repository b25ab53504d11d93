use identity::{Permission, UserId};
use kernel::audit::{self, Entry, EntryFilter, NewEntry};
use kernel::text::is_line;
use kernel::{DatabaseError, Problem};
use serde_json::json;

use super::EXPORT_MAX;
use crate::Admin;
use crate::caller::Caller;
use crate::http::invalid_query;
use crate::ids::AuditEntryId;

const ACTION_CHARS_MAX: usize = 100;

impl Admin {
    /// Entries that a filter lets through, the newest first; one more than `limit` if there are
    /// more. That they were looked at is recorded before they go out.
    pub(crate) async fn audit_entries(
        &self,
        caller: &Caller,
        filter: &EntryFilter,
        before: Option<AuditEntryId>,
        limit: i64,
    ) -> Result<Vec<Entry>, Problem> {
        self.viewed_entries(caller, filter, before, limit, false).await
    }

    /// The same for a file: up to [`EXPORT_MAX`] entries, and one more if there are more.
    pub(crate) async fn audit_export(
        &self,
        caller: &Caller,
        filter: &EntryFilter,
        before: Option<AuditEntryId>,
    ) -> Result<Vec<Entry>, Problem> {
        let limit = i64::try_from(EXPORT_MAX).unwrap_or(i64::MAX).saturating_add(1);
        self.viewed_entries(caller, filter, before, limit, true).await
    }

    async fn viewed_entries(
        &self,
        caller: &Caller,
        filter: &EntryFilter,
        before: Option<AuditEntryId>,
        limit: i64,
        is_export: bool,
    ) -> Result<Vec<Entry>, Problem> {
        caller.may(Permission::AuditRead)?;
        let is_action = |text: &String| is_line(text, 0..=ACTION_CHARS_MAX);
        if !filter.action.as_ref().is_none_or(is_action) {
            let detail = "an action has at most 100 characters and no control characters";
            return Err(invalid_query("filter[action]", detail));
        }
        let before = before.map(AuditEntryId::as_u128);
        let entries = audit::entries(&self.database, filter, before, limit).await?;
        self.record(&[viewed(caller, filter, entries.len(), is_export)]).await?;
        Ok(entries)
    }

    /// Records what is looked at or refused; what is done is recorded where it is done.
    pub(crate) async fn record(&self, entries: &[NewEntry]) -> Result<(), DatabaseError> {
        audit::record(&self.database, &*self.clock, entries).await
    }
}

fn viewed(caller: &Caller, filter: &EntryFilter, count: usize, is_export: bool) -> NewEntry {
    let entry = caller.entry("admin.audit.viewed").data(json!({
        "actor": filter.actor.map(UserId::from_u128),
        "actor_kind": filter.actor_kind,
        "action": filter.action,
        "from": filter.from,
        "before": filter.before,
        "entries": count,
        "export": is_export,
    }));
    match filter.subject {
        Some(user) => entry.subject(user),
        None => entry,
    }
}
