//! What the shop asks of the payments: to charge a card for an order, and to give it back.

use kernel::Amount;
use kernel::id::derived;
use payments::{DepositId, DepositStatus, NewCharge, PaymentsError, PreparedCharge, RefundId};

use super::OrderCard;
use crate::books::money;
use crate::error::{Result, ShopError};
use crate::ids::OrderPaymentId;
use crate::orders::{OrderPayment, OriginWay, WholeOrder};
use crate::shop::Shop;

/// Money that goes back, by payment.
pub(crate) type GivenBack = [(OrderPaymentId, u128)];

/// The charge of a payment has its id.
pub(crate) const fn charge_id(payment: OrderPaymentId) -> DepositId {
    DepositId::from_u128(payment.as_u128())
}

impl OrderCard {
    fn prepared(&self) -> PreparedCharge {
        PreparedCharge { provider: self.provider.clone(), card_token: self.token.clone() }
    }
}

impl Shop {
    /// Whether the payments take it: to be asked before the order is written down.
    pub(crate) async fn check_cards(&self, all: &[OrderPayment], currency: &str) -> Result<()> {
        for payment in all {
            if let Some(card) = &payment.card {
                self.payments.check_charge(&card.prepared(), currency, payment.amount).await?;
            }
        }
        Ok(())
    }

    /// Starts the charge of a payment, or finds it. Why it came to nothing, if it did.
    pub(super) async fn start_charge(
        &self,
        whole: &WholeOrder,
        payment: &OrderPayment,
    ) -> Result<Option<String>> {
        let card = payment.card.as_ref().ok_or(ShopError::Corrupt("the card of a payment"))?;
        let new = NewCharge {
            user: whole.order.user,
            account: money::order(whole.order.id),
            reference: whole.order.id.to_string(),
            asset: whole.order.currency.clone(),
            amount: payment.amount,
            with: card.prepared(),
            return_url: card.return_url.clone(),
        };
        match self.payments.create_charge(charge_id(payment.id), &new).await {
            Ok(charge) if charge.status == DepositStatus::Failed => {
                Ok(Some(charge.failure.unwrap_or_default()))
            }
            Ok(_) => Ok(None),
            Err(PaymentsError::CardNotFound) => Ok(Some("card_not_found".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives back to cards what goes back to them; the rest, the ledger does. `of` is what it goes
    /// back for: the same again has one effect.
    pub(crate) async fn give_back_to_cards(
        &self,
        whole: &WholeOrder,
        back: &GivenBack,
        of: u128,
    ) -> Result<()> {
        for (id, amount) in back {
            let payment = whole.payments.iter().find(|it| it.id == *id);
            let origin = payment.map(|it| it.origin(whole.order.id));
            let Some(card) = origin.filter(|it| it.way == OriginWay::Card) else { continue };
            let refund = refund_id(of, *id);
            let (charge, amount) = (charge_id(card.payment), Amount::new(*amount));
            self.payments.refund_charge(refund, charge, amount).await?;
        }
        Ok(())
    }

    /// What nobody has confirmed isn't wanted any more.
    pub(crate) async fn give_up_charges(&self, whole: &WholeOrder) -> Result<()> {
        for payment in whole.open_cards() {
            self.payments.give_up_charge(charge_id(payment.id)).await?;
        }
        Ok(())
    }
}

fn refund_id(of: u128, payment: OrderPaymentId) -> RefundId {
    let mut hasher = blake3::Hasher::new_derive_key("bushel shop refunds of charges v1");
    hasher.update(&of.to_be_bytes()).update(&payment.as_u128().to_be_bytes());
    RefundId::from_u128(derived::of_hash(hasher.finalize().as_bytes()))
}
