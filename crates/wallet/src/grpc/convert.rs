//! Writing what callers get.

use kernel::{Amount, Timestamp};
use proto::wallet::v1 as api;

use crate::accounts::{AccountStatus, WalletAccount};
use crate::balances::DayBalance;
use crate::history::HistoryEntry;
use crate::limits::{Limits, OwnLimit};
use crate::people::Party;
use crate::recipients::{Recipient, Recipients, Typed};
use crate::requests::{PaymentRequest, RequestDirection, RequestStatus};
use crate::schedules::{Every, Schedule, ScheduleStatus};
use crate::transfers::{By, Direction, Status, Transfer};

pub(super) fn moment(at: Timestamp) -> Option<proto::Timestamp> {
    let micros = at.as_micros();
    let nanos = micros.rem_euclid(1_000_000) * 1000;
    let nanos = i32::try_from(nanos).expect("a second has fewer nanoseconds than that");
    Some(proto::Timestamp { seconds: micros.div_euclid(1_000_000), nanos })
}

fn text(amount: Option<Amount>) -> Option<String> {
    amount.map(|amount| amount.to_string())
}

fn party(party: Party) -> Option<api::Party> {
    Some(api::Party { handle: party.handle, name: party.name, email: party.email })
}

pub(super) fn account(it: WalletAccount) -> Option<api::Account> {
    Some(api::Account {
        id: it.id.to_string(),
        asset: it.asset,
        scale: it.scale.into(),
        is_closed: it.status == AccountStatus::Closed,
        available: it.available.to_string(),
        pending_in: it.pending_in.to_string(),
        pending_out: it.pending_out.to_string(),
        total: it.total.to_string(),
        created_at: moment(it.created_at),
    })
}

fn direction(direction: Direction) -> i32 {
    match direction {
        Direction::In => api::Direction::In.into(),
        Direction::Out => api::Direction::Out.into(),
    }
}

pub(super) fn day(it: DayBalance) -> api::DayBalance {
    api::DayBalance {
        date: it.date,
        balance: it.balance.to_string(),
        total_in: it.total_in.to_string(),
        total_out: it.total_out.to_string(),
    }
}

pub(super) fn recipients(it: Recipients) -> api::ListRecipientsResponse {
    use api::party_ref::By;
    let recipient = |it: Recipient| api::Recipient {
        handle: it.handle,
        name: it.name,
        last_at: it.last_at.and_then(moment),
    };
    let typed = it.typed.map(|typed| match typed {
        Typed::Handle(handle) => By::Handle(handle),
        Typed::Email(email) => By::Email(email),
    });
    api::ListRecipientsResponse {
        recipients: it.data.into_iter().map(recipient).collect(),
        typed: typed.map(|by| api::PartyRef { by: Some(by) }),
    }
}

pub(super) fn entry(it: HistoryEntry) -> api::HistoryEntry {
    api::HistoryEntry {
        transfer_id: it.transfer_id.to_string(),
        at: moment(it.at),
        kind: it.kind.as_str().to_owned(),
        direction: direction(it.direction),
        amount: it.amount.to_string(),
        balance: it.balance.to_string(),
        counterparty: it.counterparty.and_then(party),
        message: it.message,
        reference: it.reference,
    }
}

pub(super) fn transfer(it: Transfer) -> api::Transfer {
    use api::TransferStatus as S;
    let status = match it.status {
        Status::Completed => S::Completed,
        Status::Waiting => S::Waiting,
        Status::Invited => S::Invited,
        Status::Accepted => S::Accepted,
        Status::Declined => S::Declined,
        Status::Cancelled => S::Cancelled,
        Status::Expired => S::Expired,
    };
    let by = |by: Option<By>| match by {
        Some(By::Sender) => "sender",
        Some(By::Recipient) => "recipient",
        None => "",
    };
    let timeline = it.timeline.into_iter().map(|event| api::TimelineEvent {
        at: moment(event.at),
        event: event.event.to_owned(),
        by: by(event.by).to_owned(),
    });
    api::Transfer {
        id: it.id.to_string(),
        status: status.into(),
        kind: it.kind.as_str().to_owned(),
        direction: direction(it.direction),
        from: party(it.from),
        to: party(it.to),
        asset: it.asset,
        scale: it.scale.into(),
        amount: it.amount.to_string(),
        message: it.message,
        reference: it.reference,
        created_at: moment(it.created_at),
        expires_at: it.expires_at.and_then(moment),
        timeline: timeline.collect(),
    }
}

pub(super) fn request(it: PaymentRequest) -> api::PaymentRequest {
    use api::PaymentRequestStatus as S;
    let status = match it.status {
        RequestStatus::Open => S::Open,
        RequestStatus::Paying => S::Paying,
        RequestStatus::Paid => S::Paid,
        RequestStatus::Declined => S::Declined,
        RequestStatus::Cancelled => S::Cancelled,
        RequestStatus::Expired => S::Expired,
    };
    let direction = match it.direction {
        RequestDirection::Incoming => api::PaymentRequestDirection::Incoming,
        RequestDirection::Outgoing => api::PaymentRequestDirection::Outgoing,
    };
    api::PaymentRequest {
        id: it.id.to_string(),
        status: status.into(),
        direction: direction.into(),
        from: party(it.from),
        to: party(it.to),
        asset: it.asset,
        scale: it.scale.into(),
        amount: it.amount.to_string(),
        message: it.message,
        created_at: moment(it.created_at),
        expires_at: moment(it.expires_at),
        transfer_id: it.transfer_id.map(|id| id.to_string()),
    }
}

pub(super) fn schedule(it: Schedule) -> api::Schedule {
    use api::ScheduleStatus as S;
    let status = match it.status {
        ScheduleStatus::Active => S::Active,
        ScheduleStatus::Paused => S::Paused,
        ScheduleStatus::Completed | ScheduleStatus::Cancelled => S::Completed,
    };
    let every = match it.every {
        Every::Once => api::Every::Once,
        Every::Day => api::Every::Day,
        Every::Week => api::Every::Week,
        Every::Month => api::Every::Month,
    };
    api::Schedule {
        id: it.id.to_string(),
        status: status.into(),
        to: party(it.to),
        asset: it.asset,
        scale: it.scale.into(),
        amount: it.amount.to_string(),
        message: it.message,
        reference: it.reference,
        start_at: moment(it.start_at),
        every: every.into(),
        until: it.until.and_then(moment),
        count: it.count,
        next_at: it.next_at.and_then(moment),
        paid: it.paid,
        failed_attempts: it.failed_attempts,
        last_failure: it.last_failure,
        created_at: moment(it.created_at),
        version: it.version,
    }
}

pub(super) fn own_limit(it: OwnLimit) -> api::OwnLimit {
    api::OwnLimit {
        asset: it.asset,
        scale: it.scale.into(),
        per_transfer: text(it.per_transfer),
        per_day: text(it.per_day),
        used_today: text(it.used_today),
        left_today: text(it.left_today),
        resets_at: moment(it.resets_at),
    }
}

pub(super) fn limits(it: &Limits) -> Option<api::Limits> {
    Some(api::Limits { per_transfer: text(it.per_transfer), per_day: text(it.per_day) })
}
