//! What happened to a user, from all contexts, the newest first: the audit log, events, transfers.
//!
//! Each source has an order of its own that never changes, so a page remembers how far it got in
//! each of them. That misses nothing and repeats nothing, even if two sources disagree about the
//! time by some milliseconds.

use std::collections::VecDeque;

use hashbrown::HashMap;
use identity::{Permission, UserId};
use kernel::audit::{self, EntryFilter};
use kernel::bus;
use kernel::{Amount, Limit, Problem, Timestamp};
use ledger::engine::{Account, TransferFlags};
use ledger::{EntriesQuery, LedgerError, Order, Transfer, TransferId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Admin;
use crate::audit::EntryJson;
use crate::caller::Caller;
use crate::ids::{AuditEntryId, EventId};

/// Contexts whose events are about users.
const CONTEXTS: [&str; 5] = ["identity", "wallet", "payments", "oauth", "admin"];

/// Where an item comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TimelineSource)]
pub(crate) enum Source {
    /// The audit log: what was done, refused or looked at.
    Audit,
    /// An event of a context.
    Event,
    /// A transfer of one of the user's accounts.
    Transfer,
}

/// Something that happened to a user.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = TimelineItem)]
pub(crate) struct Item {
    pub(crate) source: Source,
    /// `aud_…`, `evt_…` or `tr_…`
    #[schema(example = "evt_00000000000000000000000001")]
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    /// Dotted and stable.
    #[schema(example = "identity.device.added")]
    pub(crate) kind: String,
    /// What else is known.
    pub(crate) data: Value,
    #[serde(skip)]
    place: Place,
}

/// Where an item stands in its source.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Audit(AuditEntryId),
    Event(Timestamp, EventId),
    Transfer(i64),
}

/// How far a page got in each source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    audit: Option<AuditEntryId>,
    event: Option<(Timestamp, EventId)>,
    transfer: Option<i64>,
}

/// A page, and where the next one begins if there is one.
#[derive(Debug, PartialEq)]
pub(crate) struct Timeline {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Position>,
}

impl Position {
    fn pass(&mut self, place: Place) {
        match place {
            Place::Audit(id) => self.audit = Some(id),
            Place::Event(at, id) => self.event = Some((at, id)),
            Place::Transfer(seq) => self.transfer = Some(seq),
        }
    }
}

impl Admin {
    /// A page of a user's timeline. That it was looked at is recorded before it goes out.
    pub(crate) async fn user_timeline(
        &self,
        caller: &Caller,
        user: UserId,
        position: Position,
        limit: Limit,
    ) -> Result<Timeline, Problem> {
        caller.may(Permission::UsersRead)?;
        self.known_user(user).await?;
        let wanted = limit.get() + 1;
        let sources = [
            self.audited(user, position.audit, wanted).await?,
            self.events(user, position.event, wanted).await?,
            self.transfers(user, position.transfer, wanted).await?,
        ];
        let timeline = merge(sources, position, limit.get());
        self.record_view(caller, user, json!({ "seen": "timeline" })).await?;
        Ok(timeline)
    }

    async fn audited(
        &self,
        user: UserId,
        before: Option<AuditEntryId>,
        limit: usize,
    ) -> Result<Vec<Item>, Problem> {
        let filter = EntryFilter { subject: Some(user.as_u128()), ..EntryFilter::default() };
        let before = before.map(AuditEntryId::as_u128);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let entries = audit::entries(&self.database, &filter, before, limit).await?;
        let item = |entry: audit::Entry| {
            let (id, at) = (AuditEntryId::from_u128(entry.id), entry.at);
            let entry = EntryJson::from(entry);
            let kind = entry.action.clone();
            let data = json!({
                "actor": entry.actor, "object": entry.object, "reason": entry.reason,
                "data": entry.data, "ip": entry.ip,
            });
            let (source, place) = (Source::Audit, Place::Audit(id));
            Item { source, id: id.to_string(), at, kind, data, place }
        };
        Ok(entries.into_iter().map(item).collect())
    }

