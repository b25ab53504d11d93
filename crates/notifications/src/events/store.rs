use std::collections::HashMap;

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use ledger::TransferId;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{NewUserEvent, UserEvent};
use crate::ids::EventId;

/// Users that one notification names; more than these are told as "everybody".
const NOTIFIED_MAX: usize = 200;
/// The channel on which appends are told to all processes.
pub(crate) const CHANNEL: &str = "notifications";
/// In place of users: everybody who waits has to look.
pub(crate) const EVERYBODY: &str = "*";
/// Must name [`CHANNEL`].
pub(crate) const LISTEN: &str = "listen notifications";

/// What is decided of an event when it is appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channels {
    pub(crate) is_in_app: bool,
    pub(crate) is_webhook: bool,
}

/// An append: numbers and inserts any number of events in one statement, passes over sources
/// that are known and users who were deleted, and answers with what was inserted, by the events'
/// places in `events`.
pub(crate) async fn append_in_tx(
    tx: &Transaction<'_>,
    events: &[NewUserEvent],
    channels: &[Channels],
) -> Result<HashMap<usize, UserEvent>, DatabaseError> {
    assert_eq!(events.len(), channels.len(), "each event has its channels");
    if events.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = events.iter().map(|_| EventId::generate().as_uuid()).collect();
    let users: Vec<Uuid> = events.iter().map(|event| event.user.as_uuid()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let data: Vec<&Value> = events.iter().map(|event| &event.data).collect();
    let at: Vec<Timestamp> = events.iter().map(|event| event.at).collect();
    let sources: Vec<&str> = events.iter().map(|event| event.source.as_str()).collect();
    let in_app: Vec<bool> = channels.iter().map(|channels| channels.is_in_app).collect();
    let webhook: Vec<bool> = channels.iter().map(|channels| channels.is_webhook).collect();
    let rows = tx
        .query_prepared(APPEND, &[&ids, &users, &kinds, &data, &at, &sources, &in_app, &webhook])
        .await?;
    let by_id: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    let inserted: HashMap<usize, UserEvent> =
        rows.iter().map(to_event).map(|event| (by_id[&event.id.as_uuid()], event)).collect();
    notify_in_tx(tx, inserted.values().map(|event| event.user)).await?;
    Ok(inserted)
}

/// `order by user_id` is the order in which the rows of `logs` are locked. `of_user - place` is
/// how far an event is from the last of its user in this batch.
const APPEND: &str = "
    with given as (
        select new.*,
               row_number() over (partition by user_id order by place) as nth,
               count(*) over (partition by user_id) as of_user
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[],
                      $6::text[], $7::bool[], $8::bool[]) with ordinality
            as new (id, user_id, kind, data, at, source, is_in_app, is_webhook, place)
         where not exists (select from notifications.events where events.source = new.source)
    ), counted as (
        insert into notifications.logs as known (user_id, last_sequence)
        select user_id, count(*) from given group by user_id order by user_id
            on conflict (user_id) do update
           set last_sequence = known.last_sequence + excluded.last_sequence
         where not known.is_erased
        returning user_id, last_sequence
    )
    insert into notifications.events
        (user_id, sequence, id, kind, data, at, source, is_in_app, is_webhook)
    select user_id, last_sequence - of_user + nth, id, kind, data, at, source, is_in_app, is_webhook
      from given join counted using (user_id)
    returning id, user_id, sequence, kind, data, at, is_in_app, is_webhook, read_at";

/// Told when the transaction commits. Names users in chunks, or everybody when they are many.
async fn notify_in_tx(
    tx: &Transaction<'_>,
    users: impl Iterator<Item = UserId>,
) -> Result<(), DatabaseError> {
    let mut users: Vec<UserId> = users.collect();
    users.sort_unstable();
    users.dedup();
    let payload = match users.len() {
        0 => return Ok(()),
        1..=NOTIFIED_MAX => users.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        _ => EVERYBODY.to_owned(),
    };
    tx.query_prepared("select pg_notify($1, $2)", &[&CHANNEL, &payload]).await?;
    Ok(())
}

/// A user's events after a sequence, oldest first.
pub(crate) async fn after(
    database: &Database,
    user: UserId,
    after: i64,
    limit: i64,
) -> Result<Vec<UserEvent>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select id, user_id, sequence, kind, data, at, is_in_app, is_webhook, read_at
          from notifications.events
         where user_id = $1 and sequence > $2 order by sequence limit $3";
    let rows = client.query_prepared(sql, &[&user, &after, &limit]).await?;
    Ok(rows.iter().map(to_event).collect())
}

/// The sequence of a user's last event; 0 without any.
pub(crate) async fn last_sequence(database: &Database, user: UserId) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let sql = "select last_sequence from notifications.logs where user_id = $1";
    let row = client.query_opt_prepared(sql, &[&user]).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

