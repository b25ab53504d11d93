//! How often a promotion was used: an account whose floor is how often it may be, for all and for
//! each customer. Racing orders can't exceed it.
//!
//! | account | what it holds |
//! |---|---|
//! | `shop/promotions/<promotion>` | uses by all, below zero |
//! | `shop/promotions/<promotion>/<customer>` | uses by one customer, below zero |
//! | `shop/promotions/used` | the other side |

use ledger::engine::{Account, AccountUpdate, NewTransfer};
use ledger::{AccountKey, NewAsset};

use super::{Books, account, code};
use crate::error::{Result, ShopError};
use crate::ids::{CustomerId, PromotionId, account_id};
use crate::pricing::Promotion;

const USES: u16 = 140;
const USED: u16 = 141;

/// The asset in which uses are counted.
const ASSET: &str = "SHOP:USES";

/// A use of a promotion by a customer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use<'a> {
    pub(crate) promotion: &'a Promotion,
    pub(crate) customer: CustomerId,
}

fn of_all(promotion: PromotionId) -> String {
    format!("shop/promotions/{promotion}")
}

fn of_customer(promotion: PromotionId, customer: CustomerId) -> String {
    format!("shop/promotions/{promotion}/{customer}")
}

const OTHER_SIDE: &str = "shop/promotions/used";

fn floor(max: Option<u64>) -> Option<i128> {
    max.map(|max| -i128::from(max))
}

impl Books {
    /// The transfers that count uses, whose accounts are there then.
    pub(crate) async fn uses(
        &self,
        uses: &[Use<'_>],
        id: impl Fn(u64) -> u128,
    ) -> Result<Vec<NewTransfer>> {
        if uses.is_empty() {
            return Ok(Vec::new());
        }
        let asset = self.uses_asset().await?;
        let mut accounts = vec![account(OTHER_SIDE.to_owned(), asset, USED, None)];
        for it in uses {
            let (promotion, customer) = (it.promotion, it.customer);
            let all = floor(promotion.uses_max);
            let each = floor(promotion.uses_max_per_customer);
            accounts.push(account(of_all(promotion.id), asset, USES, all));
            accounts.push(account(of_customer(promotion.id, customer), asset, USES, each));
        }
        let counted: Vec<u128> = accounts[1..].iter().map(|it| it.id).collect();
        self.ensure(accounts).await?;
        let transfer = |(index, account): (usize, &u128)| NewTransfer {
            id: id(index as u64),
            debit_account: *account,
            credit_account: account_id(OTHER_SIDE),
            amount: 1,
            asset,
            code: code::PROMOTION_USE,
            ..NewTransfer::default()
        };
        Ok(counted.iter().enumerate().map(transfer).collect())
    }

    /// How often a promotion was used.
    pub(crate) async fn used(&self, promotion: PromotionId) -> Result<u64> {
        let account = account_id(&of_all(promotion));
        let found = self.ledger.account(AccountKey::Id(account)).await?;
        let used = found.map_or(0, |it: Account| {
            it.balances.debits_posted.saturating_sub(it.balances.credits_posted)
        });
        u64::try_from(used).map_err(|_| ShopError::Corrupt("the uses of a promotion"))
    }

    /// Makes the limits of a promotion those of its account, if it was used already.
    pub(crate) async fn limit_uses(&self, promotion: &Promotion) -> Result<()> {
        let id = account_id(&of_all(promotion.id));
        let update = AccountUpdate {
            id,
            floor: Some(floor(promotion.uses_max)),
            ..AccountUpdate::default()
        };
        self.ledger.update_account(update).await?;
        Ok(())
    }

    async fn uses_asset(&self) -> Result<u32> {
        if let Some(asset) = self.ledger.asset(ASSET).await? {
            return Ok(asset.no);
        }
        let (code, kind) = (ASSET.to_owned(), "other".to_owned());
        let new = NewAsset { code, kind, ..NewAsset::default() };
        let (_, asset) = self.ledger.create_asset(new).await?;
        Ok(asset.ok_or(ShopError::Corrupt("the asset of uses"))?.no)
    }
}
