//! Ways of shipping. What one costs for a basket is in `pricing::shipping`.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use crate::pricing::ShippingMethod;
use crate::pricing::shipping::ShippingRate;

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShippingMethodPatch {
    pub(crate) title: Option<String>,
    pub(crate) countries: Option<Vec<String>>,
    pub(crate) tax_class: Option<String>,
    pub(crate) rates: Option<Vec<ShippingRate>>,
    pub(crate) is_active: Option<bool>,
}

impl ShippingMethodPatch {
    fn applied_to(self, it: ShippingMethod) -> ShippingMethod {
        ShippingMethod {
            title: self.title.unwrap_or(it.title),
            countries: self.countries.unwrap_or(it.countries),
            tax_class: self.tax_class.unwrap_or(it.tax_class),
            rates: self.rates.unwrap_or(it.rates),
            is_active: self.is_active.unwrap_or(it.is_active),
            version: it.version + 1,
            ..it
        }
    }
}
