//! Records as messages.

use kernel::Timestamp;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use proto::failure;
use proto::notifications::v1 as api;
use serde_json::Value;
use tonic::Status;

use crate::events::EventKind;
use crate::events::present::{EventJson, PersonJson};
use crate::mailbox::{KeptMail, KeptMailSummary};
use crate::messages::{Channel, Message, MessageStatus};
use crate::preferences::{Choice, Preferences};
use crate::suppressions::Suppression;

pub(crate) fn time(at: Timestamp) -> proto::Timestamp {
    let micros = at.as_micros();
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    proto::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).expect("less than a second has less than 2^31 nanoseconds"),
    }
}

pub(super) fn notification(event: EventJson) -> api::Notification {
    let person = |person: PersonJson| api::NotificationPerson {
        id: person.id.to_string(),
        handle: person.handle,
        name: person.name,
    };
    let data = match value(event.data).kind {
        Some(Kind::StructValue(data)) => Some(data),
        _ => None,
    };
    api::Notification {
        id: event.id.to_string(),
        sequence: event.sequence,
        kind: event.kind,
        at: Some(time(event.at)),
        title: event.title,
        text: event.text,
        link: event.link,
        data,
        counterparty: event.counterparty.map(person),
        is_in_app: event.is_in_app,
        read_at: event.read_at.map(time),
    }
}

/// JSON in the words of `google.protobuf.Value`. Its numbers are doubles; amounts are texts, and
/// what else there is (a scale, a count) is small.
fn value(value_of: Value) -> prost_types::Value {
    let kind = match value_of {
        Value::Null => Kind::NullValue(0),
        Value::Bool(it) => Kind::BoolValue(it),
        Value::Number(it) => Kind::NumberValue(it.as_f64().unwrap_or_default()),
        Value::String(it) => Kind::StringValue(it),
        Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.into_iter().map(value).collect() })
        }
        Value::Object(fields) => Kind::StructValue(Struct {
            fields: fields.into_iter().map(|(name, field)| (name, value(field))).collect(),
        }),
    };
    prost_types::Value { kind: Some(kind) }
}

pub(super) fn preferences(preferences: &Preferences) -> Vec<api::NotificationPreference> {
    let current = |kind: &EventKind| {
        let Choice { in_app, email, webhook, sms, push } = preferences.choices.of(*kind);
        api::NotificationPreference {
            kind: kind.as_str().to_owned(),
            in_app,
            email,
            webhook,
            is_required: kind.is_security(),
            sms: Some(sms),
            push: Some(push),
        }
    };
    EventKind::ALL.iter().map(current).collect()
}

pub(super) fn mail(message: Message) -> api::Mail {
    api::Mail {
        id: message.id.to_string(),
        channel: channel(message.channel).into(),
        kind: message.kind,
        user_id: message.user.map(|user| user.to_string()),
        to: message.to,
        locale: message.locale,
        status: status(message.status).into(),
        attempts: u32::try_from(message.attempt).unwrap_or_default(),
        provider: message.provider,
        reply: message.reply,
        created_at: Some(time(message.created_at)),
        updated_at: Some(time(message.updated_at)),
    }
}

const CHANNELS: [(Channel, api::MessageChannel); 3] = [
    (Channel::Mail, api::MessageChannel::Mail),
    (Channel::Sms, api::MessageChannel::Sms),
    (Channel::Push, api::MessageChannel::Push),
];

fn channel(channel: Channel) -> api::MessageChannel {
    let found = CHANNELS.iter().find(|(ours, _)| *ours == channel);
    found.expect("every channel is in the list").1
}

pub(super) fn channel_asked(asked: api::MessageChannel) -> Option<Channel> {
    CHANNELS.iter().find(|(_, theirs)| *theirs == asked).map(|(ours, _)| *ours)
}

const STATUSES: [(MessageStatus, api::MailStatus); 9] = [
    (MessageStatus::Queued, api::MailStatus::Queued),
    (MessageStatus::HandingOver, api::MailStatus::HandingOver),
    (MessageStatus::Sent, api::MailStatus::Sent),
    (MessageStatus::Delivered, api::MailStatus::Delivered),
    (MessageStatus::Kept, api::MailStatus::Kept),
    (MessageStatus::Failed, api::MailStatus::Failed),
    (MessageStatus::Suppressed, api::MailStatus::Suppressed),
    (MessageStatus::Expired, api::MailStatus::Expired),
    (MessageStatus::Unknown, api::MailStatus::Unknown),
];

fn status(status: MessageStatus) -> api::MailStatus {
    let found = STATUSES.iter().find(|(ours, _)| *ours == status);
    found.expect("every status is in the list").1
}

pub(super) fn status_asked(asked: api::MailStatus) -> Result<Option<MessageStatus>, Status> {
    if asked == api::MailStatus::Unspecified {
        return Ok(None);
    }
    let found = STATUSES.iter().find(|(_, theirs)| *theirs == asked);
    found.map(|(ours, _)| Some(*ours)).ok_or_else(|| failure::invalid("status", "is unknown"))
}

pub(super) fn kept_summary(mail: KeptMailSummary) -> api::KeptMail {
    api::KeptMail {
        id: mail.id.to_string(),
        kind: mail.kind,
        to: mail.to,
        subject: mail.subject,
        created_at: Some(time(mail.created_at)),
        channel: channel(mail.channel).into(),
        ..api::KeptMail::default()
    }
}

pub(super) fn kept(mail: KeptMail) -> api::KeptMail {
    api::KeptMail {
        id: mail.id.to_string(),
        kind: mail.kind,
        to: mail.to,
        subject: mail.subject,
        headers: mail.headers,
        text: mail.text,
        html: mail.html,
        created_at: Some(time(mail.created_at)),
        channel: channel(mail.channel).into(),
    }
}

pub(super) fn suppression(suppression: Suppression) -> api::MailSuppression {
    api::MailSuppression {
        address: suppression.address,
        reply: suppression.reply,
        mail_id: suppression.message.to_string(),
        created_at: Some(time(suppression.created_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_number_and_is_read_back() {
        for ours in MessageStatus::ALL {
            assert_eq!(status_asked(status(ours)).unwrap(), Some(ours));
            assert_eq!(MessageStatus::from_name(ours.as_str()), Some(ours));
        }
        assert_eq!(status_asked(api::MailStatus::Unspecified).unwrap(), None);
    }

    #[test]
    fn facts_keep_their_types() {
        let facts =
            serde_json::json!({ "amount": "1250", "scale": 2, "is_waiting": true, "list": [null] });
        let Some(Kind::StructValue(facts)) = value(facts).kind else { panic!("an object") };
        assert_eq!(facts.fields["amount"].kind, Some(Kind::StringValue("1250".to_owned())));
        assert_eq!(facts.fields["scale"].kind, Some(Kind::NumberValue(2.0)));
        assert_eq!(facts.fields["is_waiting"].kind, Some(Kind::BoolValue(true)));
    }

    #[test]
    fn moments_before_1970_have_positive_nanoseconds() {
        let at = time(Timestamp::from_micros(-1));
        assert_eq!((at.seconds, at.nanos), (-1, 999_999_000));
    }
}
