use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError};
use tokio_postgres::Row;

use super::{KeptMail, KeptMailSummary};
use crate::ids::MailId;
use crate::messages::store::channel;

/// Newest first; to one address or to all.
pub(super) async fn list(
    database: &Database,
    to: Option<&str>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<KeptMailSummary>, DatabaseError> {
    // Postgres has no text with a zero in it, so no address has one.
    if to.is_some_and(|to| to.contains('\0')) {
        return Ok(Vec::new());
    }
    let client = database.client().await?;
    let sql = "select id, kind, to_address, subject, created_at, channel from notifications.mailbox
         where ($1::text is null or lower(to_address) = lower($1))
           and ($2::uuid is null or id < $2)
         order by id desc limit $3";
    let rows = client.query_prepared(sql, &[&to, &before, &limit]).await?;
    let to_summary = |row: &Row| KeptMailSummary {
        id: row.get(0),
        kind: row.get(1),
        to: row.get(2),
        subject: row.get(3),
        created_at: row.get(4),
        channel: channel(row.get(5)),
    };
    Ok(rows.iter().map(to_summary).collect())
}

pub(super) async fn get(
    database: &Database,
    id: MailId,
) -> Result<Option<KeptMail>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select id, kind, to_address, subject, headers, text_body, html_body, created_at,
               channel
          from notifications.mailbox where id = $1";
    let row = client.query_opt_prepared(sql, &[&id]).await?;
    Ok(row.map(|row| KeptMail {
        id: row.get(0),
        kind: row.get(1),
        to: row.get(2),
        subject: row.get(3),
        headers: serde_json::from_value(row.get(4)).unwrap_or_default(),
        text: row.get(5),
        html: row.get(6),
        created_at: row.get(7),
        channel: channel(row.get(8)),
    }))
}

/// Answers whether it was there.
pub(super) async fn delete_in_tx(tx: &Transaction<'_>, id: MailId) -> Result<bool, DatabaseError> {
    let sql = "delete from notifications.mailbox where id = $1";
    Ok(tx.execute_prepared(sql, &[&id]).await? == 1)
}
