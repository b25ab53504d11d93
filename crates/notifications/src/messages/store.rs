use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use hashbrown::HashMap;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::compose::Composed;
use super::render::Rendered;
use super::{Message, MessageStatus, NewMessage};
use crate::ids::MailId;

const COLUMNS: &str = "id, kind, user_id, to_address, locale, params, status, attempt, provider, \
                       reply, created_at, updated_at";

/// Inserts mails in one statement and answers with the ids of those that are new.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    now: Timestamp,
    messages: &[NewMessage],
) -> Result<Vec<(MailId, Option<UserId>)>, DatabaseError> {
    let ids: Vec<Uuid> = messages.iter().map(|_| MailId::generate().as_uuid()).collect();
    let sources: Vec<&str> = messages.iter().map(|message| message.source.as_str()).collect();
    let kinds: Vec<&str> = messages.iter().map(|message| message.kind).collect();
    let users: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.user.map(UserId::as_uuid)).collect();
    let to: Vec<&str> = messages.iter().map(|message| message.to.as_str()).collect();
    let locales: Vec<&str> = messages.iter().map(|message| message.locale.as_str()).collect();
    let params: Vec<&Value> = messages.iter().map(|message| &message.params).collect();
    // A user who was deleted gets no more mail.
    let sql = "insert into notifications.messages
            (id, source, kind, user_id, to_address, locale, params, created_at, updated_at)
        select id, source, kind, user_id, to_address, locale, params, $8::timestamptz, $8
          from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[],
                  $7::jsonb[])
            as new (id, source, kind, user_id, to_address, locale, params)
         where not exists (select from notifications.logs
                            where logs.user_id = new.user_id and logs.is_erased)
            on conflict (source) do nothing
        returning id, user_id";
    let rows = tx
        .query_prepared(sql, &[&ids, &sources, &kinds, &users, &to, &locales, &params, &now])
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub(super) async fn get(database: &Database, id: MailId) -> Result<Option<Message>, DatabaseError> {
    let client = database.client().await?;
    let sql = format!("select {COLUMNS} from notifications.messages where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(to_message))
}

/// Begins an attempt: whoever began one before can change nothing any more. `None` if the mail
/// is no longer in the state in which it was seen.
pub(super) async fn begin(
    database: &Database,
    now: Timestamp,
    message: &Message,
) -> Result<Option<i32>, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = 'queued', attempt = attempt + 1, updated_at = $4
         where id = $1 and attempt = $2 and status = $3
        returning attempt";
    let status = message.status.as_str();
    let row =
        client.query_opt_prepared(sql, &[&message.id, &message.attempt, &status, &now]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// What an attempt comes to.
pub(super) struct End<'e> {
    pub(super) status: MessageStatus,
    pub(super) provider: Option<&'e str>,
    pub(super) reply: Option<&'e str>,
}

/// Writes how an attempt ended, or that it hands over now, if it is still the one under way.
/// `unknown` may become what an attempt knows after all.
pub(super) async fn end(
    database: &Database,
    now: Timestamp,
    id: MailId,
    attempt: i32,
    end: &End<'_>,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = $3, provider = coalesce($4, provider), reply = coalesce($5, reply),
               updated_at = $6
         where id = $1 and attempt = $2 and status in ('queued', 'handing_over', 'unknown')";
    let status = end.status.as_str();
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&id, &attempt, &status, &end.provider, &end.reply, &now];
    Ok(client.execute_prepared(sql, &params).await? == 1)
}

/// The server gets the text next. False if another attempt has begun.
pub(super) async fn hand_over(
    database: &Database,
    now: Timestamp,
    id: MailId,
    attempt: i32,
    provider: &str,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = 'handing_over', provider = $3, updated_at = $4
         where id = $1 and attempt = $2 and status = 'queued'";
    Ok(client.execute_prepared(sql, &[&id, &attempt, &provider, &now]).await? == 1)
}

/// Puts a mail into the mailbox and says so in its row.
pub(super) async fn keep(
    database: &Database,
    now: Timestamp,
    message: &Message,
    rendered: &Rendered,
    composed: &Composed,
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let headers: BTreeMap<&str, &str> =
        composed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers = serde_json::to_value(headers).expect("headers have text for keys");
    let sql = "with kept as (
            update notifications.messages
               set status = 'kept', provider = 'mailbox', updated_at = $8
             where id = $1 and attempt = $9 and status = 'queued'
            returning id
        )
        insert into notifications.mailbox
            (id, kind, to_address, subject, headers, text_body, html_body, created_at)
        select id, $2, $3, $4, $5, $6, $7, $8 from kept
            on conflict (id) do update
           set text_body = excluded.text_body, html_body = excluded.html_body,
               created_at = excluded.created_at";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
        &message.id,
        &message.kind,
        &message.to,
        &rendered.subject,
        &headers,
        &rendered.text,
        &rendered.html,
        &now,
        &message.attempt,
    ];
    client.execute_prepared(sql, &params).await?;
    Ok(())
}

