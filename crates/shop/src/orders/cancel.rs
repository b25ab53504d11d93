//! Cancelling: what isn't sent yet is given up. Its goods are free again, what was held for it is
//! released, and what was paid for it goes back.

use std::time::Duration;

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};
use kernel::{Amount, Problem};
use ledger::engine::{Extra, NewTransfer, TransferFlags};

use super::book::{payer_account, payment_transfer};
use super::jobs::{self, Flow};
use super::{
    OrderState, OrderStatus, PaymentKind, PaymentStatus, WholeOrder, flows, lowering, store,
};
use crate::books::{Books, code, money, resolution};
use crate::carts::access::Shopper;
use crate::error::{AfterSaleError, Result, ShopError};
use crate::events;
use crate::ids::{CancellationId, OrderId, OrderLineId, OrderPaymentId, transfer_id};
use crate::pricing::split::of_pieces;
use crate::shop::Shop;

const FINISH_AFTER: Duration = Duration::from_secs(30);

/// What isn't sent any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cancellation {
    pub(crate) id: CancellationId,
    pub(crate) order: OrderId,
    /// Pieces of lines; everything that was open, if empty.
    pub(crate) lines: Vec<(OrderLineId, u32)>,
    /// By as much the order is worth less.
    pub(crate) amount: Amount,
    pub(crate) reason: Option<String>,
    pub(crate) by_staff: bool,
    /// Nobody cancels: it wasn't paid in time.
    pub(crate) is_unpaid: bool,
}

/// What somebody wants to cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewCancellation {
    pub(crate) id: CancellationId,
    /// Pieces of lines, each line once; everything that is open, if empty.
    pub(crate) lines: Vec<(OrderLineId, u32)>,
    pub(crate) reason: Option<String>,
}

impl Shop {
    /// Cancels what is open of an order, or as staff pieces of it. Its buyer can as long as nothing
    /// was sent, staff always. The same id again comes to the same cancellation.
    pub(crate) async fn cancel_order(
        &self,
        shopper: &Shopper,
        id: OrderId,
        new: NewCancellation,
    ) -> Result<WholeOrder, Problem> {
        let by_staff = self.may_cancel(shopper, id).await?;
        if !by_staff && !new.lines.is_empty() {
            return Err(AfterSaleError::PiecesByStaff.into());
        }
        self.settle_flows(id).await?;
        let cancellation = Cancellation {
            id: new.id,
            order: id,
            lines: new.lines,
            amount: Amount::ZERO,
            reason: new.reason,
            by_staff,
            is_unpaid: false,
        };
        let staff = shopper.actor.filter(|_| by_staff);
        if self.write_cancellation(staff.as_ref(), &cancellation).await? {
            self.finish_cancellation(cancellation.id).await?;
        }
        let whole = store::whole(&self.database.client().await?, id).await?;
        Ok(whole.ok_or(ShopError::OrderNotFound)?)
    }

    /// Cancels an order that wasn't paid in time. Does nothing if it was, or is cancelled.
    pub(crate) async fn cancel_unpaid(&self, id: OrderId) -> Result<()> {
        self.settle_flows(id).await?;
        let cancellation = Cancellation {
            id: CancellationId::generate(),
            order: id,
            lines: Vec::new(),
            amount: Amount::ZERO,
            reason: Some("not paid in time".to_owned()),
            by_staff: true,
            is_unpaid: true,
        };
        if self.write_cancellation(None, &cancellation).await? {
            self.finish_cancellation(cancellation.id).await?;
        }
        Ok(())
    }

    /// True for staff, false for the buyer.
    async fn may_cancel(&self, shopper: &Shopper, id: OrderId) -> Result<bool, Problem> {
        let found = store::one(&self.database.client().await?, id).await?;
        let order = found.filter(|it| it.placed_at.is_some()).ok_or(ShopError::OrderNotFound)?;
        if shopper.actor.is_some_and(|actor| actor.permissions.has(Permission::OrdersWrite)) {
            return Ok(true);
        }
        if !self.is_own_order(shopper, &order) {
            return Err(ShopError::OrderNotFound.into());
        }
        shopper.user(Permission::ShopWrite)?;
        if order.earned.is_zero() { Ok(false) } else { Err(ShopError::OrderNotOpen.into()) }
    }

