//! Reading all rules at once, and telling that they have changed.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;

use super::Rules;
use crate::error::Result;
use crate::pricing::TaxRules;
use crate::{locations, promotions, settings, shipping_methods, tax_rates};

/// The version is read first: rules that are newer than it says are read once more, never too few.
pub(super) async fn read(client: &impl GenericClient) -> Result<Rules> {
    let version = version(client).await?;
    let settings = settings::store::get(client).await?;
    let taxes = TaxRules {
        rates: tax_rates::store::list(client).await?,
        are_inclusive: settings.prices_include_tax,
        home: settings.home_country.clone(),
    };
    let shipping_methods = shipping_methods::store::list(client).await?;
    let promotions = promotions::store::all_active(client).await?;
    let places = locations::store::active(client).await?;
    Ok(Rules { version, settings, taxes, shipping_methods, promotions, places })
}

/// The version of the rules now.
pub(crate) async fn version(client: &impl GenericClient) -> Result<i64> {
    let sql = "select version from shop.rules_version";
    Ok(client.query_one_prepared(sql, &[]).await?.get(0))
}

/// Tells every process to read the rules again, when the transaction commits.
pub(crate) async fn changed_in_tx(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_prepared("update shop.rules_version set version = version + 1", &[]).await?;
    Ok(())
}