/// Those of these transfers that were sent to an address which nobody had: their sender's log
/// says so.
pub(crate) async fn invitations_in_tx(
    tx: &Transaction<'_>,
    transfers: &[(UserId, TransferId)],
) -> Result<Vec<TransferId>, DatabaseError> {
    if transfers.is_empty() {
        return Ok(Vec::new());
    }
    let senders: Vec<Uuid> = transfers.iter().map(|(sender, _)| sender.as_uuid()).collect();
    let names: Vec<String> = transfers.iter().map(|(_, transfer)| transfer.to_string()).collect();
    // The conditions are those of the index.
    let sql = "select place from unnest($1::uuid[], $2::text[]) with ordinality
            as asked (sender, transfer, place)
         where exists (select from notifications.events
                        where user_id = asked.sender and data->>'transfer_id' = asked.transfer
                          and kind = 'transfer.sent' and data ? 'is_waiting'
                          and not data ? 'counterparty')";
    let rows = tx.query_prepared(sql, &[&senders, &names]).await?;
    let transfer = |row: &Row| usize::try_from(row.get::<_, i64>(0) - 1).ok();
    Ok(rows.iter().filter_map(transfer).map(|place| transfers[place].1).collect())
}

/// Forgets a user's events for good; later ones are passed over.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, users: &[Uuid]) -> Result<(), DatabaseError> {
    let sql = "insert into notifications.logs (user_id, is_erased)
        select user_id, true from unnest($1::uuid[]) as deleted (user_id) order by user_id
            on conflict (user_id) do update set is_erased = true";
    tx.execute_prepared(sql, &[&users]).await?;
    tx.execute_prepared("delete from notifications.events where user_id = any($1)", &[&users])
        .await?;
    tx.execute_prepared("delete from notifications.preferences where user_id = any($1)", &[&users])
        .await?;
    Ok(())
}

/// The last sequence of a user that is too old to be kept; 0 if all are there.
pub(super) async fn forgotten_to(database: &Database, user: UserId) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let sql = "select forgotten_to from notifications.logs where user_id = $1";
    let row = client.query_opt_prepared(sql, &[&user]).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

/// Forgets some events from before a moment, and answers how many: of each user only the beginning
/// of the log. An old event behind a newer one waits for that one.
pub(super) async fn forget_before(
    database: &Database,
    moment: Timestamp,
    batch: i64,
) -> Result<u64, DatabaseError> {
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    let sql = "select user_id, least(max(sequence), (select min(sequence) - 1
                   from notifications.events as kept
                  where kept.user_id = old.user_id and kept.at >= $1))
          from (select user_id, sequence from notifications.events where at < $1 limit $2) as old
         group by user_id order by user_id";
    let rows = tx.query_prepared(sql, &[&moment, &batch]).await?;
    let users: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let up_to: Vec<i64> = rows.iter().map(|row| row.get(1)).collect();
    // In the order in which those who append lock them.
    let sql = "select from notifications.logs where user_id = any($1) order by user_id for update";
    tx.query_prepared(sql, &[&users]).await?;
    let sql = "update notifications.logs set forgotten_to = greatest(forgotten_to, up_to)
          from unnest($1::uuid[], $2::bigint[]) as old (owner, up_to) where user_id = owner";
    tx.execute_prepared(sql, &[&users, &up_to]).await?;
    let sql = "delete from notifications.events
         using unnest($1::uuid[], $2::bigint[]) as old (owner, up_to)
         where user_id = owner and sequence <= up_to";
    let forgotten = tx.execute_prepared(sql, &[&users, &up_to]).await?;
    tx.commit().await?;
    Ok(forgotten)
}

/// How far a journal has been read, and the lock on reading it. `None`: another process has it.
pub(crate) async fn lock_feed_in_tx(
    tx: &Transaction<'_>,
    name: &str,
) -> Result<Option<i64>, DatabaseError> {
    let sql = "select position from notifications.feeds where name = $1 for update skip locked";
    Ok(tx.query_opt_prepared(sql, &[&name]).await?.map(|row| row.get(0)))
}

pub(crate) async fn move_feed_in_tx(
    tx: &Transaction<'_>,
    name: &str,
    position: i64,
) -> Result<(), DatabaseError> {
    let sql = "update notifications.feeds set position = $2 where name = $1";
    tx.execute_prepared(sql, &[&name, &position]).await?;
    Ok(())
}

pub(crate) async fn feed_position(database: &Database, name: &str) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let sql = "select position from notifications.feeds where name = $1";
    Ok(client.query_one_prepared(sql, &[&name]).await?.get(0))
}

pub(crate) fn to_event(row: &Row) -> UserEvent {
    UserEvent {
        id: row.get(0),
        user: row.get(1),
        sequence: row.get(2),
        kind: row.get(3),
        data: row.get(4),
        at: row.get(5),
        is_in_app: row.get(6),
        is_webhook: row.get(7),
        read_at: row.get(8),
    }
}
