//! Settings: how the shop behaves. There is one row of them.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use crate::documents::Seller;

/// How the shop behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// In which prices are shown to whoever has not chosen.
    pub(crate) default_currency: Option<String>,
    pub(crate) prices_include_tax: bool,
    /// Where buyers are taxed who did not say where they are.
    pub(crate) home_country: Option<String>,
    /// So long stock is held for a cart after its last activity.
    pub(crate) reservation_s: u32,
    /// So long an order waits for its payment before it is cancelled.
    pub(crate) payment_s: u32,
    /// So many days after a parcel arrived, or was sent, its buyer may ask to return it.
    pub(crate) return_days: u32,
    /// Who sells, as invoices say it.
    pub(crate) seller: Seller,
    pub(crate) version: u32,
}

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingsPatch {
    pub(crate) default_currency: Option<Option<String>>,
    pub(crate) prices_include_tax: Option<bool>,
    pub(crate) home_country: Option<Option<String>>,
    pub(crate) reservation_s: Option<u32>,
    pub(crate) payment_s: Option<u32>,
    pub(crate) return_days: Option<u32>,
    pub(crate) seller_name: Option<Option<String>>,
    pub(crate) seller_address: Option<Option<String>>,
    pub(crate) seller_vat_id: Option<Option<String>>,
}

impl SettingsPatch {
    fn applied_to(self, it: Settings) -> Settings {
        Settings {
            default_currency: self.default_currency.unwrap_or(it.default_currency),
            prices_include_tax: self.prices_include_tax.unwrap_or(it.prices_include_tax),
            home_country: self.home_country.unwrap_or(it.home_country),
            reservation_s: self.reservation_s.unwrap_or(it.reservation_s),
            payment_s: self.payment_s.unwrap_or(it.payment_s),
            return_days: self.return_days.unwrap_or(it.return_days),
            seller: Seller {
                name: self.seller_name.unwrap_or(it.seller.name),
                address: self.seller_address.unwrap_or(it.seller.address),
                vat_id: self.seller_vat_id.unwrap_or(it.seller.vat_id),
            },
            version: it.version + 1,
        }
    }
}
