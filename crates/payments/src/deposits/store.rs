//! SQL of deposits and cards.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Database, DatabaseError, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Card, Deposit, DepositStatus, Payee};
use crate::chargebacks::status_of;
use crate::ids::DepositId;
use crate::overview::FlowFilter;
use crate::provider::{CardFace, CardToken};

const SELECT: &str = "select d.id, d.user_id, d.asset, d.scale, d.amount, d.card_token,
        coalesce(c.brand, d.card_brand), coalesce(c.last4, d.card_last4), d.return_url, d.status, d.failure, d.held_at is not null, d.provider,
        d.provider_payment, d.action, d.created_at, d.updated_at,
        (select coalesce(sum(r.amount), 0) from payments.refunds r
          where r.deposit_id = d.id and r.status = 'succeeded'),
        (select b.status from payments.chargebacks b
          where b.deposit_id = d.id and b.kind = 'dispute' order by b.id desc limit 1),
        d.account_id, d.reference, d.confirm_by
   from payments.deposits d left join payments.cards c on c.token = d.card_token";

fn deposit(row: &Row) -> Deposit {
    let status: &str = row.get(9);
    Deposit {
        id: row.get(0),
        payee: payee(row, (1, 19)),
        asset: row.get(2),
        scale: u8::try_from(row.get::<_, i16>(3)).expect("scales are small"),
        amount: row.get(4),
        card: card_of(row),
        return_url: row.get(8),
        status: DepositStatus::from_name(status).expect("the table checks the status"),
        failure: row.get(10),
        is_held: row.get(11),
        provider: row.get(12),
        provider_payment: row.get(13),
        action: row.get(14),
        created_at: row.get(15),
        updated_at: row.get(16),
        refunded: row.get(17),
        dispute: row.get::<_, Option<&str>>(18).and_then(status_of),
        confirm_by: row.get(21),
    }
}

/// The user stands in one column, the account and the reference of a charge in two others.
pub(crate) fn payee(row: &Row, (user, account): (usize, usize)) -> Payee {
    match row.get::<_, Option<Uuid>>(account) {
        None => Payee::User(row.get(user)),
        Some(id) => Payee::Purchase {
            user: row.get(user),
            account: id.as_u128(),
            reference: row.get(account + 1),
        },
    }
}

fn card_of(row: &Row) -> Option<Card> {
    let face = CardFace { brand: row.get::<_, Option<_>>(6)?, last4: row.get::<_, Option<_>>(7)? };
    Some(Card { token: row.get(5), face })
}

/// Writes the deposit down, if its id is new.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    new: &Deposit,
    check_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.deposits (id, user_id, asset, scale, amount, card_token,
            return_url, status, provider, check_at, created_at, updated_at, account_id, reference)
        values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $10, $11, $12)
        on conflict (id) do nothing";
    let scale = i16::from(new.scale);
    let (account, reference) = match &new.payee {
        Payee::User(_) => (None, None),
        Payee::Purchase { account, reference, .. } => {
            (Some(Uuid::from_u128(*account)), Some(reference))
        }
    };
    let count = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.payee.user(),
                &new.asset,
                &scale,
                &new.amount,
                &new.card.as_ref().map(|card| &card.token),
                &new.return_url,
                &new.provider,
                &check_at,
                &new.created_at,
                &account,
                &reference,
            ],
        )
        .await?;
    Ok(count == 1)
}

pub(super) async fn get(
    database: &Database,
    id: DepositId,
) -> Result<Option<Deposit>, DatabaseError> {
    let client = database.client().await?;
    Ok(client
        .query_opt_prepared(&format!("{SELECT} where d.id = $1"), &[&id])
        .await?
        .as_ref()
        .map(deposit))
}

/// The deposit of a provider's payment.
pub(crate) async fn of_payment(
    database: &Database,
    provider: &str,
    payment: &str,
) -> Result<Option<DepositId>, DatabaseError> {
    let sql = "select id from payments.deposits where provider = $1 and provider_payment = $2";
    let client = database.client().await?;
    Ok(client.query_opt_prepared(sql, &[&provider, &payment]).await?.map(|row| row.get(0)))
}

/// A user's deposits, newest first, after the place that a cursor names.
pub(crate) async fn list(
    database: &Database,
    user: UserId,
    after: Option<(Timestamp, DepositId)>,
    limit: i64,
) -> Result<Vec<Deposit>, DatabaseError> {
    let sql = format!(
        "{SELECT} where d.user_id = $1 and d.account_id is null
            and ($2::timestamptz is null or (d.created_at, d.id) < ($2, $3))
          order by d.created_at desc, d.id desc limit $4"
    );
    let (at, id) = after.unzip();
    let client = database.client().await?;
    let rows = client.query_prepared(&sql, &[&user, &at, &id, &limit]).await?;
    Ok(rows.iter().map(deposit).collect())
}

