//! Looking at the shop as a whole.

use deadpool_postgres::Object;

use super::{Storefront, store};
use crate::books::money::Currency;
use crate::error::{Result, ShopError};
use crate::settings;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn storefront(&self, is_staff: bool) -> Result<Storefront> {
        let read = |client: Object| async move {
            tokio::try_join!(settings::store::get(&client), store::currencies(&client))
        };
        let (settings, mut codes) = self.read_catalogue(is_staff, read).await?;
        let default_currency = settings.default_currency.or_else(|| codes.first().cloned());
        codes.extend(default_currency.clone());
        codes.sort_unstable();
        codes.dedup();
        Ok(Storefront {
            currencies: self.known_currencies(&codes).await?,
            default_currency,
            prices_include_tax: settings.prices_include_tax,
            home_country: settings.home_country,
            return_days: settings.return_days,
            seller: settings.seller.name,
        })
    }

    /// Those of the codes with which one can pay.
    async fn known_currencies(&self, codes: &[String]) -> Result<Vec<Currency>> {
        let mut known = Vec::with_capacity(codes.len());
        for code in codes {
            match self.books.currency(code).await {
                Ok(currency) => known.push(currency),
                Err(ShopError::CurrencyUnknown(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    }
}
