//! SQL over all flows of a user.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
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
    Ok(database.client().await?.query_one_prepared(sql, &[&user]).await?.get(0))
}

/// Takes the persons out of cards and bank accounts. The rows stay: flows name them, and a dispute
/// may still come. A card's token could pay, so it is exchanged for one that means nothing.
pub(super) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId) -> Result<(), DatabaseError> {
    let sql = "with cards as materialized (
            select token, 'erased_' || gen_random_uuid() as erased, provider, created_at
              from payments.cards where user_id = $1 and not starts_with(token, 'erased_')
        ), exchanged as (
            insert into payments.cards (token, user_id, provider, brand, last4, created_at)
            select erased, $1, provider, '', '', created_at from cards
        ), moved as (
            update payments.deposits as deposit
               set card_token = cards.erased, return_url = null, action = null
              from cards where deposit.card_token = cards.token
        )
        delete from payments.cards as old using cards where old.token = cards.token";
    tx.execute_prepared(sql, &[&user]).await?;
    let sql = "update payments.deposits
           set card_brand = null, card_last4 = null, return_url = null, action = null
         where user_id = $1 and card_token is null";
    tx.execute_prepared(sql, &[&user]).await?;
    let sql = "update payments.destinations set country = '', last4 = '', sealed = ''
         where user_id = $1";
    tx.execute_prepared(sql, &[&user]).await?;
    Ok(())
}
