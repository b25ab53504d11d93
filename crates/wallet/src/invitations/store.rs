//! SQL of invitations.

use deadpool_postgres::{GenericClient, Object, Transaction};
use hashbrown::HashMap;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Invitation, State};
use crate::error::{Result, WalletError};

/// What the views of transfers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invited {
    pub(crate) email: String,
    /// Who got it.
    pub(crate) claimed_by: Option<UserId>,
}

const COLUMNS: &str = "id, sender, email, asset, amount, reference, has_message, fingerprint, state, \
     claimed_by, created_at, expires_at, timeout_s";

fn invitation(row: &Row) -> Result<Invitation> {
    let state = State::of(row.get(8)).ok_or(WalletError::Corrupt("the state of an invitation"))?;
    Ok(Invitation {
        id: row.get::<_, Uuid>(0).as_u128(),
        sender: row.get(1),
        email: row.get(2),
        asset: row.get(3),
        amount: row.get(4),
        reference: row.get(5),
        has_message: row.get(6),
        fingerprint: row.get::<_, i64>(7).cast_unsigned(),
        state,
        claimed_by: row.get(9),
        created_at: row.get(10),
        expires_at: row.get(11),
        timeout_s: row.get::<_, i32>(12).cast_unsigned(),
    })
}

/// Writes it; `false` if it is there already.
pub(super) async fn insert_in_tx(tx: &Transaction<'_>, new: &Invitation) -> Result<bool> {
    let sql = "insert into wallet.invitations \
               (id, sender, email, asset, amount, reference, has_message, fingerprint, state, \
                created_at, expires_at, timeout_s, changed_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $10) \
               on conflict (id) do nothing";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &Uuid::from_u128(new.id),
                &new.sender,
                &new.email,
                &new.asset,
                &new.amount,
                &new.reference,
                &new.has_message,
                &new.fingerprint.cast_signed(),
                &new.state.as_str(),
                &new.created_at,
                &new.expires_at,
                &new.timeout_s.cast_signed(),
            ],
        )
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn one(client: &Object, id: u128) -> Result<Option<Invitation>> {
    let sql = format!("select {COLUMNS} from wallet.invitations where id = $1");
    let row = client.query_opt_prepared(&sql, &[&Uuid::from_u128(id)]).await?;
    row.as_ref().map(invitation).transpose()
}

/// Invitations by id, for views.
pub(super) async fn invited(client: &Object, ids: &[u128]) -> Result<HashMap<u128, Invited>> {
    let sql = "select id, email, case when state = 'claimed' then claimed_by end \
               from wallet.invitations where id = any($1)";
    let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_u128(*id)).collect();
    let rows = client.query_prepared(sql, &[&ids]).await?;
    let one = |row: &Row| {
        let id = row.get::<_, Uuid>(0).as_u128();
        (id, Invited { email: row.get(1), claimed_by: row.get(2) })
    };
    Ok(rows.iter().map(one).collect())
}

/// Moves it from one of some states to another; `false` if it was in none of them.
pub(super) async fn change(
    client: &impl GenericClient,
    id: u128,
    from: &[State],
    to: State,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update wallet.invitations set state = $3, changed_at = $4 \
               where id = $1 and state = any($2)";
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let changed =
        client.execute_prepared(sql, &[&Uuid::from_u128(id), &from, &to.as_str(), &now]).await?;
    Ok(changed == 1)
}

/// Somebody verified the address: the invitations that wait for it are theirs.
pub(super) async fn begin_claims_in_tx(
    tx: &Transaction<'_>,
    email: &str,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<u128>, tokio_postgres::Error> {
    let sql = "update wallet.invitations set state = 'claiming', claimed_by = $2, changed_at = $3 \
               where email = $1 and state = 'waiting' and sender <> $2 returning id";
    let rows = tx.query_prepared(sql, &[&email, &user, &now]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>(0).as_u128()).collect())
}

/// Who verified the address is gone.
pub(super) async fn give_up_claim(client: &Object, id: u128, now: Timestamp) -> Result<()> {
    let sql = "update wallet.invitations \
               set state = 'waiting', claimed_by = null, changed_at = $2 \
               where id = $1 and state = 'claiming'";
    client.execute_prepared(sql, &[&Uuid::from_u128(id), &now]).await?;
    Ok(())
}

/// Its hold was refused for good.
pub(super) async fn delete(client: &Object, id: u128) -> Result<()> {
    let sql = "delete from wallet.invitations where id = $1 and state = 'new'";
    client.execute_prepared(sql, &[&Uuid::from_u128(id)]).await?;
    Ok(())
}

/// The message is for somebody who is known now.
pub(super) async fn address_message_in_tx(
    tx: &Transaction<'_>,
    id: u128,
    user: UserId,
) -> Result<()> {
    let sql = "update wallet.messages set other = $2 where transfer_id = $1";
    tx.execute_prepared(sql, &[&Uuid::from_u128(id), &user]).await?;
    Ok(())
}

/// Removes the addresses that a user invited, and with which they were; what still waits for
/// others goes on without.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId) -> Result<u64> {
    let sql = "update wallet.invitations set email = '' \
               where sender = $1 or (claimed_by = $1 and state = 'claimed')";
    Ok(tx.execute_prepared(sql, &[&user]).await?)
}

/// What a user sent to whom.
pub(super) async fn of_sender(client: &Object, user: UserId) -> Result<Vec<Invitation>> {
    let sql = format!(
        "select {COLUMNS} from wallet.invitations where sender = $1 order by created_at, id"
    );
    client.query_prepared(&sql, &[&user]).await?.iter().map(invitation).collect()
}
