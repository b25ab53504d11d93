//! Calls about limits.

use identity::UserId;
use kernel::http::{IfMatch, invalid_field};
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::limits::{LimitChange, Limits};

fn user(id: Option<&String>) -> Answer<Option<UserId>> {
    id.map(|id| read::id("/user_id", id)).transpose()
}

impl Service {
    pub(super) async fn list_limits(
        &self,
        caller: Caller,
        _: api::ListLimitsRequest,
    ) -> Answer<api::ListLimitsResponse> {
        let limits = self.wallet.own_limits(caller.user()?).await?;
        Ok(api::ListLimitsResponse { limits: limits.into_iter().map(convert::own_limit).collect() })
    }

    pub(super) async fn get_limits(
        &self,
        caller: Caller,
        request: api::GetLimitsRequest,
    ) -> Answer<api::GetLimitsResponse> {
        let user = user(request.user_id.as_ref())?;
        let stored = self.wallet.set_limits(&caller.actor, user, &request.asset).await?;
        let limits = convert::limits(&stored.limits);
        Ok(api::GetLimitsResponse { limits, version: stored.version })
    }

    pub(super) async fn update_limits(
        &self,
        caller: Caller,
        request: api::UpdateLimitsRequest,
    ) -> Answer<api::UpdateLimitsResponse> {
        let user = user(request.user_id.as_ref())?;
        let limits = request.limits.ok_or_else(|| invalid_field("/limits", "they are needed"))?;
        let limits = Limits {
            per_transfer: read::amount("/limits/per_transfer", limits.per_transfer.as_deref())?,
            per_day: read::amount("/limits/per_day", limits.per_day.as_deref())?,
        };
        let change = LimitChange::try_new(limits, &request.reason)
            .map_err(|(field, detail)| invalid_field(field, detail))?;
        let expected = IfMatch::Versions(vec![request.expected_version]);
        let wallet = &self.wallet;
        let stored =
            wallet.change_limits(&caller.actor, user, &request.asset, &change, &expected).await?;
        let limits = convert::limits(&stored.limits);
        Ok(api::UpdateLimitsResponse { limits, version: stored.version })
    }
}
