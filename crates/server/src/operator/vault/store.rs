use kernel::db::Statements as _;
use kernel::{Database, DatabaseError};

type Fingerprint = [u8; 16];

/// The fingerprint of the key in use; `None` before the first start.
pub(super) async fn fingerprint(database: &Database) -> Result<Option<Fingerprint>, DatabaseError> {
    let client = database.client().await?;
    let row = client.query_opt_prepared("select fingerprint from operator.vault", &[]).await?;
    Ok(row.map(|row| to_fingerprint(row.get(0))))
}

/// Stores the first key's fingerprint, unless another process was faster. Answers with the one
/// that is in use.
pub(super) async fn insert_first(
    database: &Database,
    fingerprint: &Fingerprint,
) -> Result<Fingerprint, DatabaseError> {
    let client = database.client().await?;
    let sql = "insert into operator.vault (fingerprint) values ($1) on conflict do nothing";
    client.execute_prepared(sql, &[&fingerprint.as_slice()]).await?;
    let row = client.query_one_prepared("select fingerprint from operator.vault", &[]).await?;
    Ok(to_fingerprint(row.get(0)))
}

fn to_fingerprint(bytes: &[u8]) -> Fingerprint {
    bytes.try_into().expect("the table checks the length")
}
