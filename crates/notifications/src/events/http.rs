//! The log pulled page by page.

use axum::extract::State;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Limit, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::SEQUENCE_MAX;
use super::present::EventJson;
use crate::Notifications;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A place in a user's log: 0 is before the first event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Sequence(pub(crate) i64);

impl TryFrom<i64> for Sequence {
    type Error = &'static str;

    fn try_from(sequence: i64) -> Result<Self, &'static str> {
        match sequence {
            0..=SEQUENCE_MAX => Ok(Self(sequence)),
            _ => Err("a sequence is an integer of 0 to 2^53-1"),
        }
    }
}

impl std::str::FromStr for Sequence {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        // No sign and no leading zeros: a sequence has one text.
        let sequence: i64 = text.parse().unwrap_or(-1);
        if sequence.to_string() == text { sequence.try_into() } else { (-1).try_into() }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsParams {
    /// The last sequence that the reader knows; 0 unless given.
    #[serde(default)]
    #[param(value_type = i64, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    after: Sequence,
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Events in their sequence, without gaps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationEvents)]
pub(crate) struct EventsJson {
    data: Vec<EventJson>,
    /// What to give as `after` next.
    #[schema(minimum = 0)]
    next_after: i64,
}

/// The log of the user who calls, as a feed: everything, also what isn't in the list of
/// notifications, in a sequence without gaps. Whoever keeps the last sequence misses nothing. Events
/// are kept for a year, unless this bank says otherwise; `after=0` begins with the first that is.
#[utoipa::path(
    get,
    path = "/v1/notifications/events",
    operation_id = "notifications_events_list",
    tag = "notifications",
    params(EventsParams),
    responses(
        (status = 200, description = "Events after the sequence, oldest first.", body = EventsJson),
        (status = 422, description = "Events after the sequence are too old to be kept: some would be missed.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
    Query(params): Query<EventsParams>,
) -> Result<Json<EventsJson>, Problem> {
    let after = params.after.0;
    let user = actor.require_user()?;
    let events = notifications.events(&actor, after, params.limit).await?;
    let next_after = events.last().map_or(after, |event| event.sequence);
    let data = notifications.present(user, events).await?;
    Ok(Json(EventsJson { data, next_after }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_have_one_text_and_an_end() {
        assert_eq!("7".parse::<Sequence>(), Ok(Sequence(7)));
        assert_eq!("0".parse::<Sequence>(), Ok(Sequence(0)));
        for text in ["", "-1", "+7", "07", "x", "9007199254740992", "99999999999999999999"] {
            assert!(text.parse::<Sequence>().is_err(), "{text}");
        }
    }
}
