use kernel::audit::{self, NewEntry};
use kernel::db::Statements as _;
use kernel::{Clock, Database, DatabaseError};

type Hash = [u8; 32];

/// The hash of the token in force; `None` before the first start.
pub(super) async fn hash(database: &Database) -> Result<Option<Hash>, DatabaseError> {
    let client = database.client().await?;
    let row = client.query_opt_prepared("select hash from operator.tokens", &[]).await?;
    Ok(row.map(|row| to_hash(row.get(0))))
}

/// Makes the first token's hash the one in force, unless another process was faster.
/// Answers with the one that is in force now.
pub(super) async fn insert_first(database: &Database, hash: &Hash) -> Result<Hash, DatabaseError> {
    let client = database.client().await?;
    let sql = "insert into operator.tokens (hash) values ($1) on conflict do nothing";
    client.execute_prepared(sql, &[&hash.as_slice()]).await?;
    let row = client.query_one_prepared("select hash from operator.tokens", &[]).await?;
    Ok(to_hash(row.get(0)))
}

/// Replaces the hash if it still is `old`, and records it.
pub(super) async fn replace(
    database: &Database,
    clock: &dyn Clock,
    old: &Hash,
    new: &Hash,
    entry: NewEntry,
) -> Result<bool, DatabaseError> {
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    let sql = "update operator.tokens set hash = $2, created_at = now() where hash = $1";
    if tx.execute_prepared(sql, &[&old.as_slice(), &new.as_slice()]).await? != 1 {
        return Ok(false);
    }
    audit::record_in_tx(&tx, clock, &[entry]).await?;
    tx.commit().await?;
    Ok(true)
}

fn to_hash(bytes: &[u8]) -> Hash {
    bytes.try_into().expect("the table checks the length")
}
