//! Reading what callers send. What is wrong is named by its field.

use std::fmt::Display;
use std::str::FromStr;

use kernel::http::invalid_field;
use kernel::{Amount, Cursor, Limit, Problem, Timestamp};
use proto::wallet::v1 as api;
use serde::de::DeserializeOwned;

use super::Answer;
use crate::fields::{Message, PartyRef, Positive, Reference, Wait};
use crate::requests::{RequestDirection, RequestStatus};
use crate::schedules::Every;
use crate::statements::Format;
use crate::transfers::{Direction, Status};

/// Anything that has a text.
pub(super) fn text<T: FromStr<Err: Display>>(field: &str, value: &str) -> Answer<T> {
    value.parse().map_err(|error: T::Err| invalid_field(field, error.to_string()))
}

pub(super) fn id<T: FromStr<Err = kernel::IdError>>(field: &str, value: &str) -> Answer<T> {
    text(field, value)
}

/// The same where an empty text means "not given".
pub(super) fn optional<T: FromStr<Err: Display>>(field: &str, value: &str) -> Answer<Option<T>> {
    if value.is_empty() { Ok(None) } else { text(field, value).map(Some) }
}

fn checked<S, T: TryFrom<S, Error: Display>>(field: &str, value: S) -> Answer<T> {
    T::try_from(value).map_err(|error| invalid_field(field, error.to_string()))
}

pub(super) fn positive(field: &str, value: &str) -> Answer<Positive> {
    checked(field, text::<Amount>(field, value)?)
}

pub(super) fn amount(field: &str, value: Option<&str>) -> Answer<Option<Amount>> {
    value.map(|value| text(field, value)).transpose()
}

pub(super) fn message(value: Option<String>) -> Answer<Option<Message>> {
    value.map(|value| checked("/message", value)).transpose()
}

pub(super) fn reference(value: Option<String>) -> Answer<Option<Reference>> {
    value.map(|value| checked("/reference", value)).transpose()
}

pub(super) fn wait(field: &str, value: Option<u32>) -> Answer<Option<Wait>> {
    value.map(|value| checked(field, value)).transpose()
}

pub(super) fn party(field: &str, value: Option<api::PartyRef>) -> Answer<PartyRef> {
    use api::party_ref::By;
    match value.and_then(|value| value.by) {
        Some(By::Handle(handle)) => Ok(PartyRef::Handle(handle)),
        Some(By::Email(email)) => Ok(PartyRef::Email(email)),
        Some(By::AccountId(account)) => Ok(PartyRef::Account(id(field, &account)?)),
        None => {
            Err(invalid_field(field, "it is needed: a handle, an e-mail address or an account"))
        }
    }
}

pub(super) fn limit(value: u32) -> Answer<Limit> {
    match value {
        0 => Ok(Limit::DEFAULT),
        value => {
            Limit::try_new(value.into()).map_err(|error| invalid_field("/limit", error.to_string()))
        }
    }
}

pub(super) fn cursor<T: DeserializeOwned>(value: &str) -> Answer<Option<T>> {
    let cursor: Option<Cursor<T>> = match value {
        "" => None,
        value => Some(value.parse().map_err(|error: kernel::page::CursorError| {
            Problem::new(kernel::ErrorKind::Invalid, "request.cursor.invalid", error.to_string())
        })?),
    };
    Ok(cursor.map(|Cursor(position)| position))
}

pub(super) fn moment(field: &str, value: Option<proto::Timestamp>) -> Answer<Option<Timestamp>> {
    let read = |value: proto::Timestamp| {
        let micros =
            value.seconds.checked_mul(1_000_000)?.checked_add(i64::from(value.nanos) / 1000)?;
        let at = Timestamp::from_micros(micros);
        (at.as_micros() == micros && (0..1_000_000_000).contains(&value.nanos)).then_some(at)
    };
    let bad = || invalid_field(field, "the time is outside the years 1 to 9999");
    value.map(|value| read(value).ok_or_else(bad)).transpose()
}

fn unknown(field: &str) -> Problem {
    invalid_field(field, "there is no such value")
}

pub(super) fn direction(value: i32) -> Answer<Option<Direction>> {
    match api::Direction::try_from(value) {
        Ok(api::Direction::Unspecified) => Ok(None),
        Ok(api::Direction::In) => Ok(Some(Direction::In)),
        Ok(api::Direction::Out) => Ok(Some(Direction::Out)),
        Err(_) => Err(unknown("/direction")),
    }
}

pub(super) fn status(value: i32) -> Answer<Option<Status>> {
    use api::TransferStatus as S;
    Ok(Some(match S::try_from(value).map_err(|_| unknown("/status"))? {
        S::Unspecified => return Ok(None),
        S::Completed => Status::Completed,
        S::Waiting => Status::Waiting,
        S::Invited => Status::Invited,
        S::Accepted => Status::Accepted,
        S::Declined => Status::Declined,
        S::Cancelled => Status::Cancelled,
        S::Expired => Status::Expired,
    }))
}

pub(super) fn request_status(value: i32) -> Answer<Option<RequestStatus>> {
    use api::PaymentRequestStatus as S;
    Ok(Some(match S::try_from(value).map_err(|_| unknown("/status"))? {
        S::Unspecified => return Ok(None),
        S::Open => RequestStatus::Open,
        S::Paying => RequestStatus::Paying,
        S::Paid => RequestStatus::Paid,
        S::Declined => RequestStatus::Declined,
        S::Cancelled => RequestStatus::Cancelled,
        S::Expired => RequestStatus::Expired,
    }))
}

pub(super) fn request_direction(value: i32) -> Answer<Option<RequestDirection>> {
    use api::PaymentRequestDirection as D;
    Ok(match D::try_from(value).map_err(|_| unknown("/direction"))? {
        D::Unspecified => None,
        D::Incoming => Some(RequestDirection::Incoming),
        D::Outgoing => Some(RequestDirection::Outgoing),
    })
}

pub(super) fn every(value: i32) -> Answer<Every> {
    match api::Every::try_from(value) {
        Ok(api::Every::Once) => Ok(Every::Once),
        Ok(api::Every::Day) => Ok(Every::Day),
        Ok(api::Every::Week) => Ok(Every::Week),
        Ok(api::Every::Month) => Ok(Every::Month),
        Ok(api::Every::Unspecified) | Err(_) => Err(unknown("/every")),
    }
}

pub(super) fn format(value: i32) -> Answer<Format> {
    use api::StatementFormat as F;
    Ok(match F::try_from(value).map_err(|_| unknown("/format"))? {
        F::Unspecified | F::Json => Format::Json,
        F::Csv => Format::Csv,
        F::Pdf => Format::Pdf,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        let at = |seconds, nanos| moment("/at", Some(proto::Timestamp { seconds, nanos }));
        assert_eq!(at(1, 500_000_000).unwrap(), Some(Timestamp::from_micros(1_500_000)));
        assert!(at(i64::MAX, 0).is_err() && at(0, -1).is_err() && at(0, 1_000_000_000).is_err());
        assert_eq!(moment("/at", None).unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(positive("/amount", "0").unwrap_err().errors[0].pointer, "/amount");
        assert_eq!(party("/to", None).unwrap_err().errors[0].pointer, "/to");
        assert_eq!(status(99).unwrap_err().errors[0].pointer, "/status");
        assert_eq!(limit(0).unwrap(), Limit::DEFAULT);
        assert!(limit(201).is_err());
    }
}
