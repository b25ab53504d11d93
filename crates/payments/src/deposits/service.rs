//! Starting deposits, and showing them.

use identity::{Actor, UserId};
use kernel::bus::enqueue_in_tx;
use kernel::{Amount, DatabaseError, Problem, Timestamp};

use super::{Deposit, DepositStatus, store};
use crate::error::PaymentsError;
use crate::flows::Flow;
use crate::ids::DepositId;
use crate::payments::{Made, Payments};
use crate::provider::{CardDetails, CardToken};

/// A deposit to start.
#[derive(Clone, Debug)]
pub struct NewDeposit {
    pub asset: String,
    pub amount: Amount,
    pub pay_with: PayWith,
    /// Where the card's holder goes on after confirming.
    pub return_url: Option<String>,
}

/// From which card. `Debug` shows nothing of a new one.
#[derive(Clone, Debug)]
pub enum PayWith {
    Card(CardDetails),
    /// One of the user's, from an earlier deposit.
    Token(String),
}

impl Payments {
    /// Starts a deposit: it is shown as coming in when this returns, and the provider is asked by
    /// a job. The same id again comes to the same deposit.
    pub async fn create_deposit(
        &self,
        actor: &Actor,
        id: DepositId,
        new: NewDeposit,
    ) -> Result<Made<Deposit>, Problem> {
        let user = actor.require_active()?;
        if let Some(known) = self.find_deposit(id).await? {
            return repeated(user, &new, known);
        }
        let scale = self.check_amount(&new.asset, new.amount).await?;
        self.books.require_account(user, &new.asset).await?;
        let card = self.card(user, &new.pay_with).await?;
        let now = self.clock.now();
        let deposit = Deposit {
            id,
            user,
            asset: new.asset.clone(),
            scale,
            amount: new.amount,
            card,
            return_url: new.return_url.clone(),
            status: DepositStatus::Pending,
            failure: None,
            refunded: Amount::ZERO,
            dispute: None,
            created_at: now,
            updated_at: now,
            is_held: false,
            provider: self.provider_of_new().name().to_owned(),
            provider_payment: None,
            action: None,
        };
        if !self.write_deposit(&deposit).await? {
            // The same request came twice at once.
            let known = self.find_deposit(id).await?.ok_or(PaymentsError::DepositNotFound)?;
            return repeated(user, &new, known);
        }
        self.pass("deposit.row_written").await;
        let is_repeat = false;
        match self.held_deposit(deposit).await? {
            Ok(it) => Ok(Made { it, is_repeat }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// One of the caller's own.
    pub async fn deposit(&self, actor: &Actor, id: DepositId) -> Result<Deposit, Problem> {
        let user = actor.require_user()?;
        let found = self.find_deposit(id).await?.filter(|deposit| deposit.user == user);
        Ok(found.ok_or(PaymentsError::DepositNotFound)?)
    }

    /// The caller's own, newest first.
    pub async fn deposits(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, DepositId)>,
        limit: i64,
    ) -> Result<Vec<Deposit>, Problem> {
        let user = actor.require_user()?;
        Ok(store::list(&self.database, user, after, limit).await?)
    }

    /// Where the card's holder confirms a deposit.
    pub fn action_url(&self, deposit: &Deposit) -> Option<String> {
        let sealed = deposit.action.as_ref()?;
        String::from_utf8(self.vault.open(ACTION_PURPOSE, sealed)?).ok()
    }

    pub(super) fn sealed_action(&self, url: &str) -> Vec<u8> {
        self.vault.seal(ACTION_PURPOSE, url.as_bytes())
    }

    pub(crate) async fn find_deposit(
        &self,
        id: DepositId,
    ) -> Result<Option<Deposit>, DatabaseError> {
        store::get(&self.database, id).await
    }

    /// Whether so much of the asset may be paid in or out at once; answers with its scale.
    pub(crate) async fn check_amount(
        &self,
        asset: &str,
        amount: Amount,
    ) -> Result<u8, PaymentsError> {
        let scale = self.books.money(asset).await?;
        let limits = self.options.limits_of(asset);
        if amount < limits.min.max(Amount::new(1)) {
            return Err(PaymentsError::AmountTooSmall(limits.min));
        }
        if amount > limits.max {
            return Err(PaymentsError::AmountTooLarge(limits.max));
        }
        Ok(scale)
    }

    async fn card(&self, user: UserId, pay_with: &PayWith) -> Result<CardToken, PaymentsError> {
        match pay_with {
            PayWith::Token(token) => {
                // Postgres has no text with a NUL in it, so there is no such token either.
                let is_text = !token.contains('\0');
                let card =
                    if is_text { store::card(&self.database, user, token).await? } else { None };
                card.ok_or(PaymentsError::CardNotFound)
            }
            PayWith::Card(card) => {
                let made = self.provider_of_new().create_card(card.clone()).await;
                made.map_err(|error| match PaymentsError::from(error) {
                    PaymentsError::ProviderRefused(code) => card_refusal(code),
                    other => other,
                })
            }
        }
    }

    /// The row, its card and the job that finishes it. False if the id is taken.
    async fn write_deposit(&self, deposit: &Deposit) -> Result<bool, PaymentsError> {
        let now = deposit.created_at;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (provider, card) = (&deposit.provider, &deposit.card);
        store::insert_card_in_tx(&tx, deposit.user, provider, card, now).await?;
        let check_at = now.saturating_add(self.options.check_after);
        let is_new = store::insert_in_tx(&tx, deposit, check_at).await?;
        if is_new {
            let job = Flow::Deposit(deposit.id).advance().subject(deposit.user.as_u128());
            enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
            tx.commit().await?;
        }
        Ok(is_new)
    }
}

const ACTION_PURPOSE: &str = "bushel payments deposit action v1";

/// A card that is refused at once was typed in wrong.
fn card_refusal(code: String) -> PaymentsError {
    match code.as_str() {
        "number_invalid" => PaymentsError::CardNumberInvalid,
        "expired" => PaymentsError::CardExpired,
        "cvc_invalid" => PaymentsError::CardCvcInvalid,
        _ => PaymentsError::ProviderRefused(code),
    }
}

/// The deposit that the same request made before, as it was then: the first answer again. Of a
/// card only the last four digits can be compared, because nothing else is kept.
fn repeated(user: UserId, new: &NewDeposit, known: Deposit) -> Result<Made<Deposit>, Problem> {
    let is_same_card = match &new.pay_with {
        PayWith::Token(token) => known.card.token == *token,
        PayWith::Card(card) => card.number.ends_with(&known.card.last4),
    };
    let is_same = known.user == user
        && known.asset == new.asset
        && known.amount == new.amount
        && known.return_url == new.return_url
        && is_same_card;
    if !is_same {
        let detail = "it is not the deposit that came first";
        return Err(kernel::http::reused(None, detail));
    }
    if known.status == DepositStatus::Failed && !known.is_held {
        return Err(crate::books::refused_before(known.failure.as_deref()).into());
    }
    let it = Deposit {
        status: DepositStatus::Pending,
        failure: None,
        refunded: Amount::ZERO,
        dispute: None,
        updated_at: known.created_at,
        action: None,
        ..known
    };
    Ok(Made { it, is_repeat: true })
}
