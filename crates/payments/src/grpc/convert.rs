//! Messages from what the facade gives, and back.

use kernel::Timestamp;
use proto::failure::invalid;
use proto::payments::v1 as api;
use tonic::Status;

use crate::chargebacks::status_name;
use crate::deposits::http::DepositStatusJson;
use crate::deposits::{Deposit, PayWith};
use crate::payments::Payments;
use crate::provider::{CardDetails, NextAction};
use crate::providers::{DepositAsset, OfferedProvider};
use crate::reconciliations::{BalancePair, Difference, Reconciliation};
use crate::refunds::{Refund, RefundStatus};
use crate::withdrawals::{PayTo, Withdrawal, WithdrawalStatus, http::is_name};

pub(super) fn deposit(payments: &Payments, row: &Deposit) -> api::Deposit {
    let status = match DepositStatusJson::of(row) {
        DepositStatusJson::Pending => api::DepositStatus::Pending,
        DepositStatusJson::RequiresAction => api::DepositStatus::RequiresAction,
        DepositStatusJson::Succeeded => api::DepositStatus::Succeeded,
        DepositStatusJson::Failed => api::DepositStatus::Failed,
        DepositStatusJson::PartlyRefunded => api::DepositStatus::PartlyRefunded,
        DepositStatusJson::Refunded => api::DepositStatus::Refunded,
        DepositStatusJson::Disputed => api::DepositStatus::Disputed,
    };
    let card = row.card.as_ref();
    let (next_action_url, next_action_client_secret) = match payments.next_action(row) {
        Some(NextAction::Redirect { url }) => (Some(url), None),
        Some(NextAction::StripeForm { client_secret }) => (None, Some(client_secret)),
        None => (None, None),
    };
    api::Deposit {
        id: row.id.to_string(),
        asset: row.asset.clone(),
        amount: row.amount.to_string(),
        scale: row.scale.into(),
        status: status.into(),
        failure_code: row.failure.clone(),
        card_token: card.and_then(|card| card.token.clone()).unwrap_or_default(),
        card_brand: card.map(|card| card.face.brand.clone()).unwrap_or_default(),
        card_last4: card.map(|card| card.face.last4.clone()).unwrap_or_default(),
        next_action_url,
        next_action_client_secret,
        provider: row.provider.clone(),
        refunded: row.refunded.to_string(),
        dispute: row.dispute.map(|status| status_name(status).to_owned()),
        created_at: Some(time(row.created_at)),
        updated_at: Some(time(row.updated_at)),
    }
}

pub(super) fn refund(row: &Refund) -> api::Refund {
    let status = match row.status {
        RefundStatus::Pending | RefundStatus::Processing => api::RefundStatus::Pending,
        RefundStatus::Succeeded => api::RefundStatus::Succeeded,
        RefundStatus::Failed => api::RefundStatus::Failed,
    };
    api::Refund {
        id: row.id.to_string(),
        deposit_id: row.deposit.to_string(),
        asset: row.asset.clone(),
        amount: row.amount.to_string(),
        scale: row.scale.into(),
        status: status.into(),
        failure_code: row.failure.clone(),
        reason: row.reason.clone(),
        created_at: Some(time(row.created_at)),
        updated_at: Some(time(row.updated_at)),
    }
}

pub(super) fn withdrawal(row: &Withdrawal) -> api::Withdrawal {
    let status = match row.status {
        WithdrawalStatus::Pending => api::WithdrawalStatus::Pending,
        WithdrawalStatus::Processing => api::WithdrawalStatus::Processing,
        WithdrawalStatus::Paid => api::WithdrawalStatus::Paid,
        WithdrawalStatus::Failed => api::WithdrawalStatus::Failed,
        WithdrawalStatus::Returned => api::WithdrawalStatus::Returned,
    };
    api::Withdrawal {
        id: row.id.to_string(),
        asset: row.asset.clone(),
        amount: row.amount.to_string(),
        scale: row.scale.into(),
        status: status.into(),
        failure_code: row.failure.clone(),
        destination_token: row.destination.id.to_string(),
        destination_country: row.destination.country.clone(),
        destination_last4: row.destination.last4.clone(),
        created_at: Some(time(row.created_at)),
        updated_at: Some(time(row.updated_at)),
    }
}

pub(super) fn provider(it: OfferedProvider) -> api::Provider {
    let asset =
        |asset: DepositAsset| api::DepositAsset { code: asset.code, scale: asset.scale.into() };
    api::Provider {
        name: it.name.to_owned(),
        takes_cards: it.abilities.takes_cards_from_us,
        publishable_key: it.abilities.publishable_key,
        deposit_assets: it.deposit_assets.into_iter().map(asset).collect(),
        withdrawals: it.abilities.pays_out,
    }
}

pub(super) fn reconciliation(it: &Reconciliation) -> api::Reconciliation {
    let balance = |it: &BalancePair| api::ReconciledBalance {
        asset: it.asset.clone(),
        scale: it.scale.into(),
        ours: it.ours.to_string(),
        theirs: it.theirs.to_string(),
    };
    api::Reconciliation {
        id: it.id.to_string(),
        provider: it.provider.clone(),
        status: it.status.as_str().to_owned(),
        grace_s: it.grace.as_secs(),
        entries: it.entries,
        differences: it.differences,
        failure_code: it.failure.clone(),
        balances: it.balances.iter().map(balance).collect(),
        created_at: Some(time(it.created_at)),
        finished_at: it.finished_at.map(time),
    }
}

pub(super) fn difference(it: &Difference) -> api::Difference {
    api::Difference {
        number: it.number,
        kind: it.kind.as_str().to_owned(),
        subject: it.subject.as_str().to_owned(),
        reference: it.reference.clone(),
        asset: it.asset.clone(),
        ours: it.ours.map(|amount| amount.to_string()),
        theirs_asset: it.theirs_asset.clone(),
        theirs: it.theirs.map(|amount| amount.to_string()),
        moved_at: Some(time(it.moved_at)),
    }
}

pub(super) fn pay_with(
    source: Option<api::create_deposit_request::Source>,
) -> Result<PayWith, Status> {
    use api::create_deposit_request::Source;
    match source {
        Some(Source::CardToken(token)) => Ok(PayWith::Token(token)),
        Some(Source::Card(card)) => Ok(PayWith::Card(CardDetails {
            number: card.number.replace(' ', ""),
            exp_month: u8::try_from(card.exp_month)
                .map_err(|_| invalid("card.exp_month", "expected 1 to 12"))?,
            exp_year: u16::try_from(card.exp_year)
                .map_err(|_| invalid("card.exp_year", "expected four digits"))?,
            cvc: card.cvc,
        })),
        None => Ok(PayWith::Form),
    }
}

pub(super) fn pay_to(
    destination: Option<api::create_withdrawal_request::Destination>,
) -> Result<PayTo, Status> {
    use api::create_withdrawal_request::Destination;
    match destination {
        Some(Destination::DestinationToken(token)) => {
            Ok(PayTo::Token(super::id("destination_token", &token)?))
        }
        Some(Destination::BankAccount(account)) if is_name(&account.name) => {
            Ok(PayTo::Iban { iban: account.iban, name: account.name })
        }
        Some(Destination::BankAccount(_)) => {
            Err(invalid("bank_account.name", "a name has 1 to 70 characters, none of control"))
        }
        None => Err(invalid("destination", "give a bank account or the token of one")),
    }
}

pub(super) fn time(at: Timestamp) -> proto::Timestamp {
    let micros = at.as_micros();
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    proto::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).expect("less than a second"),
    }
}
