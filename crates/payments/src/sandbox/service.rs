//! The sandbox as a provider.

use ::http::HeaderMap;
use deadpool_postgres::Transaction;
use kernel::bus::{NewJob, enqueue_in_tx};
use kernel::{Amount, DatabaseError, SignedAmount, Timestamp, secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::balance::Moved;
use super::cards::{CardBehaviour, IbanBehaviour, brand, flaw};
use super::flow::{
    Happened, PaymentRow, PaymentState, PayoutRow, PayoutState, RefundRow, RefundState, Step,
    deliveries,
};
use super::{
    CardId, EventId, NAME, PaymentId, PayoutId, Sandbox, SandboxRefundId, jobs, signature, store,
};
use crate::provider::{
    Abilities, About, Answer, CardDetails, CardFace, CardToken, EntriesPage, NextAction, Payment,
    PaymentOrder, PaymentStatus, Payout, PayoutOrder, PayoutStatus, Provider, ProviderError,
    ProviderEvent, Refund, RefundOrder, RefundStatus, WebhookError,
};

/// A webhook's body.
#[derive(Serialize, Deserialize)]
struct Body {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: Value,
}

/// What a webhook says of a payment that has to be asked for: because it is disputed, or because
/// the address where it is confirmed is nothing for a log of webhooks.
#[derive(Serialize, Deserialize)]
struct Hint {
    payment: String,
    reference: String,
}

impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities { takes_cards_from_us: true, pays_out: true, publishable_key: None }
    }

    fn takes(&self, _: &str, _: u8, _: Option<Amount>) -> bool {
        true
    }

    fn create_card(&self, card: CardDetails) -> Answer<'_, CardToken> {
        Box::pin(async move {
            self.require_up()?;
            let now = self.clock.now();
            if let Some(code) = flaw(&card, now) {
                return Err(ProviderError::Refused(code.to_owned()));
            }
            let token = CardId::generate().to_string();
            let behaviour = CardBehaviour::of(&card.number);
            store::insert_card(&self.database, &token, behaviour, now).await.map_err(down)?;
            let last4 = card.number[card.number.len() - 4..].to_owned();
            let face = CardFace { brand: brand(&card.number).to_owned(), last4 };
            Ok(CardToken { token, face })
        })
    }

    fn create_payment(&self, order: PaymentOrder) -> Answer<'_, Payment> {
        Box::pin(async move {
            self.require_up()?;
            let row = self.begin_payment(order).await.map_err(down)?;
            let row = row.ok_or_else(|| ProviderError::Refused("card_unknown".to_owned()))?;
            Ok(self.shown_payment(&row))
        })
    }

    fn payment(&self, id: String) -> Answer<'_, Payment> {
        Box::pin(async move {
            self.require_up()?;
            let client = self.database.client().await.map_err(down)?;
            let row = store::payment_by_id(&client, &id).await.map_err(down)?;
            row.map(|row| self.shown_payment(&row)).ok_or_else(unknown)
        })
    }

    fn cancel_payment(&self, id: String) -> Answer<'_, Payment> {
        Box::pin(async move {
            self.require_up()?;
            self.take_step(&id, Step::Expire).await.map_err(down)?;
            self.payment(id).await
        })
    }

    fn create_refund(&self, order: RefundOrder) -> Answer<'_, Refund> {
        Box::pin(async move {
            self.require_up()?;
            let begun = self.begin_refund(order).await.map_err(down)?;
            begun.map(|row| shown_refund(&row)).map_err(|code| ProviderError::Refused(code.into()))
        })
    }

    fn refund(&self, id: String) -> Answer<'_, Refund> {
        Box::pin(async move {
            self.require_up()?;
            let client = self.database.client().await.map_err(down)?;
            let row = store::refund_by_id(&client, &id).await.map_err(down)?;
            row.as_ref().map(shown_refund).ok_or_else(unknown)
        })
    }

    fn create_payout(&self, order: PayoutOrder) -> Answer<'_, Payout> {
        Box::pin(async move {
            self.require_up()?;
            let row = self.begin_payout(order).await.map_err(down)?;
            Ok(shown_payout(&row))
        })
    }

    fn payout(&self, id: String) -> Answer<'_, Payout> {
        Box::pin(async move {
            self.require_up()?;
            let client = self.database.client().await.map_err(down)?;
            let row = store::payout_by_id(&client, &id).await.map_err(down)?;
            row.as_ref().map(shown_payout).ok_or_else(unknown)
        })
    }

    fn balance(&self, asset: String) -> Answer<'_, SignedAmount> {
        Box::pin(async move { store::balance(&self.database, &asset).await.map_err(down) })
    }

    fn entries(&self, since: Timestamp, cursor: Option<String>) -> Answer<'_, EntriesPage> {
        Box::pin(async move {
            self.require_up()?;
            store::entries(&self.database, since, cursor.as_deref()).await.map_err(down)
        })
    }

    fn verify_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<ProviderEvent, WebhookError> {
        let id = signature::verify(&self.webhook_key, headers, body, now)?;
        let event = self.read_webhook(body)?;
        if event.id == id { Ok(event) } else { Err(WebhookError::Malformed) }
    }

    fn read_webhook(&self, body: &[u8]) -> Result<ProviderEvent, WebhookError> {
        let Body { id, kind, data, .. } =
            serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)?;
        let about = match kind.split('.').next() {
            _ if is_hint(&kind) => {
                let Hint { reference, .. } = read(data)?;
                About::Payment { reference, object: None }
            }
            Some("payment") => {
                let object: Payment = read(data)?;
                About::Payment { reference: object.reference.clone(), object: Some(object) }
            }
            Some("refund") => {
                let object: Refund = read(data)?;
                About::Refund { reference: object.reference.clone(), object: Some(object) }
            }
            Some("payout") => {
                let object: Payout = read(data)?;
                About::Payout { reference: object.reference.clone(), object: Some(object) }
            }
            _ => About::Other,
        };
        Ok(ProviderEvent { id, about, kept: body.to_vec() })
    }
}