    async fn events(
        &self,
        user: UserId,
        before: Option<(Timestamp, EventId)>,
        limit: usize,
    ) -> Result<Vec<Item>, Problem> {
        let before = before.map(|(at, id)| (at, id.as_u128()));
        let user = user.as_u128();
        let events = bus::events_of_subject(&self.database, user, &CONTEXTS, before, limit).await?;
        let item = |event: bus::Event| {
            let id = EventId::from_u128(event.id);
            Item {
                source: Source::Event,
                id: id.to_string(),
                at: event.at,
                kind: event.kind,
                data: event.data,
                place: Place::Event(event.at, id),
            }
        };
        Ok(events.into_iter().map(item).collect())
    }

    /// Of all accounts of the user; sequences of the ledger are one order for all of them.
    async fn transfers(
        &self,
        user: UserId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Item>, LedgerError> {
        let query = EntriesQuery {
            order: Order::NewestFirst,
            cursor: before,
            from: None,
            before: None,
            limit,
        };
        let mut found: Vec<(u128, Transfer)> = Vec::new();
        for account in self.holdings(user).await? {
            let entries = self.ledger.entries(&account, &query).await?;
            found.extend(entries.into_iter().map(|entry| (account.id, entry.transfer)));
        }
        found.sort_by_key(|(_, transfer)| std::cmp::Reverse(transfer.record.seq));
        // One between two accounts of the user is in both histories.
        found.dedup_by_key(|(_, transfer)| transfer.record.seq);
        found.truncate(limit);
        let names = self.names_of_others(&found).await?;
        Ok(found.iter().map(|(own, transfer)| transfer_item(*own, transfer, &names)).collect())
    }

    /// Whom or what the other accounts of the transfers belong to.
    async fn names_of_others(
        &self,
        found: &[(u128, Transfer)],
    ) -> Result<HashMap<u128, String>, LedgerError> {
        let mut ids: Vec<u128> = found.iter().map(|(own, it)| other_side(*own, it)).collect();
        ids.sort_unstable();
        ids.dedup();
        let name = |account: Account| {
            let address = account.details.and_then(|details| details.address)?;
            let user = UserId::of_account_address(&address);
            Some((account.id, user.map_or_else(|| address.to_string(), |user| user.to_string())))
        };
        Ok(self.ledger.accounts_by_id(&ids).await?.into_iter().filter_map(name).collect())
    }
}

fn other_side(own: u128, transfer: &Transfer) -> u128 {
    if transfer.debit_account == own { transfer.credit_account } else { transfer.debit_account }
}

fn transfer_item(own: u128, transfer: &Transfer, names: &HashMap<u128, String>) -> Item {
    let record = &transfer.record;
    let data = json!({
        "phase": phase(record.flags),
        "direction": if transfer.debit_account == own { "out" } else { "in" },
        "amount": Amount::new(record.amount),
        "asset": transfer.asset.code,
        "scale": transfer.asset.scale,
        "other": names.get(&other_side(own, transfer)),
        "reference": record.extra().reference,
    });
    Item {
        source: Source::Transfer,
        id: TransferId::from_u128(record.id).to_string(),
        at: Timestamp::from_micros(record.at),
        kind: format!("transfer.{}", purpose(record.code)),
        data,
        place: Place::Transfer(record.seq),
    }
}

/// What a transfer is for, by its category.
fn purpose(code: u16) -> &'static str {
    match code {
        200 => "payment",
        201 => "invitation",
        202 | 203 => "limit",
        204 => "request",
        205 => "scheduled",
        210 => "deposit",
        211 => "withdrawal",
        212 => "refund",
        213 => "dispute",
        214 => "returned_payout",
        220 => "adjustment",
        221 => "adjustment_reversal",
        240 => "purchase",
        244 => "purchase_refund",
        _ => "other",
    }
}

