//! Who waits for whose events, in this process.

use std::sync::Arc;

use hashbrown::HashMap;
use identity::UserId;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::STREAMS_PER_USER_MAX;
use crate::error::NotificationsError;
use crate::events::store::EVERYBODY;

/// The places of readers. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<HashMap<UserId, Waiting>>>);

struct Waiting {
    readers: usize,
    /// Counts signs; readers compare.
    signs: watch::Sender<u64>,
}

/// A place among the readers of a user's events; given back when it is dropped.
pub(crate) struct Place {
    hub: Hub,
    user: UserId,
    signs: watch::Receiver<u64>,
}

impl Hub {
    /// Takes a place, if the user has one left.
    pub(crate) fn enter(&self, user: UserId) -> Result<Place, NotificationsError> {
        let mut waiting = self.0.lock();
        let of_user = waiting
            .entry(user)
            .or_insert_with(|| Waiting { readers: 0, signs: watch::Sender::new(0) });
        if of_user.readers >= STREAMS_PER_USER_MAX {
            return Err(NotificationsError::TooManyStreams);
        }
        of_user.readers += 1;
        Ok(Place { hub: self.clone(), user, signs: of_user.signs.subscribe() })
    }

    /// What the database told: users, or everybody.
    pub(crate) fn hear(&self, payload: &str) {
        if payload == EVERYBODY {
            return self.wake_all();
        }
        let waiting = self.0.lock();
        for user in payload.split(',').filter_map(|user| user.parse::<UserId>().ok()) {
            if let Some(of_user) = waiting.get(&user) {
                of_user.signs.send_modify(|signs| *signs += 1);
            }
        }
    }

    /// Also when nobody could hear for a while.
    pub(crate) fn wake_all(&self) {
        for of_user in self.0.lock().values() {
            of_user.signs.send_modify(|signs| *signs += 1);
        }
    }

    #[cfg(test)]
    fn users(&self) -> usize {
        self.0.lock().len()
    }
}

impl Place {
    /// Returns when something came since the last call.
    pub(crate) async fn sign(&mut self) {
        // The sender is in the hub for as long as there is a place.
        let _ = self.signs.changed().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.hub.0.lock();
        if let Some(of_user) = waiting.get_mut(&self.user) {
            of_user.readers -= 1;
            if of_user.readers == 0 {
                waiting.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const ANN: UserId = UserId::from_u128(1);
    const BOB: UserId = UserId::from_u128(2);

    #[test]
    fn fourth_stream_of_a_user_is_refused_until_one_ends() {
        let hub = Hub::default();
        let mut places: Vec<Place> = (0..3).map(|_| hub.enter(ANN).unwrap()).collect();
        assert!(matches!(hub.enter(ANN), Err(NotificationsError::TooManyStreams)));
        let _other = hub.enter(BOB).unwrap();
        places.pop();
        places.push(hub.enter(ANN).unwrap());
        drop(places);
        assert_eq!(hub.users(), 1, "nothing remains of who has gone");
    }

    #[test]
    fn sign_reaches_those_it_names_and_is_not_lost_before_they_wait() {
        let hub = Hub::default();
        let (mut ann, mut bob) = (hub.enter(ANN).unwrap(), hub.enter(BOB).unwrap());
        assert!(ann.sign().now_or_never().is_none());
        hub.hear(&format!("{ANN},usr_nonsense"));
        assert!(ann.sign().now_or_never().is_some());
        assert!(ann.sign().now_or_never().is_none());
        assert!(bob.sign().now_or_never().is_none());
        hub.hear(EVERYBODY);
        assert!(ann.sign().now_or_never().is_some() && bob.sign().now_or_never().is_some());
    }
}
