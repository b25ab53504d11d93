//! What a basket costs beside its prices, and from where it is sent, as this process knows it. All
//! rules are few and read for every cart, so they are kept in memory; whoever reads a cart asks for their version in the same
//! statement, so what is kept is never out of date when it is used.

pub(crate) mod store;

use std::sync::Arc;

use deadpool_postgres::GenericClient;
use kernel::Timestamp;
use parking_lot::Mutex;

use crate::error::Result;
use crate::ids::ShippingMethodId;
use crate::locations::Location;
use crate::pricing::{Promotion, ShippingMethod, TaxRules};
use crate::settings::Settings;

/// All rules of one version.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) version: i64,
    pub(crate) settings: Settings,
    pub(crate) taxes: TaxRules,
    pub(crate) shipping_methods: Vec<ShippingMethod>,
    pub(crate) promotions: Vec<Promotion>,
    /// From where orders are sent, in this order.
    pub(crate) places: Vec<Location>,
}

impl Rules {
    pub(crate) fn shipping_method(&self, id: ShippingMethodId) -> Option<&ShippingMethod> {
        self.shipping_methods.iter().find(|it| it.id == id && it.is_active)
    }

    /// Those that may apply now: by themselves, or by one of these codes.
    pub(crate) fn promotions(&self, codes: &[String], now: Timestamp) -> Vec<&Promotion> {
        let is_given = |it: &&Promotion| it.code.as_ref().is_none_or(|code| codes.contains(code));
        self.promotions.iter().filter(|it| it.is_on(now)).filter(is_given).collect()
    }

    pub(crate) fn promotion_by_code(&self, code: &str, now: Timestamp) -> Option<&Promotion> {
        self.promotions.iter().find(|it| it.is_on(now) && it.code.as_deref() == Some(code))
    }
}

/// The rules that were read last.
#[derive(Default)]
pub(crate) struct RulesMemory(Mutex<Option<Arc<Rules>>>);

impl RulesMemory {
    /// The rules of a version that the caller saw, or later ones.
    pub(crate) async fn of_version(
        &self,
        client: &impl GenericClient,
        version: i64,
    ) -> Result<Arc<Rules>> {
        let known = self.0.lock().clone().filter(|rules| rules.version >= version);
        if let Some(rules) = known {
            return Ok(rules);
        }
        let rules = Arc::new(store::read(client).await?);
        *self.0.lock() = Some(Arc::clone(&rules));
        Ok(rules)
    }
}
