//! Starting deposits, and showing them.

use identity::{Actor, UserId};
use kernel::bus::enqueue_in_tx;
use kernel::{Amount, DatabaseError, Problem, Timestamp};

use super::{Card, Deposit, DepositStatus, Payee, store};
use crate::error::PaymentsError;
use crate::flows::Flow;
use crate::ids::DepositId;
use crate::payments::{Made, Payments};
use crate::provider::{CardDetails, CardToken, NextAction, Provider};

/// A deposit to start.
#[derive(Clone, Debug)]
pub struct NewDeposit {
    /// Needed where there are several.
    pub provider: Option<String>,
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
    /// The provider's own form asks for it.
    Form,
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
        let provider = self.deposit_provider(new.provider.as_deref())?;
        require_form(provider, &new.pay_with)?;
        let scale = self.check_amount(&new.asset, new.amount).await?;
        if !provider.takes(&new.asset, scale, None) {
            return Err(PaymentsError::AssetNotOffered.into());
        }
        if !provider.takes(&new.asset, scale, Some(new.amount)) {
            return Err(PaymentsError::AmountNotPayable.into());
        }
        self.books.require_account(user, &new.asset).await?;
        let card = self.card(Some(user), provider, &new.pay_with).await?;
        let now = self.clock.now();
        let deposit = Deposit {
            id,
            payee: Payee::User(user),
            asset: new.asset.clone(),
            scale,
            amount: new.amount,
            card: card.map(|CardToken { token, face }| Card { token: Some(token), face }),
            return_url: new.return_url.clone(),
            status: DepositStatus::Pending,
            failure: None,
            refunded: Amount::ZERO,
            dispute: None,
            created_at: now,
            updated_at: now,
            is_held: false,
            provider: provider.name().to_owned(),
            provider_payment: None,
            action: None,
            confirm_by: None,
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
        let found = self.find_deposit(id).await?.filter(|it| it.payee.owner() == Some(user));
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

    /// What the card's holder has to do, if anything.
    pub fn next_action(&self, deposit: &Deposit) -> Option<NextAction> {
        let sealed = deposit.action.as_ref()?;
        let clear = self.vault.open(ACTION_PURPOSE, sealed)?;
        // Before there were several kinds, it was an address and nothing else.
        serde_json::from_slice(&clear)
            .ok()
            .or_else(|| String::from_utf8(clear).ok().map(|url| NextAction::Redirect { url }))
    }

    pub(super) fn sealed_action(&self, action: &NextAction) -> Vec<u8> {
        let clear = serde_json::to_vec(action).expect("texts are JSON");
        self.vault.seal(ACTION_PURPOSE, &clear)
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

    /// A card of the user's, or a new one that the provider keeps from now on.
    pub(crate) async fn card(
        &self,
        user: Option<UserId>,
        provider: &dyn Provider,
        pay_with: &PayWith,
    ) -> Result<Option<CardToken>, PaymentsError> {
        match pay_with {
            PayWith::Form => Ok(None),
            PayWith::Token(token) => {
                // Postgres has no text with a NUL in it, so there is no such token either.
                let is_text = !token.contains('\0');
                let Some(user) = user.filter(|_| is_text) else {
                    return Err(PaymentsError::CardNotFound);
                };
                let card = store::card(&self.database, user, provider.name(), token).await?;
                Ok(Some(card.ok_or(PaymentsError::CardNotFound)?))
            }
            PayWith::Card(card) => {
                let made = provider.create_card(card.clone()).await;
                made.map(Some).map_err(|error| match PaymentsError::from(error) {
                    PaymentsError::ProviderRefused(code) => card_refusal(code),
                    other => other,
                })
            }
        }
    }

    /// The row, its card and the job that finishes it. False if the id is taken.
    pub(crate) async fn write_deposit(&self, deposit: &Deposit) -> Result<bool, PaymentsError> {
        let now = deposit.created_at;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if let Some(Card { token: Some(token), face }) = deposit.card.clone() {
            let card = CardToken { token, face };
            store::insert_card_in_tx(&tx, deposit.payee.user(), &deposit.provider, &card, now)
                .await?;
        }
        let check_at = now.saturating_add(self.options.check_after);
        let is_new = store::insert_in_tx(&tx, deposit, check_at).await?;
        if is_new {
            let job = Flow::Deposit(deposit.id).advance_for(&deposit.payee);
            enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
            tx.commit().await?;
        }
        Ok(is_new)
    }
}

const ACTION_PURPOSE: &str = "bushel payments deposit action v1";

/// Who has a form of their own gets no card from us, and who has none gets one.
pub(crate) fn require_form(
    provider: &dyn Provider,
    pay_with: &PayWith,
) -> Result<(), PaymentsError> {
    let is_form = matches!(pay_with, PayWith::Form);
    match (provider.abilities().takes_cards_from_us, is_form) {
        (true, true) => Err(PaymentsError::CardMissing),
        (false, false) => Err(PaymentsError::CardNotTaken),
        _ => Ok(()),
    }
}

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
    let card = known.card.as_ref();
    let is_same_card = match &new.pay_with {
        PayWith::Token(token) => card.is_some_and(|it| it.token.as_ref() == Some(token)),
        PayWith::Card(new) => card.is_some_and(|it| new.number.ends_with(&it.face.last4)),
        PayWith::Form => card.is_none_or(|it| it.token.is_none()),
    };
    let is_same = known.payee.owner() == Some(user)
        && new.provider.as_ref().is_none_or(|provider| *provider == known.provider)
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
        // It was not known which one it would be.
        card: known.card.filter(|card| card.token.is_some()),
        ..known
    };
    Ok(Made { it, is_repeat: true })
}