    /// False if nothing is open, or if what was to be cancelled as unpaid is paid.
    async fn write_cancellation(&self, staff: Option<&Actor>, it: &Cancellation) -> Result<bool> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = store::lock_in_tx(&tx, it.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        if it.is_unpaid && whole.order.status != OrderStatus::Placed {
            return Ok(false);
        }
        flows::require_settled_in_tx(&tx, it.order).await?;
        if store::cancellation(&tx, it.id).await?.is_some() {
            return Ok(false);
        }
        if whole.order.state != OrderState::Placed || whole.lines.iter().all(|l| l.open() == 0) {
            let was_cancelled = !whole.order.cancelled_total.is_zero();
            return if was_cancelled { Ok(false) } else { Err(ShopError::OrderNotOpen) };
        }
        if !it.by_staff && whole.lines.iter().any(|line| line.shipped > 0) {
            return Err(ShopError::OrderNotOpen);
        }
        let mut it = it.clone();
        if lowering::is_everything(&whole, &it.lines) {
            it.lines.clear();
        }
        it.amount = match it.lines.as_slice() {
            [] => give_up(&mut whole),
            pieces => lowering::give_up(&mut whole, pieces)?,
        };
        store::update_lines_in_tx(&tx, &whole.lines).await?;
        store::update_in_tx(&tx, &whole.order, now).await?;
        store::insert_cancellation_in_tx(&tx, &it, now).await?;
        let job = jobs::finish(Flow::Cancellation(it.id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        if let Some(actor) = staff {
            let entry = NewEntry::new(actor.audit(), "shop.order.cancelled").object(it.order);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Releases in the ledger and records it, unless that was done.
    pub(crate) async fn finish_cancellation(&self, id: CancellationId) -> Result<()> {
        let Some((whole, it)) = self.unfinished(id).await? else { return Ok(()) };
        if !it.lines.is_empty() {
            return self.finish_lowering(&whole, &it).await;
        }
        self.books.release_order(&whole, id).await?;
        self.give_back_to_cards(&whole, &given_back(&whole), id.as_u128()).await?;
        self.give_up_charges(&whole).await?;
        self.record_cancellation(&it).await
    }

    /// A cancellation that isn't done, and its order as it was before. What is released follows from
    /// the order's rows, so both are read while nobody can record it: whoever saw a cancellation that
    /// is pending and an order that is past it would release what is still held.
    async fn unfinished(&self, id: CancellationId) -> Result<Option<(WholeOrder, Cancellation)>> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (it, _) = store::cancellation(&tx, id).await?.ok_or(ShopError::OrderNotFound)?;
        let whole = store::lock_in_tx(&tx, it.order).await?.ok_or(ShopError::OrderNotFound)?;
        let (it, is_done) = store::cancellation(&tx, id).await?.ok_or(ShopError::OrderNotFound)?;
        tx.commit().await?;
        Ok((!is_done).then_some((whole, it)))
    }

    async fn record_cancellation(&self, it: &Cancellation) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = store::lock_in_tx(&tx, it.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        if !store::settle_cancellation_in_tx(&tx, it.id).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &it.id.to_string()).await?;
        let back = given_back(&whole);
        for hold in &mut whole.holds {
            hold.taken = hold.quantity;
        }
        for payment in &mut whole.payments {
            release(payment, &back);
        }
        if whole.lines.iter().all(|line| line.shipped == 0) {
            whole.order.state = OrderState::Cancelled;
        }
        store::put_holds_in_tx(&tx, it.order, &whole.holds).await?;
        store::update_payments_in_tx(&tx, &whole.payments, now).await?;
        whole.order.status = self.status_in_tx(&tx, &whole).await?;
        store::update_in_tx(&tx, &whole.order, now).await?;
        publish_in_tx(&tx, &*self.clock, &[events::cancelled(&whole, it)]).await?;
        Ok(tx.commit().await?)
    }
}

/// Gives up all open pieces; answers with what they would have cost, sending included if nothing
/// was sent.
fn give_up(whole: &mut WholeOrder) -> Amount {
    let is_whole = whole.lines.iter().all(|line| line.shipped == 0);
    let mut amount = if is_whole { whole.order.shipping_total.get() } else { 0 };
    for line in &mut whole.lines {
        let before = line.shipped + line.cancelled;
        amount += of_pieces(line.total.get(), line.quantity, before, line.quantity);
        line.cancelled += line.open();
    }
    whole.order.cancelled_total = Amount::new(whole.order.cancelled_total.get() + amount);
    Amount::new(amount)
}

/// What was paid at once and is needed for nothing that is open goes back; by payment.
pub(super) fn given_back(whole: &WholeOrder) -> Vec<(OrderPaymentId, u128)> {
    let mut left = whole.unearned().saturating_sub(whole.open_worth());
    let mut back = Vec::new();
    for payment in whole.payments.iter().rev() {
        let here = left.min(payment.kept());
        if here > 0 {
            left -= here;
            back.push((payment.id, here));
        }
    }
    back
}

fn release(payment: &mut super::OrderPayment, back: &[(OrderPaymentId, u128)]) {
    if let Some((_, amount)) = back.iter().find(|(id, _)| *id == payment.id) {
        payment.refunded = Amount::new(payment.refunded.get() + amount);
    }
    if payment.status == PaymentStatus::Pending {
        payment.status = PaymentStatus::Released;
    }
    if payment.status == PaymentStatus::Authorized {
        let is_nothing = payment.captured.is_zero();
        payment.status = if is_nothing { PaymentStatus::Released } else { PaymentStatus::Captured };
    }
}

impl Books {
    /// Releases the goods and the money that an order still holds, and gives back what was paid and
    /// isn't earned.
    async fn release_order(&self, whole: &WholeOrder, id: CancellationId) -> Result<()> {
        let currency = self.currency(&whole.order.currency).await?;
        let mut batch = Vec::new();
        let held = whole.holds.iter().filter(|hold| hold.taken < hold.quantity);
        for hold in held {
            let void = transfer_id(hold.transfer, "cancel", 0);
            batch.push(resolution(void, hold.transfer, TransferFlags::VOID_PENDING));
        }
        for payment in &whole.payments {
            let is_wallet = matches!(payment.kind, PaymentKind::Wallet { .. });
            if is_wallet && payment.status == PaymentStatus::Authorized {
                let void = transfer_id(payment.id.as_u128(), "cancel", 0);
                batch.push(resolution(
                    void,
                    payment_transfer(payment),
                    TransferFlags::VOID_PENDING,
                ));
            }
        }
        batch.extend(give_back(whole, id, currency.no)?);
        let made = self.make_all(batch).await?;
        made.map_err(|refusal| ShopError::LedgerRefused(refusal.status))
    }
}

/// The transfers of [`given_back`], but for what goes back to cards.
pub(super) fn give_back(
    whole: &WholeOrder,
    id: CancellationId,
    asset: u32,
) -> Result<Vec<NewTransfer>> {
    let mut transfers = Vec::new();
    for (index, (payment, amount)) in given_back(whole).into_iter().enumerate() {
        let payment = whole.payments.iter().find(|it| it.id == payment);
        let payment = payment.ok_or(ShopError::Corrupt("a payment of an order"))?;
        let Some(credit_account) = payer_account(whole, payment) else { continue };
        transfers.push(NewTransfer {
            id: transfer_id(id.as_u128(), "back", index as u64),
            debit_account: money::order(whole.order.id),
            credit_account,
            amount,
            asset,
            code: code::REFUND,
            extra: Some(Box::new(Extra {
                reference: Some(whole.order.id.to_string().into()),
                ..Extra::default()
            })),
            ..NewTransfer::default()
        });
    }
    Ok(transfers)
}