impl Sandbox {
    /// `None` if there is no such card.
    async fn begin_payment(
        &self,
        order: PaymentOrder,
    ) -> Result<Option<PaymentRow>, DatabaseError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let Some(card) = &order.card_token else { return Ok(None) };
        let Some(behaviour) = store::card(&tx, card).await? else { return Ok(None) };
        let status = match behaviour {
            CardBehaviour::NeedsAction => PaymentState::RequiresAction,
            _ => PaymentState::Processing,
        };
        let row = PaymentRow {
            id: PaymentId::generate().to_string(),
            reference: order.reference,
            asset: order.asset,
            amount: order.amount,
            behaviour,
            return_url: order.return_url,
            status,
            reason: None,
            refunded: Amount::ZERO,
            reversed: Amount::ZERO,
            dispute: None,
        };
        if !store::insert_payment_in_tx(&tx, &row, self.clock.now()).await? {
            return store::payment_by_reference(&tx, &row.reference).await;
        }
        self.tell_of_payment(&tx, &row, row.begin()).await?;
        tx.commit().await?;
        Ok(Some(row))
    }

    async fn begin_refund(
        &self,
        order: RefundOrder,
    ) -> Result<Result<RefundRow, &'static str>, DatabaseError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let Some(mut payment) = store::lock_payment_in_tx(&tx, &order.payment).await? else {
            return Ok(Err("payment_unknown"));
        };
        // Under the payment's lock, so that a repeat sees the first one.
        if let Some(known) = store::refund_by_reference(&tx, &order.reference).await? {
            return Ok(Ok(known));
        }
        let happened = match payment.begin_refund(order.amount) {
            Ok(happened) => happened,
            Err(code) => return Ok(Err(code)),
        };
        let row = RefundRow {
            id: SandboxRefundId::generate().to_string(),
            reference: order.reference,
            payment: order.payment,
            amount: order.amount,
            status: RefundState::Processing,
            reason: None,
        };
        store::insert_refund_in_tx(&tx, &row, self.clock.now()).await?;
        store::update_payment_in_tx(&tx, &payment).await?;
        self.tell_of_refund(&tx, &row, &payment.asset, happened).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    async fn begin_payout(&self, order: PayoutOrder) -> Result<PayoutRow, DatabaseError> {
        let row = PayoutRow {
            id: PayoutId::generate().to_string(),
            reference: order.reference,
            asset: order.asset,
            amount: order.amount,
            behaviour: IbanBehaviour::of(&order.iban),
            status: PayoutState::Processing,
            reason: None,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert_payout_in_tx(&tx, &row, self.clock.now()).await? {
            let known = store::payout_by_reference(&tx, &row.reference).await?;
            return Ok(known.unwrap_or(row));
        }
        self.tell_of_payout(&tx, &row, row.begin()).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// What happens later, to whichever object it is.
    pub(super) async fn take_step(&self, object: &str, step: Step) -> Result<(), DatabaseError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        match object.split('_').next() {
            Some(PaymentId::PREFIX) => {
                let Some(mut row) = store::lock_payment_in_tx(&tx, object).await? else {
                    return Ok(());
                };
                let Some(happened) = row.take(step) else { return Ok(()) };
                store::update_payment_in_tx(&tx, &row).await?;
                self.tell_of_payment(&tx, &row, happened).await?;
            }
            Some(SandboxRefundId::PREFIX) => self.take_refund_step(&tx, object, step).await?,
            _ => {
                let Some(mut row) = store::lock_payout_in_tx(&tx, object).await? else {
                    return Ok(());
                };
                let Some(happened) = row.take(step) else { return Ok(()) };
                store::update_payout_in_tx(&tx, &row).await?;
                self.tell_of_payout(&tx, &row, happened).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn take_refund_step(
        &self,
        tx: &Transaction<'_>,
        id: &str,
        step: Step,
    ) -> Result<(), DatabaseError> {
        let Some(known) = store::refund_by_id(tx, id).await? else { return Ok(()) };
        let Some(mut payment) = store::lock_payment_in_tx(tx, &known.payment).await? else {
            return Ok(());
        };
        // Once more under the lock.
        let Some(mut row) = store::refund_by_id(tx, id).await? else { return Ok(()) };
        let Some(happened) = row.take(step, payment.behaviour) else { return Ok(()) };
        if row.status == RefundState::Failed {
            payment.refund_came_back(row.amount);
            store::update_payment_in_tx(tx, &payment).await?;
        }
        store::update_refund_in_tx(tx, &row).await?;
        self.tell_of_refund(tx, &row, &payment.asset, happened).await
    }

    async fn tell_of_refund(
        &self,
        tx: &Transaction<'_>,
        row: &RefundRow,
        asset: &str,
        happened: Happened,
    ) -> Result<(), DatabaseError> {
        let RefundRow { reference, payment, amount, .. } = row;
        let moved = Moved { reference, payment, asset, amount: *amount };
        self.book(tx, happened.event, moved).await?;
        self.tell(tx, &row.id, happened, &shown_refund(row)).await
    }

    async fn tell_of_payout(
        &self,
        tx: &Transaction<'_>,
        row: &PayoutRow,
        happened: Happened,
    ) -> Result<(), DatabaseError> {
        let PayoutRow { id, reference, asset, amount, .. } = row;
        let moved = Moved { reference, payment: id, asset, amount: *amount };
        self.book(tx, happened.event, moved).await?;
        self.tell(tx, &row.id, happened, &shown_payout(row)).await
    }

    /// What the holder decides. `None` if there is nothing to decide any more.
    pub(super) async fn confirm(
        &self,
        id: &str,
        is_approved: bool,
    ) -> Result<Option<PaymentRow>, DatabaseError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let Some(mut row) = store::lock_payment_in_tx(&tx, id).await? else { return Ok(None) };
        let Some(happened) = row.confirm(is_approved) else { return Ok(None) };
        store::update_payment_in_tx(&tx, &row).await?;
        self.tell_of_payment(&tx, &row, happened).await?;
        tx.commit().await?;
        Ok(Some(row))
    }

    pub(super) async fn find_payment(&self, id: &str) -> Result<Option<PaymentRow>, DatabaseError> {
        let client = self.database.client().await?;
        store::payment_by_id(&client, id).await
    }

    /// The body of an event, and the headers that sign it now.
    pub(super) async fn signed_event(
        &self,
        id: &str,
    ) -> Result<Option<([(&'static str, String); 3], String)>, DatabaseError> {
        let body = store::event_body(&self.database, id).await?;
        Ok(body.map(|body| {
            let now = self.clock.now();
            (signature::headers(&self.webhook_key, id, now, body.as_bytes()), body)
        }))
    }

    async fn tell_of_payment(
        &self,
        tx: &Transaction<'_>,
        row: &PaymentRow,
        happened: Happened,
    ) -> Result<(), DatabaseError> {
        let amount = match happened.event {
            "payment.succeeded" => row.amount,
            "payment.reversed" => row.reversed,
            _ => row.disputed(),
        };
        let PaymentRow { id, reference, asset, .. } = row;
        let moved = Moved { reference, payment: id, asset, amount };
        self.book(tx, happened.event, moved).await?;
        if is_hint(happened.event) {
            let data = Hint { payment: row.id.clone(), reference: row.reference.clone() };
            return self.tell(tx, &row.id, happened, &data).await;
        }
        self.tell(tx, &row.id, happened, &self.shown_payment(row)).await
    }

    /// Writes the event down with the jobs that deliver it, and the job of what comes next.
    async fn tell(
        &self,
        tx: &Transaction<'_>,
        object: &str,
        happened: Happened,
        data: &impl Serialize,
    ) -> Result<(), DatabaseError> {
        let (now, id) = (self.clock.now(), EventId::generate().to_string());
        let data = serde_json::to_value(data).expect("objects are JSON");
        let kind = happened.event.to_owned();
        let body = Body { id: id.clone(), kind, timestamp: now, data };
        let body = serde_json::to_string(&body).expect("events are JSON");
        let number = store::count_events_in_tx(tx, object).await?;
        store::insert_event_in_tx(tx, &id, object, &body, now).await?;
        let mut jobs: Vec<NewJob> = deliveries(self.disorder, happened.event, number)
            .into_iter()
            .enumerate()
            .map(|(copy, wait)| jobs::deliver(&id, copy).at(now.saturating_add(wait)))
            .collect();
        if let Some((wait, step)) = happened.next {
            jobs.push(jobs::step(object, step).at(now.saturating_add(wait)));
        }
        enqueue_in_tx(tx, &*self.clock, &jobs).await
    }

    fn shown_payment(&self, row: &PaymentRow) -> Payment {
        let reason = row.reason.clone().unwrap_or_default();
        let status = match row.status {
            PaymentState::RequiresAction => {
                let action = NextAction::Redirect { url: self.action_url(&row.id) };
                PaymentStatus::RequiresAction { action }
            }
            PaymentState::Processing => PaymentStatus::Processing,
            PaymentState::Succeeded => PaymentStatus::Succeeded,
            PaymentState::Failed => PaymentStatus::Failed { reason },
            PaymentState::Reversed => PaymentStatus::Reversed { reason, reversed: row.reversed },
        };
        Payment {
            id: row.id.clone(),
            reference: row.reference.clone(),
            asset: row.asset.clone(),
            amount: row.amount,
            status,
            disputes: row.dispute.clone().into_iter().collect(),
            card: None,
        }
    }

    fn action_url(&self, payment: &str) -> String {
        let token = self.action_token(payment);
        format!("{}/v1/payments/sandbox/actions/{token}", self.public_url)
    }

    /// Names the payment, and proves that we gave it out.
    fn action_token(&self, payment: &str) -> String {
        let mac = blake3::keyed_hash(&self.action_key, payment.as_bytes());
        format!("{payment}.{}", mac.to_hex())
    }

    /// The payment that a token of ours names.
    pub(super) fn payment_of_action<'t>(&self, token: &'t str) -> Option<&'t str> {
        let (payment, _) = token.split_once('.')?;
        let expected = self.action_token(payment);
        secret::is_same(expected.as_bytes(), token.as_bytes()).then_some(payment)
    }
}

fn is_hint(kind: &str) -> bool {
    kind.starts_with("dispute.") || kind == "payment.requires_action"
}

fn shown_refund(row: &RefundRow) -> Refund {
    let status = match row.status {
        RefundState::Processing => RefundStatus::Processing,
        RefundState::Succeeded => RefundStatus::Succeeded,
        RefundState::Failed => {
            RefundStatus::Failed { reason: row.reason.clone().unwrap_or_default() }
        }
    };
    let RefundRow { id, reference, payment, amount, .. } = row.clone();
    Refund { id, reference, payment, amount, status }
}

fn shown_payout(row: &PayoutRow) -> Payout {
    let reason = row.reason.clone().unwrap_or_default();
    let status = match row.status {
        PayoutState::Processing => PayoutStatus::Processing,
        PayoutState::Paid => PayoutStatus::Paid,
        PayoutState::Failed => PayoutStatus::Failed { reason },
        PayoutState::Returned => PayoutStatus::Returned { reason },
    };
    let PayoutRow { id, reference, asset, amount, .. } = row.clone();
    Payout { id, reference, asset, amount, status }
}

fn read<T: for<'de> Deserialize<'de>>(data: Value) -> Result<T, WebhookError> {
    serde_json::from_value(data).map_err(|_| WebhookError::Malformed)
}

fn down(error: DatabaseError) -> ProviderError {
    ProviderError::Unavailable(error.to_string())
}

fn unknown() -> ProviderError {
    ProviderError::Refused("unknown_object".to_owned())
}
