//! Reads that may be a little old, which a replica takes off the database if there is one. What
//! somebody has just changed they see at once: staff reads the catalogue from the primary.

use std::future::Future;
use std::time::Duration;

use deadpool_postgres::Object;

use crate::error::{Result, ShopError};
use crate::shop::Shop;

/// How old what everybody sees may be; they keep it for a minute anyway.
pub(crate) const CATALOGUE_LAG: Duration = Duration::from_secs(2);
/// How old a list of one's own orders may be.
pub(crate) const ORDERS_LAG: Duration = Duration::from_secs(1);

impl Shop {
    /// Reads what may be so old. What a replica leaves unfinished the primary does again.
    pub(crate) async fn read_within<T, F>(
        &self,
        lag_max: Duration,
        read: impl Fn(Object) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        // Only failures of the database are another one's to make good.
        let read = |client| {
            let reading = read(client);
            async {
                match reading.await {
                    Err(ShopError::Database(error)) => Err(error),
                    answer => Ok(answer),
                }
            }
        };
        self.database.read_within(lag_max, read).await?
    }

    /// The same of the catalogue; whoever may change it sees it as it is.
    pub(crate) async fn read_catalogue<T, F>(
        &self,
        is_staff: bool,
        read: impl Fn(Object) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        if is_staff {
            return read(self.database.client().await?).await;
        }
        self.read_within(CATALOGUE_LAG, read).await
    }
}