/// What a transfer does to the balances.
fn phase(flags: TransferFlags) -> &'static str {
    if flags.has(TransferFlags::PENDING) {
        "held"
    } else if flags.has(TransferFlags::POST_PENDING) {
        "taken"
    } else if flags.has(TransferFlags::VOID_PENDING) {
        "released"
    } else if flags.has(TransferFlags::EXPIRE_PENDING) {
        "expired"
    } else if flags.has(TransferFlags::EXTEND_PENDING) {
        "extended"
    } else {
        "moved"
    }
}

/// The newest of all heads, again and again. Each source comes with one item more than fits, if
/// it has that many, so what is left tells whether there is a next page.
fn merge(sources: [Vec<Item>; 3], mut position: Position, limit: usize) -> Timeline {
    let mut sources = sources.map(VecDeque::from);
    let mut items = Vec::new();
    while items.len() < limit {
        let heads = sources.iter().enumerate().filter_map(|(at, it)| Some((at, it.front()?.at)));
        // Of equally old ones the first source's comes first.
        let Some((newest, _)) = heads.rev().max_by_key(|(_, at)| *at) else { break };
        let item = sources[newest].pop_front().expect("it has a head");
        position.pass(item.place);
        items.push(item);
    }
    let has_more = sources.iter().any(|source| !source.is_empty());
    Timeline { items, next: has_more.then_some(position) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(place: Place, at: i64) -> Item {
        let at = Timestamp::from_micros(at);
        let source = Source::Audit;
        Item { source, id: String::new(), at, kind: String::new(), data: Value::Null, place }
    }

    fn audit(number: u128, at: i64) -> Item {
        item(Place::Audit(AuditEntryId::from_u128(number)), at)
    }

    fn event(number: u128, at: i64) -> Item {
        item(Place::Event(Timestamp::from_micros(at), EventId::from_u128(number)), at)
    }

    fn transfer(seq: i64, at: i64) -> Item {
        item(Place::Transfer(seq), at)
    }

    fn times(timeline: &Timeline) -> Vec<i64> {
        timeline.items.iter().map(|item| item.at.as_micros()).collect()
    }

    #[test]
    fn sources_are_merged_by_time() {
        let sources = [
            vec![audit(2, 50), audit(1, 10)],
            vec![event(1, 40)],
            vec![transfer(9, 45), transfer(8, 10)],
        ];
        let all = merge(sources, Position::default(), 10);
        assert_eq!(times(&all), [50, 45, 40, 10, 10]);
        assert_eq!(all.next, None);
    }

    #[test]
    fn next_page_begins_where_this_one_ended_in_each_source() {
        let sources = [vec![audit(2, 50), audit(1, 10)], vec![], vec![transfer(9, 45)]];
        let first = merge(sources, Position::default(), 2);
        assert_eq!(times(&first), [50, 45]);
        let next = first.next.unwrap();
        assert_eq!((next.audit, next.transfer), (Some(AuditEntryId::from_u128(2)), Some(9)));
        assert_eq!(next.event, None, "nothing of it was shown");
        let second = merge([vec![audit(1, 10)], vec![], vec![]], next, 2);
        assert_eq!((times(&second), second.next), (vec![10], None));
    }

    #[test]
    fn source_whose_times_are_not_in_order_loses_nothing() {
        let all = [audit(3, 30), audit(2, 31), audit(1, 29)];
        let first = merge([all.to_vec(), vec![], vec![transfer(1, 30)]], Position::default(), 2);
        let next = first.next.clone().unwrap();
        let left: Vec<Item> = all
            .iter()
            .filter(|item| match (item.place, next.audit) {
                (Place::Audit(id), Some(before)) => id < before,
                _ => true,
            })
            .cloned()
            .collect();
        let rest = if next.transfer.is_some() { vec![] } else { vec![transfer(1, 30)] };
        let second = merge([left, vec![], rest], next, 10);
        assert_eq!(first.items.len() + second.items.len(), 4);
    }
}
