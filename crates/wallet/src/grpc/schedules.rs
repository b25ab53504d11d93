//! Calls about schedules.

use kernel::Page;
use kernel::http::{IfMatch, invalid_field};
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::schedules::{COUNT_MAX, NewSchedule, Rhythm, SchedulePatch};

impl Service {
    pub(super) async fn create_schedule(
        &self,
        caller: Caller,
        request: api::CreateScheduleRequest,
    ) -> Answer<api::CreateScheduleResponse> {
        let ids = caller.ids("wallet.CreateSchedule", request.idempotency_key.as_deref())?;
        let start_at = read::moment("/start_at", request.start_at)?
            .ok_or_else(|| invalid_field("/start_at", "it is needed"))?;
        if request.count.is_some_and(|count| !(1..=COUNT_MAX).contains(&count)) {
            return Err(invalid_field("/count", "a count is 1 to 10000"));
        }
        let new = NewSchedule {
            to: read::party("/to", request.to)?,
            asset: request.asset,
            amount: read::positive("/amount", &request.amount)?,
            message: read::message(request.message)?,
            reference: read::reference(request.reference)?,
            rhythm: Rhythm {
                start_at,
                every: read::every(request.every)?,
                until: read::moment("/until", request.until)?,
                count: request.count,
            },
        };
        let made = self.wallet.schedule(&caller.actor, &new, &ids).await?;
        Ok(api::CreateScheduleResponse { schedule: Some(convert::schedule(made)) })
    }

    pub(super) async fn list_schedules(
        &self,
        caller: Caller,
        request: api::ListSchedulesRequest,
    ) -> Answer<api::ListSchedulesResponse> {
        let (limit, after) = (read::limit(request.limit)?, read::cursor(&request.cursor)?);
        let rows = self.wallet.schedules(caller.user()?, after, limit.with_one_more()).await?;
        let page = Page::cut(rows, limit, |it| (it.created_at, it.id), convert::schedule);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListSchedulesResponse { schedules: page.data, next_cursor })
    }

    pub(super) async fn get_schedule(
        &self,
        caller: Caller,
        request: api::GetScheduleRequest,
    ) -> Answer<api::GetScheduleResponse> {
        let id = read::id("/id", &request.id)?;
        let found = self.wallet.one_schedule(caller.user()?, id).await?;
        Ok(api::GetScheduleResponse { schedule: Some(convert::schedule(found)) })
    }

    pub(super) async fn update_schedule(
        &self,
        caller: Caller,
        request: api::UpdateScheduleRequest,
    ) -> Answer<api::UpdateScheduleResponse> {
        let id = read::id("/id", &request.id)?;
        let is_paused = match api::ScheduleStatus::try_from(request.status) {
            Ok(api::ScheduleStatus::Unspecified) => None,
            Ok(api::ScheduleStatus::Active) => Some(false),
            Ok(api::ScheduleStatus::Paused) => Some(true),
            _ => return Err(invalid_field("/status", "it can be made active or paused")),
        };
        let given = |text: &String| !text.is_empty();
        let patch = SchedulePatch {
            is_paused,
            amount: match request.amount {
                Some(amount) => Some(read::positive("/amount", &amount)?),
                None => None,
            },
            message: match request.message {
                Some(text) => Some(read::message(Some(text).filter(given))?),
                None => None,
            },
            reference: match request.reference {
                Some(text) => Some(read::reference(Some(text).filter(given))?),
                None => None,
            },
        };
        let expected = IfMatch::Versions(vec![request.expected_version]);
        let changed = self.wallet.change_schedule(&caller.actor, id, &patch, &expected).await?;
        Ok(api::UpdateScheduleResponse { schedule: Some(convert::schedule(changed)) })
    }

    pub(super) async fn delete_schedule(
        &self,
        caller: Caller,
        request: api::DeleteScheduleRequest,
    ) -> Answer<api::DeleteScheduleResponse> {
        self.wallet.delete_schedule(&caller.actor, read::id("/id", &request.id)?).await?;
        Ok(api::DeleteScheduleResponse {})
    }
}
