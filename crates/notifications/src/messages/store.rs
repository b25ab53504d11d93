use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use hashbrown::HashMap;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::render::Rendered;
use super::{Channel, Message, MessageStatus, NewMessage};
use crate::ids::MailId;

const COLUMNS: &str = "id, channel, kind, user_id, to_address, locale, params, status, attempt, \
                       doubts, provider, reply, created_at, updated_at";

/// Inserts messages in one statement and answers with the ids of those that are new.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    now: Timestamp,
    messages: &[NewMessage],
) -> Result<Vec<(MailId, Option<UserId>, Channel)>, DatabaseError> {
    let ids: Vec<Uuid> = messages.iter().map(|_| MailId::generate().as_uuid()).collect();
    let sources: Vec<&str> = messages.iter().map(|message| message.source.as_str()).collect();
    let kinds: Vec<&str> = messages.iter().map(|message| message.kind).collect();
    let users: Vec<Option<Uuid>> =
        messages.iter().map(|message| message.user.map(UserId::as_uuid)).collect();
    let to: Vec<&str> = messages.iter().map(|message| message.to.as_str()).collect();
    let locales: Vec<&str> = messages.iter().map(|message| message.locale.as_str()).collect();
    let channels: Vec<&str> = messages.iter().map(|message| message.channel.as_str()).collect();
    let params: Vec<&Value> = messages.iter().map(|message| &message.params).collect();
    // A user who was deleted gets no more mail.
    let sql = "insert into notifications.messages
            (id, source, kind, user_id, to_address, locale, params, channel, created_at, updated_at)
        select id, source, kind, user_id, to_address, locale, params, channel, $9::timestamptz, $9
          from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[],
                  $7::jsonb[], $8::text[])
            as new (id, source, kind, user_id, to_address, locale, params, channel)
         where not exists (select from notifications.logs
                            where logs.user_id = new.user_id and logs.is_erased)
            on conflict (source) do nothing
        returning id, user_id, channel";
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [&ids, &sources, &kinds, &users, &to, &locales, &params, &channels, &now];
    let rows = tx.query_prepared(sql, &values).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), channel(row.get(2)))).collect())
}

pub(crate) async fn get(database: &Database, id: MailId) -> Result<Option<Message>, DatabaseError> {
    let client = database.client().await?;
    let sql = format!("select {COLUMNS} from notifications.messages where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(to_message))
}

/// Begins an attempt: whoever began one before can change nothing any more. False if the message
/// is no longer in the state in which it was seen. One that was being handed over when its process
/// died is in doubt; one that staff sends again begins without doubts.
pub(crate) async fn begin(
    database: &Database,
    now: Timestamp,
    message: &mut Message,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = 'queued', attempt = attempt + 1, updated_at = $4,
               doubts = case status when 'queued' then doubts when 'handing_over' then doubts + 1
                        else 0 end
         where id = $1 and attempt = $2 and status = $3
        returning attempt, doubts";
    let status = message.status.as_str();
    let row =
        client.query_opt_prepared(sql, &[&message.id, &message.attempt, &status, &now]).await?;
    let Some(row) = row else { return Ok(false) };
    (message.attempt, message.doubts) = (row.get(0), row.get(1));
    Ok(true)
}

/// What an attempt comes to.
pub(crate) struct End<'e> {
    pub(crate) status: MessageStatus,
    pub(crate) provider: Option<&'e str>,
    pub(crate) reply: Option<&'e str>,
}

