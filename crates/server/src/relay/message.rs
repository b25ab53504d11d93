//! What an event looks like to those who read the topic.

use identity::UserId;
use kernel::Timestamp;
use kernel::bus::Event;
use serde::Serialize;

kernel::define_id! {
    /// An event of the bus.
    struct EventId = "evt";
}

/// An event as a record of Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Records with the same key are in one partition, in their order.
    pub(super) key: String,
    pub(super) value: Vec<u8>,
    pub(super) at_ms: i64,
    pub(super) headers: [(&'static str, String); 3],
}

#[derive(Serialize)]
struct Value<'e> {
    id: EventId,
    position: i64,
    kind: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<UserId>,
    at: Timestamp,
    data: &'e serde_json::Value,
}

/// The same events in their order. `about` are the fields that say what an event is about.
pub(super) fn messages(events: &[Event], about: &[&str]) -> Vec<Message> {
    events.iter().map(|event| message(event, about)).collect()
}

fn message(event: &Event, about: &[&str]) -> Message {
    let id = EventId::from_u128(event.id);
    let subject = event.subject.map(UserId::from_u128);
    let value = Value {
        id,
        position: event.position,
        kind: &event.kind,
        subject,
        at: event.at,
        data: &event.data,
    };
    let about = about.iter().find_map(|field| event.data.get(field)?.as_str());
    let key = about.map(str::to_owned).or_else(|| subject.map(|user| user.to_string()));
    Message {
        key: key.unwrap_or_else(|| id.to_string()),
        value: serde_json::to_vec(&value).expect("what came from JSON is JSON"),
        at_ms: event.at.as_micros().div_euclid(1_000),
        headers: [
            ("id", id.to_string()),
            ("kind", event.kind.clone()),
            ("position", event.position.to_string()),
        ],
    }
}

impl Message {
    /// About what it takes in a request.
    fn len(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, text)| name.len() + text.len()).sum();
        self.key.len() + self.value.len() + headers + 64
    }
}

/// Parts of at most so many bytes, in order; one that is larger than that is alone.
pub(super) fn parts(messages: Vec<Message>, len_max: usize) -> Vec<Vec<Message>> {
    let (mut parts, mut len): (Vec<Vec<Message>>, usize) = (Vec::new(), 0);
    for message in messages {
        len += message.len();
        match parts.last_mut() {
            Some(part) if len <= len_max => part.push(message),
            _ => {
                len = message.len();
                parts.push(vec![message]);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(position: i64, subject: Option<u128>, data: serde_json::Value) -> Event {
        let at = "2026-11-20T21:33:00.123456Z".parse().unwrap();
        let (context, kind) = ("orchard".to_owned(), "orchard.tree.planted".to_owned());
        Event { position, id: 7, context, kind, subject, data, at }
    }

    #[test]
    fn message_says_all_that_is_known_of_the_event() {
        let [message] = messages(&[event(3, Some(5), json!({ "n": 1 }))], &[]).try_into().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&message.value).unwrap();
        let expected = json!({
            "id": "evt_00000000000000000000000007",
            "position": 3,
            "kind": "orchard.tree.planted",
            "subject": "usr_00000000000000000000000005",
            "at": "2026-11-20T21:33:00.123456Z",
            "data": { "n": 1 },
        });
        assert_eq!(value, expected);
        assert_eq!(message.at_ms, 1_795_210_380_123);
        let headers = message.headers.each_ref().map(|(name, text)| (*name, text.as_str()));
        let expected = [
            ("id", "evt_00000000000000000000000007"),
            ("kind", "orchard.tree.planted"),
            ("position", "3"),
        ];
        assert_eq!(headers, expected);
    }

    #[test]
    fn key_is_what_it_is_about_or_its_subject_or_itself() {
        let check = |subject, about: &[&str], expected: &str| {
            let events = [event(1, subject, json!({ "tree": "apple", "n": 1 }))];
            assert_eq!(messages(&events, about)[0].key, expected);
        };
        check(Some(5), &["shrub", "tree"], "apple");
        check(Some(5), &[], "usr_00000000000000000000000005");
        check(Some(5), &["n"], "usr_00000000000000000000000005");
        check(Some(5), &["shrub"], "usr_00000000000000000000000005");
        check(None, &[], "evt_00000000000000000000000007");
    }

    #[test]
    fn parts_keep_the_order_and_their_size() {
        let all = |count: i64| -> Vec<Message> {
            let events: Vec<Event> =
                (1..=count).map(|position| event(position, None, json!({}))).collect();
            messages(&events, &[])
        };
        let len = all(1)[0].len();
        let check = |count, len_max, expected: &[usize]| {
            let parts = parts(all(count), len_max);
            assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{len_max}");
            assert_eq!(parts.concat(), all(count));
        };
        check(0, 1, &[]);
        check(3, 1, &[1, 1, 1]);
        check(5, 2 * len, &[2, 2, 1]);
        check(5, 100 * len, &[5]);
    }
}