/// The deposits of all users that a filter lets through, newest first.
pub(crate) async fn list_all(
    database: &Database,
    filter: &FlowFilter<DepositStatus>,
    after: Option<(Timestamp, DepositId)>,
    limit: i64,
) -> Result<Vec<Deposit>, DatabaseError> {
    let sql = format!(
        "{SELECT} where d.account_id is null and ($1::uuid is null or d.user_id = $1)
            and ($2::text is null or d.status = $2)
            and ($3::text is null or d.asset = $3)
            and ($4::text is null or d.provider = $4)
            and ($5::timestamptz is null or (d.created_at, d.id) < ($5, $6))
          order by d.created_at desc, d.id desc limit $7"
    );
    let FlowFilter { user, status, asset, provider } = filter;
    let (status, (at, id)) = (status.map(DepositStatus::as_str), after.unzip());
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
        [user, &status, asset, provider, &at, &id, &limit];
    let rows = database.client().await?.query_prepared(&sql, &parameters).await?;
    Ok(rows.iter().map(deposit).collect())
}

/// The ledger shows it as coming in.
pub(super) async fn set_held(
    database: &Database,
    id: DepositId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.deposits set held_at = coalesce(held_at, $2), updated_at = $2
        where id = $1";
    let client = database.client().await?;
    client.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// The provider has it.
pub(super) async fn set_payment(
    database: &Database,
    id: DepositId,
    payment: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.deposits set provider_payment = $2, updated_at = $3
        where id = $1 and provider_payment is null";
    let client = database.client().await?;
    client.execute_prepared(sql, &[&id, &payment, &now]).await?;
    Ok(())
}

/// What a deposit comes to.
pub(super) struct Change<'a> {
    pub(super) status: DepositStatus,
    pub(super) failure: Option<&'a str>,
    pub(super) action: Option<&'a [u8]>,
    /// Which card it was, if that is news.
    pub(super) card: Option<&'a CardFace>,
}

/// Records a status, unless somebody else recorded another one since.
pub(super) async fn set_status_in_tx(
    tx: &Transaction<'_>,
    (id, from): (DepositId, DepositStatus),
    change: &Change<'_>,
    (now, check_at): (Timestamp, Timestamp),
) -> Result<bool, DatabaseError> {
    let sql = "update payments.deposits
           set status = $3, failure = $4, action = $5, check_at = $6, checks = 0, updated_at = $7,
               card_brand = coalesce($8, card_brand), card_last4 = coalesce($9, card_last4)
         where id = $1 and status = $2";
    let (from, to) = (from.as_str(), change.status.as_str());
    let Change { failure, action, card, .. } = change;
    let (brand, last4) = card.map(|card| (&card.brand, &card.last4)).unzip();
    let count = tx
        .execute_prepared(sql, &[&id, &from, &to, failure, action, &check_at, &now, &brand, &last4])
        .await?;
    Ok(count == 1)
}

/// A card of the user, by its token.
pub(super) async fn card(
    database: &Database,
    user: UserId,
    provider: &str,
    token: &str,
) -> Result<Option<CardToken>, DatabaseError> {
    let sql = "select token, brand, last4 from payments.cards
        where token = $1 and user_id = $2 and provider = $3";
    let client = database.client().await?;
    let row = client.query_opt_prepared(sql, &[&token, &user, &provider]).await?;
    Ok(row.as_ref().map(card_token))
}

/// A card by its token, whosever it is.
pub(crate) async fn kept_card(
    database: &Database,
    token: &str,
) -> Result<Option<CardToken>, DatabaseError> {
    let sql = "select token, brand, last4 from payments.cards where token = $1";
    let row = database.client().await?.query_opt_prepared(sql, &[&token]).await?;
    Ok(row.as_ref().map(card_token))
}

fn card_token(row: &Row) -> CardToken {
    CardToken { token: row.get(0), face: CardFace { brand: row.get(1), last4: row.get(2) } }
}

pub(crate) async fn insert_card_in_tx(
    tx: &Transaction<'_>,
    user: Option<UserId>,
    provider: &str,
    card: &CardToken,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.cards (token, user_id, provider, brand, last4, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (token) do nothing";
    tx.execute_prepared(
        sql,
        &[&card.token, &user, &provider, &card.face.brand, &card.face.last4, &now],
    )
    .await?;
    Ok(())
}

/// All cards of a user.
pub(crate) async fn cards(
    database: &Database,
    user: UserId,
) -> Result<Vec<CardToken>, DatabaseError> {
    let sql = "select token, brand, last4 from payments.cards where user_id = $1 order by token";
    let rows = database.client().await?.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(card_token).collect())
}

/// What was refunded or is about to be: all but what the ledger refused.
pub(crate) async fn refunds_begun(
    database: &Database,
    id: DepositId,
) -> Result<Amount, DatabaseError> {
    let sql = "select coalesce(sum(amount), 0) from payments.refunds
        where deposit_id = $1 and (status <> 'failed' or moved_at is not null)";
    Ok(database.client().await?.query_one_prepared(sql, &[&id]).await?.get(0))
}

/// Gives a deposit up unless its holder confirmed it by now.
pub(crate) async fn give_up_in_tx(
    tx: &Transaction<'_>,
    id: DepositId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.deposits set confirm_by = $2
        where id = $1 and status in ('pending', 'requires_action', 'processing')";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}
