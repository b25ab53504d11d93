use deadpool_postgres::Transaction;
use kernel::DatabaseError;
use kernel::db::Statements as _;

use crate::ids::UserId;

/// The address was registered more than once before it was verified. Nobody knows whose password
/// the row has, so it has none: it comes with the mail that is answered, or by a reset.
pub(crate) async fn forget_password(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set password_hash = null, password_changed_at = null \
               where id = $1 and email_verified_at is null";
    tx.execute_prepared(sql, &[&user]).await?;
    Ok(())
}
