//! The accounts of a variant.
//!
//! | account | what it holds |
//! |---|---|
//! | `shop/supplier/<sku>` | where goods come from: below zero by as much as was ever received |
//! | `shop/stock/<location>/<sku>` | what lies there; never below zero, holds counted |
//! | `shop/backorders/<sku>` | what was sold and isn't there yet, below zero; its floor is how much may be |
//! | `shop/sold/<sku>` | what customers have; never below zero |
//! | `shop/returned/<sku>` | what came back and is neither on a shelf again nor written off |
//! | `shop/written-off/<sku>` | what came back and can't be sold again |
//! | `shop/adjusted/<sku>` | what counting found to be missing, or too much |
//!
//! A reservation is a pending transfer from stock (or backorders) to sold.

use ledger::NewAsset;
use ledger::engine::NewAccount;

use super::{Books, account};
use crate::error::{Result, ShopError};
use crate::ids::{VariantId, account_id};

const SUPPLIER: u16 = 120;
const STOCK: u16 = 121;
const BACKORDERS: u16 = 122;
const SOLD: u16 = 123;
const RETURNED: u16 = 124;
const ADJUSTED: u16 = 125;
const WRITTEN_OFF: u16 = 126;

pub(crate) const PREFIX: &str = "SKU:";

/// The code of the asset as which the ledger counts a variant. Codes have upper case only; a SKU
/// that can't be one is counted under the variant's id.
pub(crate) fn asset_code(sku: &str, variant: VariantId) -> String {
    let code = format!("{PREFIX}{sku}");
    if !sku.is_empty()
        && ledger::is_asset_code(&code)
        && !sku.starts_with(VARIANT)
        && !sku.starts_with('.')
    {
        return code;
    }
    format!("{PREFIX}{}", variant.to_string().to_uppercase())
}

/// No SKU takes the code of another variant's id.
const VARIANT: &str = "VAR_";

/// The accounts of one variant, by its asset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goods<'a> {
    asset: &'a str,
}

impl<'a> Goods<'a> {
    pub(crate) fn of(asset: &'a str) -> Self {
        Self { asset }
    }

    /// What stands for it in addresses.
    pub(crate) fn tail(self) -> &'a str {
        self.asset.strip_prefix(PREFIX).unwrap_or(self.asset)
    }

    pub(crate) fn stock_address(self, location: &str) -> String {
        format!("shop/stock/{location}/{}", self.tail())
    }

    pub(crate) fn stock(self, location: &str) -> u128 {
        account_id(&self.stock_address(location))
    }

    fn address(self, kind: &str) -> String {
        format!("shop/{kind}/{}", self.tail())
    }

    pub(crate) fn supplier(self) -> u128 {
        account_id(&self.address("supplier"))
    }

    pub(crate) fn backorders(self) -> u128 {
        account_id(&self.address("backorders"))
    }

    pub(crate) fn sold(self) -> u128 {
        account_id(&self.address("sold"))
    }

    pub(crate) fn returned(self) -> u128 {
        account_id(&self.address("returned"))
    }

    pub(crate) fn written_off(self) -> u128 {
        account_id(&self.address("written-off"))
    }

    pub(crate) fn adjusted(self) -> u128 {
        account_id(&self.address("adjusted"))
    }

    /// The accounts that say how much can be had: backorders, then the stock of each place.
    pub(crate) fn supply(self, places: &[&str]) -> impl Iterator<Item = u128> {
        std::iter::once(self.backorders()).chain(places.iter().map(move |it| self.stock(it)))
    }

    fn accounts(self, asset: u32, location: &str, backorder_max: u64) -> Vec<NewAccount> {
        let make = |kind: &str, code, floor| account(self.address(kind), asset, code, floor);
        vec![
            make("supplier", SUPPLIER, None),
            make("sold", SOLD, Some(0)),
            make("returned", RETURNED, Some(0)),
            make("written-off", WRITTEN_OFF, None),
            make("adjusted", ADJUSTED, None),
            make("backorders", BACKORDERS, Some(-i128::from(backorder_max))),
            account(self.stock_address(location), asset, STOCK, Some(0)),
        ]
    }
}

impl Books {
    /// The number of a variant's asset, which is made the first time.
    pub(crate) async fn goods_asset(&self, code: &str) -> Result<u32> {
        if let Some(asset) = self.ledger.asset(code).await? {
            return Ok(asset.no);
        }
        let new =
            NewAsset { code: code.to_owned(), kind: "goods".to_owned(), ..NewAsset::default() };
        let (_, asset) = self.ledger.create_asset(new).await?;
        Ok(asset.ok_or(ShopError::Corrupt("the asset of a variant"))?.no)
    }

    /// Makes the accounts of a variant that aren't there, with one location.
    pub(crate) async fn open_goods(
        &self,
        asset: &str,
        location: &str,
        backorder_max: u64,
    ) -> Result<u32> {
        let no = self.goods_asset(asset).await?;
        self.ensure(Goods::of(asset).accounts(no, location, backorder_max)).await?;
        Ok(no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_that_is_no_code_is_counted_by_its_id() {
        let id = VariantId::from_u128(7);
        assert_eq!(asset_code("85123A", id), "SKU:85123A");
        for sku in ["85123a", "BANK CHARGES", "Äpfel", "VAR_00000000000000000000000009", ""] {
            assert_eq!(asset_code(sku, id), "SKU:VAR_00000000000000000000000007", "{sku}");
        }
        assert_ne!(asset_code("a", id), asset_code("a", VariantId::from_u128(8)));
    }

    #[test]
    fn accounts_of_a_variant_differ() {
        let goods = Goods::of("SKU:85123A");
        assert_eq!(goods.stock_address("main"), "shop/stock/main/85123A");
        let mut ids = vec![goods.supplier(), goods.sold(), goods.adjusted(), goods.returned()];
        ids.extend([goods.written_off(), goods.backorders()]);
        ids.extend([goods.stock("main"), goods.stock("north")]);
        ids.extend(Goods::of("SKU:B").accounts(1, "main", 0).iter().map(|it| it.id));
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
