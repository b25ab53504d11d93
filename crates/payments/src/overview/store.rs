//! SQL over all flows of a user.

use identity::UserId;
use kernel::{Database, DatabaseError};

pub(super) async fn has_open_flows(
    database: &Database,
    user: UserId,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from payments.deposits where user_id = $1
              and status in ('pending', 'requires_action', 'processing'))
          or exists (select from payments.withdrawals where user_id = $1
              and status in ('pending', 'processing'))
          or exists (select from payments.refunds r
              join payments.deposits d on d.id = r.deposit_id
              where d.user_id = $1 and r.status in ('pending', 'processing'))
          or exists (select from payments.chargebacks c
              join payments.deposits d on d.id = c.deposit_id
              where d.user_id = $1 and (c.status = 'open' or c.taken is null
                  or (c.status = 'won' and c.given_at is null)))";
    Ok(database.client().await?.query_one(sql, &[&user]).await?.get(0))
}
