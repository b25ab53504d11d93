//! Seeing and changing the settings.

use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{Settings, SettingsPatch, store};
use crate::error::ShopError;
use crate::rules;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn settings(&self, actor: &Actor) -> Result<Settings, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        Ok(store::get(&self.database.client().await?).await?)
    }

    pub(crate) async fn update_settings(
        &self,
        actor: &Actor,
        patch: SettingsPatch,
        expected: &IfMatch,
    ) -> Result<Settings, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        if let Some(Some(code)) = &patch.default_currency {
            self.books.currency(code).await?;
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = store::lock_in_tx(&tx).await?;
        if !expected.allows(found.version) {
            return Err(ShopError::VersionChanged.into());
        }
        let changed = patch.applied_to(found);
        store::update_in_tx(&tx, &changed).await?;
        rules::store::changed_in_tx(&tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.settings.changed").data(json!({
            "prices_include_tax": changed.prices_include_tax, "home_country": changed.home_country,
            "reservation_s": changed.reservation_s, "payment_s": changed.payment_s,
            "return_days": changed.return_days,
            "default_currency": changed.default_currency,
            "seller": changed.seller,
        }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(changed)
    }
}