/// Writes how an attempt ended, or that it hands over now, if it is still the one under way.
/// `unknown` may become what an attempt knows after all.
pub(crate) async fn end(
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
pub(crate) async fn hand_over(
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

/// A provider was handed a short message and didn't answer: it may have gone out.
pub(crate) async fn doubt(
    database: &Database,
    now: Timestamp,
    message: &mut Message,
    reply: &str,
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = 'queued', doubts = doubts + 1, reply = $3, updated_at = $4
         where id = $1 and attempt = $2 and status = 'handing_over'";
    client.execute_prepared(sql, &[&message.id, &message.attempt, &reply, &now]).await?;
    message.doubts += 1;
    Ok(())
}

/// What a provider says later of a short message that it took. That it arrived is the last word,
/// whatever else comes, and in whatever order. False if there is no such message.
pub(crate) async fn report(
    database: &Database,
    now: Timestamp,
    id: MailId,
    status: MessageStatus,
    reply: &str,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.messages
           set status = case when status = 'delivered' then status else $2 end,
               reply = case when status = 'delivered' then reply else $3 end, updated_at = $4
         where id = $1 and channel = 'sms'";
    Ok(client.execute_prepared(sql, &[&id, &status.as_str(), &reply, &now]).await? == 1)
}

/// Puts a message into the mailbox and says so in its row.
pub(crate) async fn keep(
    database: &Database,
    now: Timestamp,
    message: &Message,
    rendered: &Rendered,
    headers: &[(String, String)],
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let headers: BTreeMap<&str, &str> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers = serde_json::to_value(headers).expect("headers have text for keys");
    let sql = "with kept as (
            update notifications.messages
               set status = 'kept', provider = 'mailbox', updated_at = $8
             where id = $1 and attempt = $9 and status = 'queued'
            returning id
        )
        insert into notifications.mailbox
            (id, kind, to_address, subject, headers, text_body, html_body, created_at, channel)
        select id, $2, $3, $4, $5, $6, $7, $8, $10 from kept
            on conflict (id) do update
           set text_body = excluded.text_body, html_body = excluded.html_body,
               created_at = excluded.created_at";
    let channel = message.channel.as_str();
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 10] = [
        &message.id,
        &message.kind,
        &message.to,
        &rendered.subject,
        &headers,
        &rendered.text,
        &rendered.html,
        &now,
        &message.attempt,
        &channel,
    ];
    client.execute_prepared(sql, &params).await?;
    Ok(())
}

/// Which messages staff wants to see.
#[derive(Debug, Default)]
pub(crate) struct MessageFilter {
    pub(crate) to: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) channel: Option<Channel>,
    pub(crate) status: Option<MessageStatus>,
}

/// Messages, newest first.
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
           and ($6::text is null or channel = $6)
         order by id desc limit $5"
    );
    let status = filter.status.map(MessageStatus::as_str);
    let channel = filter.channel.map(Channel::as_str);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&filter.to, &filter.kind, &status, &before, &limit, &channel];
    let rows = client.query_prepared(&sql, &values).await?;
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

/// How many messages of a channel each of these users got since, of the kinds that are paced: no
/// codes, and what protects the user only where that counts.
pub(crate) async fn paced_since_in_tx(
    tx: &Transaction<'_>,
    (channel, counts_security): (Channel, bool),
    users: &[Uuid],
    since: Timestamp,
) -> Result<HashMap<UserId, i64>, DatabaseError> {
    let sql = "select user_id, count(*) from notifications.messages
         where user_id = any($1) and created_at > $2
           and kind not like 'challenge.%' and channel = $3
           and ($4 or kind not like 'security.%')
         group by user_id";
    let rows =
        tx.query_prepared(sql, &[&users, &since, &channel.as_str(), &counts_security]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// How many mails about purchases of guests went to each of these addresses since. Addresses are in
/// small letters.
pub(crate) async fn guests_since_in_tx(
    tx: &Transaction<'_>,
    addresses: &[String],
    since: Timestamp,
) -> Result<HashMap<String, i64>, DatabaseError> {
    let sql = "select lower(to_address), count(*) from notifications.messages
         where lower(to_address) = any($1) and user_id is null and created_at > $2
           and (kind like 'order.%' or kind like 'return.%')
         group by lower(to_address)";
    let rows = tx.query_prepared(sql, &[&addresses, &since]).await?;
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

pub(crate) fn channel(name: &str) -> Channel {
    Channel::from_name(name).expect("the table checks the channel")
}

fn to_message(row: &Row) -> Message {
    Message {
        id: row.get(0),
        channel: channel(row.get(1)),
        kind: row.get(2),
        user: row.get(3),
        to: row.get(4),
        locale: row.get(5),
        params: row.get(6),
        status: MessageStatus::from_name(row.get(7)).expect("the table checks the status"),
        attempt: row.get(8),
        doubts: row.get(9),
        provider: row.get(10),
        reply: row.get(11),
        created_at: row.get(12),
        updated_at: row.get(13),
    }
}
