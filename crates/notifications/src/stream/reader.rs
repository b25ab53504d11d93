//! A reader's place in a user's log.

use std::time::Duration;

use identity::{Actor, ActorKind, SessionId, UserId};
use kernel::http::Stopping;
use tokio::time::Instant;

use super::hub::Place;
use crate::Notifications;
use crate::error::NotificationsError;
use crate::events::present::EventJson;
use crate::events::{EventKind, store};

/// Events that a stream holds at most.
const PAGE: i64 = 100;
/// Without a sign it looks so often: for a listener that was cut off.
const LOOK_EACH: Duration = Duration::from_secs(15);

pub(crate) struct Reader {
    notifications: Notifications,
    user: UserId,
    /// Whose end is the stream's.
    session: Option<SessionId>,
    after: i64,
    place: Place,
    stopping: Option<Stopping>,
    ends_at: Instant,
    page: std::vec::IntoIter<EventJson>,
    /// After an event of security.
    is_cut: bool,
}

impl Reader {
    /// Without `after` it begins with what comes next.
    pub(crate) async fn open(
        notifications: Notifications,
        (user, actor): (UserId, &Actor),
        after: Option<i64>,
        stopping: Option<Stopping>,
    ) -> Result<Self, NotificationsError> {
        let session = match actor.kind {
            ActorKind::Session { session, .. } => Some(session),
            _ => None,
        };
        let place = notifications.hub.enter(user)?;
        let after = match after {
            Some(after) => after,
            None => store::last_sequence(&notifications.database, user).await?,
        };
        let ends_at = Instant::now() + notifications.options.stream_max;
        let page = Vec::new().into_iter();
        Ok(Self {
            notifications,
            user,
            session,
            after,
            place,
            stopping,
            ends_at,
            page,
            is_cut: false,
        })
    }

    /// The last sequence that the reader knows.
    pub(crate) fn after(&self) -> i64 {
        self.after
    }

    /// The next event; `None` at the end. After a failure the client comes back to where it was.
    pub(crate) async fn next(&mut self) -> Option<EventJson> {
        while !self.is_over() {
            if let Some(event) = self.page.next() {
                self.after = event.sequence;
                // It may say that this very reader was signed out.
                self.is_cut = EventKind::from_name(&event.kind).is_some_and(EventKind::is_security);
                return Some(event);
            }
            // The sign is taken before the look, so what comes during the look is seen next.
            let page = self.look().await.ok()?;
            // Whoever was signed out elsewhere hears nothing that came afterwards.
            if self.is_signed_out().await.ok()? {
                return None;
            }
            if page.is_empty() {
                self.wait().await;
            }
            self.page = page.into_iter();
        }
        None
    }

    /// Asked before each event, so that neither a long log nor a slow reader lasts longer.
    fn is_over(&self) -> bool {
        let stops = self.stopping.as_ref().is_some_and(|stopping| *stopping.0.borrow());
        self.is_cut || stops || Instant::now() >= self.ends_at
    }

    async fn look(&self) -> Result<Vec<EventJson>, NotificationsError> {
        let database = &self.notifications.database;
        let events = store::after(database, self.user, self.after, PAGE).await?;
        self.notifications.present(self.user, events).await
    }

    async fn is_signed_out(&self) -> Result<bool, NotificationsError> {
        match self.session {
            Some(session) => Ok(self.notifications.identity.has_session_ended(session).await?),
            None => Ok(false),
        }
    }

    /// Waits for a sign, or until it may be over.
    async fn wait(&mut self) {
        let stopping = async {
            match &mut self.stopping {
                Some(stopping) => stopping.stopped().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.place.sign() => {}
            () = tokio::time::sleep(LOOK_EACH) => {}
            () = tokio::time::sleep_until(self.ends_at) => {}
            () = stopping => self.is_cut = true,
        }
    }
}
