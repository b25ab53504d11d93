//! Takes back what the provider took back, and gives it back when it does.

use kernel::Amount;
use kernel::bus::publish_in_tx;

use super::{Chargeback, Claim, Due, Kind, after, due, store};
use crate::books::{self, House, Movement, Purpose};
use crate::deposits::Deposit;
use crate::error::PaymentsError;
use crate::events::{self, News};
use crate::ids::Role;
use crate::payments::Payments;

impl Payments {
    /// Brings the books to where the claim is. The deposit's amount must have been captured.
    pub(crate) async fn settle_claim(
        &self,
        deposit: &Deposit,
        claim: &Claim,
    ) -> Result<(), PaymentsError> {
        if claim.amount > deposit.amount {
            return Err(PaymentsError::Contradiction(format!(
                "{} claims {} of {}, which is of {}",
                claim.reference, claim.amount, deposit.id, deposit.amount
            )));
        }
        loop {
            let known = self.known_claim(deposit, claim).await?;
            match due(known.status, known.taken.is_some(), known.is_given) {
                Due::Nothing => return Ok(()),
                Due::Take => self.take_back(deposit, &known).await?,
                Due::Give => self.give_back(deposit, &known).await?,
            }
        }
    }

    /// The claim as it is written down, with what is new of it.
    async fn known_claim(
        &self,
        deposit: &Deposit,
        claim: &Claim,
    ) -> Result<Chargeback, PaymentsError> {
        let now = self.clock.now();
        let client = self.database.client().await?;
        let known = store::upsert(&client, deposit.id, claim, now).await?;
        self.pass("chargeback.row_written").await;
        let status = after(known.status, claim.status);
        if status != known.status {
            store::end(&client, known.id, status, now).await?;
        }
        Ok(Chargeback { status, ..known })
    }

    async fn take_back(
        &self,
        deposit: &Deposit,
        chargeback: &Chargeback,
    ) -> Result<(), PaymentsError> {
        let house = self.books.house(&deposit.provider, &deposit.asset).await?;
        let reference = deposit.id.to_text();
        let from_user = Movement {
            asset: house.asset,
            debit: deposit.payee.account(&deposit.asset),
            credit: house.clearing,
            amount: chargeback.amount,
        };
        let taken =
            self.books.take(purpose(chargeback, &reference, Role::TakeFromUser), from_user).await?;
        self.pass("chargeback.taken_from_user").await;
        let rest = chargeback.amount.checked_sub(taken).unwrap_or(Amount::ZERO);
        let from_house = Movement { debit: house.disputes, amount: rest, ..from_user };
        let paid = self
            .books
            .pay(purpose(chargeback, &reference, Role::TakeFromHouse), from_house)
            .await?;
        paid.map_err(PaymentsError::LedgerRefused)?;
        self.pass("chargeback.taken_from_house").await;
        self.record_taken(deposit, chargeback, taken).await
    }

    async fn record_taken(
        &self,
        deposit: &Deposit,
        chargeback: &Chargeback,
        taken: Amount,
    ) -> Result<(), PaymentsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::set_taken_in_tx(&tx, chargeback.id, taken, self.clock.now()).await?
            && chargeback.kind == Kind::Dispute
        {
            let event = events::of_deposit(News::Disputed, deposit, chargeback.amount, None);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        tx.commit().await?;
        self.pass("chargeback.recorded").await;
        Ok(())
    }

    async fn give_back(
        &self,
        deposit: &Deposit,
        chargeback: &Chargeback,
    ) -> Result<(), PaymentsError> {
        let house = self.books.house(&deposit.provider, &deposit.asset).await?;
        let reference = deposit.id.to_text();
        let taken = chargeback.taken.unwrap_or(Amount::ZERO);
        let to_user = Movement {
            asset: house.asset,
            debit: house.clearing,
            credit: deposit.payee.account(&deposit.asset),
            amount: taken,
        };
        let purpose_of = |role| purpose(chargeback, &reference, role);
        self.books.give(purpose_of(Role::GiveToUser), to_user, house).await?;
        self.pass("chargeback.given_to_user").await;
        self.give_house(chargeback, house, to_user, purpose_of(Role::GiveToHouse)).await?;
        self.pass("chargeback.given_to_house").await;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::set_given_in_tx(&tx, chargeback.id, self.clock.now()).await? {
            let event = events::of_deposit(News::DisputeWon, deposit, chargeback.amount, None);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What the house bore goes back to it.
    async fn give_house(
        &self,
        chargeback: &Chargeback,
        house: House,
        to_user: Movement,
        purpose: Purpose<'_>,
    ) -> Result<(), PaymentsError> {
        let rest = chargeback.amount.checked_sub(to_user.amount).unwrap_or(Amount::ZERO);
        let to_house = Movement { credit: house.disputes, amount: rest, ..to_user };
        self.books.pay(purpose, to_house).await?.map_err(PaymentsError::LedgerRefused)
    }
}

fn purpose<'a>(chargeback: &Chargeback, reference: &'a str, role: Role) -> Purpose<'a> {
    Purpose { row: chargeback.id.as_u128(), role, code: books::DISPUTE, reference }
}
