//! SQL of customers.

use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;

use super::NewCustomer;
use crate::error::Result;
use crate::ids::CustomerId;

/// The customer of the user, or with the number; a new one if there is none. What is known of them
/// follows the last purchase.
pub(crate) async fn ensure_in_tx(
    tx: &Transaction<'_>,
    new: &NewCustomer,
    now: Timestamp,
) -> Result<CustomerId> {
    let conflict = match (&new.user, &new.external_ref) {
        (Some(_), _) => "user_id",
        (None, Some(_)) => "external_ref",
        (None, None) => "id",
    };
    let sql = format!(
        "insert into shop.customers as c (id, user_id, email, name, external_ref, created_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict ({conflict}) do update \
            set email = coalesce(excluded.email, c.email), name = coalesce(excluded.name, c.name) \
         returning id"
    );
    let row = tx
        .query_one_prepared(
            &sql,
            &[&new.id, &new.user, &new.email, &new.name, &new.external_ref, &now],
        )
        .await?;
    Ok(row.get(0))
}