/// Which mails staff wants to see.
#[derive(Debug, Default)]
pub(crate) struct MessageFilter {
    pub(crate) to: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<MessageStatus>,
}

/// Mails, newest first.
pub(super) async fn list(
    database: &Database,
    filter: &MessageFilter,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Message>, DatabaseError> {
    // Postgres has no text with a zero in it, so nothing is found by one.
    if [&filter.to, &filter.kind].into_iter().flatten().any(|text| text.contains('\0')) {
        return Ok(Vec::new());
    }
    let client = database.client().await?;
    let sql = format!(
        "select {COLUMNS} from notifications.messages
         where ($1::text is null or lower(to_address) = lower($1))
           and ($2::text is null or kind = $2)
           and ($3::text is null or status = $3)
           and ($4::uuid is null or id < $4)
         order by id desc limit $5"
    );
    let status = filter.status.map(MessageStatus::as_str);
    let rows =
        client.query_prepared(&sql, &[&filter.to, &filter.kind, &status, &before, &limit]).await?;
    Ok(rows.iter().map(to_message).collect())
}

/// All mails to a user, oldest first, for an export.
pub(super) async fn of_user(
    database: &Database,
    user: UserId,
) -> Result<Vec<Message>, DatabaseError> {
    let client = database.client().await?;
    let sql =
        format!("select {COLUMNS} from notifications.messages where user_id = $1 order by id");
    Ok(client.query_prepared(&sql, &[&user]).await?.iter().map(to_message).collect())
}

/// How many mails of each of these users there are since, of the kinds that are paced: all but
/// what protects the user, and codes.
pub(crate) async fn paced_since_in_tx(
    tx: &Transaction<'_>,
    users: &[Uuid],
    since: Timestamp,
) -> Result<HashMap<UserId, i64>, DatabaseError> {
    let sql = "select user_id, count(*) from notifications.messages
         where user_id = any($1) and created_at > $2
           and kind not like 'security.%' and kind not like 'challenge.%'
         group by user_id";
    let rows = tx.query_prepared(sql, &[&users, &since]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Forgets the mail of users for good, and what is known of their addresses. Also what went to the
/// same addresses before there was a user: invitations.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, users: &[Uuid]) -> Result<(), DatabaseError> {
    let sql = "with own as (
            select id, lower(to_address) as address
              from notifications.messages where user_id = any($1)
        ), gone as (
            delete from notifications.messages where id in (
                select id from own
                 union all
                select message.id
                  from (select distinct address from own) as own
                  join notifications.messages as message on lower(to_address) = own.address
                 where user_id is null and status not in ('queued', 'handing_over')
            ) returning id
        ), emptied as (
            delete from notifications.mailbox where id in (select id from gone)
        )
        delete from notifications.suppressions where address in (select address from own)";
    tx.execute_prepared(sql, &[&users]).await?;
    Ok(())
}

/// Removes what is older than these moments, some at a time; answers whether there may be more.
pub(super) async fn clean(
    database: &Database,
    mailbox_before: Timestamp,
    messages_before: MailId,
    batch: i64,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from notifications.mailbox where id in
            (select id from notifications.mailbox where created_at < $1 limit $2)";
    let mailbox = client.execute_prepared(sql, &[&mailbox_before, &batch]).await?;
    // Ids begin with the time at which they were made. What was never sent goes, too: its job ended
    // long ago.
    let sql = "delete from notifications.messages where id in
            (select id from notifications.messages where id < $1 order by id limit $2)";
    let messages = client.execute_prepared(sql, &[&messages_before, &batch]).await?;
    let batch = u64::try_from(batch).unwrap_or(u64::MAX);
    Ok(mailbox == batch || messages == batch)
}

fn to_message(row: &Row) -> Message {
    Message {
        id: row.get(0),
        kind: row.get(1),
        user: row.get(2),
        to: row.get(3),
        locale: row.get(4),
        params: row.get(5),
        status: MessageStatus::from_name(row.get(6)).expect("the table checks the status"),
        attempt: row.get(7),
        provider: row.get(8),
        reply: row.get(9),
        created_at: row.get(10),
        updated_at: row.get(11),
    }
}
