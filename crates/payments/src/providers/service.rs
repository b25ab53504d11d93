//! Showing the providers.

use super::{DepositAsset, OfferedProvider};
use crate::error::PaymentsError;
use crate::payments::Payments;
use crate::stripe;

impl Payments {
    /// All that are offered, the sandbox first.
    pub async fn offered_providers(&self) -> Result<Vec<OfferedProvider>, PaymentsError> {
        let monies = self.books.monies().await?;
        let offered = self.offered().map(|provider| {
            let taken =
                monies.iter().filter(|asset| provider.takes(&asset.code, asset.scale, None));
            let asset = |code: &str, scale| DepositAsset { code: code.to_owned(), scale };
            OfferedProvider {
                name: provider.name(),
                abilities: provider.abilities(),
                deposit_assets: taken.map(|taken| asset(&taken.code, taken.scale)).collect(),
            }
        });
        Ok(offered.collect())
    }

    /// Whether pages open Stripe's form.
    pub fn has_stripe(&self) -> bool {
        self.offered().any(|provider| provider.name() == stripe::NAME)
    }

    /// With this a page opens a provider's form.
    pub(crate) fn publishable_key(&self, provider: &str) -> Option<String> {
        self.provider(provider).ok()?.abilities().publishable_key
    }
}
