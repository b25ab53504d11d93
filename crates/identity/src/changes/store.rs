use std::collections::HashMap;

use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Clock, Database, DatabaseError, Timestamp};
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::ids::UserId;

pub(super) const LISTEN: &str = "listen identity_changes";

/// Says, if and when `tx` commits, that what is remembered of these users is out of date.
/// `None` is the signing keys.
pub(crate) async fn record_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    user: Option<UserId>,
) -> Result<(), DatabaseError> {
    let sql = "with changed as (
            insert into identity.changes (user_id, at) values ($1, $2)
        )
        select pg_notify('identity_changes', '')";
    tx.query_prepared(sql, &[&user.map(UserId::as_uuid), &clock.now()]).await?;
    Ok(())
}

/// Where a reader stands. Positions say little: a transaction that took a lower one may commit
/// later. So it goes by transactions: all below `xmin` had ended when it last read; of the
/// others it knows which rows it has seen.
#[derive(Debug, Default)]
pub(super) struct Place {
    xmin: i64,
    seen: HashMap<i64, i64>,
}

/// A row that is new to the reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    User(UserId),
    Keys,
}

impl Place {
    /// From this moment on.
    pub(super) async fn now(client: &Client) -> Result<Self, DatabaseError> {
        let sql = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
        let xmin = client.query_one(sql, &[]).await?.get(0);
        Ok(Self { xmin, seen: HashMap::new() })
    }

    /// What was committed since the last time.
    pub(super) async fn read(&mut self, client: &Client) -> Result<Vec<Change>, DatabaseError> {
        let sql = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                   changes.position, changes.xid, changes.user_id
              from (select) as snapshot
              left join identity.changes on changes.xid >= $1";
        let rows = client.query_typed(sql, &[(&self.xmin, Type::INT8)]).await?;
        let mut changes = Vec::new();
        for row in &rows {
            self.xmin = row.get(0);
            let Some(position) = row.get::<_, Option<i64>>(1) else { continue };
            if self.seen.insert(position, row.get(2)).is_none() {
                let user: Option<Uuid> = row.get(3);
                changes
                    .push(user.map_or(Change::Keys, |user| Change::User(UserId::from_uuid(user))));
            }
        }
        let xmin = self.xmin;
        self.seen.retain(|_, xid| *xid >= xmin);
        Ok(changes)
    }
}

/// Every node has read these long ago, or forgets everything when it comes back.
pub(crate) async fn forget_before(
    database: &Database,
    moment: Timestamp,
) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    Ok(client.execute_prepared("delete from identity.changes where at < $1", &[&moment]).await?)
}
