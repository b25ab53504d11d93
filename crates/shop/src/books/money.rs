//! The accounts of money.
//!
//! | account | what it holds |
//! |---|---|
//! | `shop/orders/<order>` | what was paid for an order and isn't earned yet; never below zero |
//! | `shop/sales/<currency>/<sku>` | what was earned with a variant, without tax |
//! | `shop/shipping/<currency>` | what was earned by sending |
//! | `shop/tax/<currency>/<country>` | what is owed to a country |
//! | `shop/customers/<customer>/<currency>` | what a customer paid elsewhere, below zero |

use ledger::engine::NewAccount;

use super::goods::Goods;
use super::{Books, account};
use crate::error::{Result, ShopError};
use crate::ids::{CustomerId, OrderId, account_id};

const ORDER: u16 = 130;
const SALES: u16 = 131;
const TAX: u16 = 132;
const SHIPPING: u16 = 133;
const CUSTOMER: u16 = 134;

/// Money as the ledger counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Currency {
    pub(crate) code: String,
    pub(crate) no: u32,
    pub(crate) scale: u8,
}

/// The ledger's account of an order.
pub(crate) fn order(id: OrderId) -> u128 {
    account_id(&order_address(id))
}

fn order_address(id: OrderId) -> String {
    format!("shop/orders/{id}")
}

pub(crate) fn customer_address(id: CustomerId, currency: &str) -> String {
    format!("shop/customers/{id}/{currency}")
}

impl Currency {
    pub(crate) fn order_account(&self, id: OrderId) -> NewAccount {
        account(order_address(id), self.no, ORDER, Some(0))
    }

    pub(crate) fn sales_account(&self, asset: &str) -> NewAccount {
        let address = format!("shop/sales/{}/{}", self.code, Goods::of(asset).tail());
        account(address, self.no, SALES, None)
    }

    pub(crate) fn shipping_account(&self) -> NewAccount {
        account(format!("shop/shipping/{}", self.code), self.no, SHIPPING, None)
    }

    pub(crate) fn tax_account(&self, country: &str) -> NewAccount {
        account(format!("shop/tax/{}/{country}", self.code), self.no, TAX, None)
    }

    pub(crate) fn customer_account(&self, customer: CustomerId) -> NewAccount {
        account(customer_address(customer, &self.code), self.no, CUSTOMER, None)
    }
}

impl Books {
    /// What one can pay with under this code.
    pub(crate) async fn currency(&self, code: &str) -> Result<Currency> {
        let unknown = || ShopError::CurrencyUnknown(code.to_owned());
        if !ledger::is_asset_code(code) {
            return Err(unknown());
        }
        let asset = self.ledger.asset(code).await?.ok_or_else(unknown)?;
        if &*asset.kind != "money" {
            return Err(unknown());
        }
        Ok(Currency { code: code.to_owned(), no: asset.no, scale: asset.scale })
    }
}
