//! Calls about adjustments.

use kernel::{Amount, Page, Timestamp};
use proto::admin::v1 as api;
use proto::admin::v1::create_adjustment_request::Target as WireTarget;
use proto::failure::invalid;
use tonic::Status;

use super::Service;
use super::fields::{cursor, ids, limit, optional, parsed, refuse, wire_time};
use crate::adjustments::{Adjustment, Direction, Filter, Proposal, State, Target};
use crate::caller::Caller;
use crate::ids::AdjustmentId;

impl Service {
    pub(super) async fn create_adjustment(
        &self,
        caller: Caller,
        request: api::CreateAdjustmentRequest,
    ) -> Result<api::CreateAdjustmentResponse, Status> {
        let key = request.idempotency_key.as_deref();
        let ids = ids(&caller, "bushel.admin.v1.AdminService/CreateAdjustment", key)?;
        let proposal = Proposal {
            target: match &request.target {
                Some(WireTarget::Account(id)) => Target::Account(parsed("account", id)?),
                Some(WireTarget::User(id)) => Target::User(parsed("user", id)?),
                None => return Err(invalid("account", "give either `account` or `user`")),
            },
            direction: direction(request.direction)?,
            amount: parsed::<Amount>("amount", &request.amount)?,
            asset: request.asset,
            reason: request.reason,
            reference: request.reference,
        };
        let id = AdjustmentId::from_u128(ids.get(0));
        let proposed = self.admin.propose(&caller, id, proposal).await.map_err(refuse)?;
        Ok(api::CreateAdjustmentResponse { adjustment: Some(wire(proposed)) })
    }

    pub(super) async fn get_adjustment(
        &self,
        caller: Caller,
        request: api::GetAdjustmentRequest,
    ) -> Result<api::GetAdjustmentResponse, Status> {
        let id = parsed("id", &request.id)?;
        let found = self.admin.adjustment(&caller, id).await.map_err(refuse)?;
        Ok(api::GetAdjustmentResponse { adjustment: Some(wire(found)) })
    }

    pub(super) async fn list_adjustments(
        &self,
        caller: Caller,
        request: api::ListAdjustmentsRequest,
    ) -> Result<api::ListAdjustmentsResponse, Status> {
        let filter = Filter {
            state: state(request.state)?,
            user: optional("user", request.user.as_deref())?,
        };
        let limit = limit(request.limit)?;
        let before = cursor::<(Timestamp, AdjustmentId)>(&request.cursor)?;
        let found = self.admin.adjustments(&caller, &filter, before, limit.with_one_more()).await;
        let position = |it: &Adjustment| (it.proposed_at, it.id);
        let page = Page::cut(found.map_err(refuse)?, limit, position, wire);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListAdjustmentsResponse { adjustments: page.data, next_cursor })
    }

    pub(super) async fn approve_adjustment(
        &self,
        caller: Caller,
        request: api::ApproveAdjustmentRequest,
    ) -> Result<api::ApproveAdjustmentResponse, Status> {
        let id = parsed("id", &request.id)?;
        let approved = self.admin.approve(&caller, id).await.map_err(refuse)?;
        Ok(api::ApproveAdjustmentResponse { adjustment: Some(wire(approved)) })
    }

    pub(super) async fn reject_adjustment(
        &self,
        caller: Caller,
        request: api::RejectAdjustmentRequest,
    ) -> Result<api::RejectAdjustmentResponse, Status> {
        let id = parsed("id", &request.id)?;
        let rejected = self.admin.reject(&caller, id, &request.reason).await.map_err(refuse)?;
        Ok(api::RejectAdjustmentResponse { adjustment: Some(wire(rejected)) })
    }

    pub(super) async fn cancel_adjustment(
        &self,
        caller: Caller,
        request: api::CancelAdjustmentRequest,
    ) -> Result<api::CancelAdjustmentResponse, Status> {
        let id = parsed("id", &request.id)?;
        let cancelled = self.admin.cancel(&caller, id).await.map_err(refuse)?;
        Ok(api::CancelAdjustmentResponse { adjustment: Some(wire(cancelled)) })
    }

    pub(super) async fn reverse_adjustment(
        &self,
        caller: Caller,
        request: api::ReverseAdjustmentRequest,
    ) -> Result<api::ReverseAdjustmentResponse, Status> {
        let original = parsed("id", &request.id)?;
        let key = request.idempotency_key.as_deref();
        let ids = ids(&caller, "bushel.admin.v1.AdminService/ReverseAdjustment", key)?;
        let id = AdjustmentId::from_u128(ids.get(0));
        let proposed = self.admin.propose_reversal(&caller, id, original, &request.reason).await;
        Ok(api::ReverseAdjustmentResponse { adjustment: Some(wire(proposed.map_err(refuse)?)) })
    }
}

fn direction(wire: i32) -> Result<Direction, Status> {
    match api::AdjustmentDirection::try_from(wire) {
        Ok(api::AdjustmentDirection::Credit) => Ok(Direction::Credit),
        Ok(api::AdjustmentDirection::Debit) => Ok(Direction::Debit),
        _ => Err(invalid("direction", "it is credit or debit")),
    }
}

fn state(wire: i32) -> Result<Option<State>, Status> {
    let known = api::AdjustmentState::try_from(wire);
    match known.map_err(|_| invalid("state", "there is no such state"))? {
        api::AdjustmentState::Unspecified => Ok(None),
        known => Ok(State::ALL.into_iter().find(|state| wire_state(*state) == known)),
    }
}

fn wire_state(state: State) -> api::AdjustmentState {
    match state {
        State::Proposed => api::AdjustmentState::Proposed,
        State::Approved => api::AdjustmentState::Approved,
        State::Applied => api::AdjustmentState::Applied,
        State::Failed => api::AdjustmentState::Failed,
        State::Rejected => api::AdjustmentState::Rejected,
        State::Cancelled => api::AdjustmentState::Cancelled,
        State::Expired => api::AdjustmentState::Expired,
    }
}

fn wire(it: Adjustment) -> api::Adjustment {
    let direction = match it.direction {
        Direction::Credit => api::AdjustmentDirection::Credit,
        Direction::Debit => api::AdjustmentDirection::Debit,
    };
    let transfer = (it.state == State::Applied).then(|| it.transfer_id.to_string());
    api::Adjustment {
        id: it.id.to_string(),
        state: wire_state(it.state).into(),
        account: it.account.to_string(),
        user: it.user.to_string(),
        direction: direction.into(),
        amount: it.amount.to_string(),
        asset: it.asset,
        scale: it.scale.into(),
        reason: it.reason,
        reference: it.reference,
        reverses: it.reverses.map(|id| id.to_string()),
        proposed_by: it.proposed_by.to_string(),
        proposed_at: Some(wire_time(it.proposed_at)),
        expires_at: Some(wire_time(it.expires_at)),
        decided_by: it.decided_by.map(|id| id.to_string()),
        decided_at: it.decided_at.map(wire_time),
        decision_reason: it.decision_reason,
        settled_at: it.settled_at.map(wire_time),
        transfer,
        failure: it.failure,
    }
}
