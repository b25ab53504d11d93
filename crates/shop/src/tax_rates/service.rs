//! Setting and removing tax rates.

use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use serde_json::json;

use super::store;
use crate::error::ShopError;
use crate::pricing::TaxRate;
use crate::rules;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn tax_rates(&self, actor: &Actor) -> Result<Vec<TaxRate>, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        Ok(store::list(&self.database.client().await?).await?)
    }

    /// Sets a rate, or removes it with `None`.
    pub(crate) async fn put_tax_rate(
        &self,
        actor: &Actor,
        (country, class): (&str, &str),
        rate: Option<&TaxRate>,
    ) -> Result<(), Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        match rate {
            Some(rate) => store::put_in_tx(&tx, rate).await?,
            None if store::delete_in_tx(&tx, country, class).await? => {}
            None => return Err(ShopError::TaxRateNotFound.into()),
        }
        rules::store::changed_in_tx(&tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.tax_rate.changed").data(json!({
            "country": country, "class": class, "rate": rate.map(|it| it.rate),
        }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await?)
    }
}
