//! Pending transfers, groups and reversals through gRPC.

use super::*;

#[tokio::test]
async fn pending_transfer_is_captured_in_parts_and_extended() {
    let mut peer = Peer::with_accounts().await;
    let hold = NewTransfer { timeout_s: 600, ..peer.pending("bank", "ann", 100) };
    let pending_id = hold.id.clone();
    peer.create(vec![hold]).await;
    let extend = ExtendTransferRequest {
        pending_id: pending_id.clone(),
        id: peer.id(),
        timeout_s: 3_600,
        ..Default::default()
    };
    assert!(peer.client.extend_transfer(extend).await.unwrap().into_inner().created);
    let part = PostTransferRequest {
        pending_id: pending_id.clone(),
        id: peer.id(),
        amount: "30".to_owned(),
        partial: true,
        notes: Some(Notes { reference: "parcel 1".to_owned(), ..Default::default() }),
    };
    let posted = peer.client.post_transfer(part.clone()).await.unwrap().into_inner();
    assert!(posted.created);
    let transfer = posted.transfer.unwrap();
    assert_eq!((transfer.amount.as_str(), transfer.reference.as_deref()), ("30", Some("parcel 1")));
    assert_eq!(transfer.pending_id.as_ref(), Some(&pending_id));
    let repeated = peer.client.post_transfer(part).await.unwrap().into_inner();
    assert!(!repeated.created);
    assert_eq!(repeated.transfer.unwrap().sequence, transfer.sequence);

    let get = GetTransferRequest { id: pending_id.clone() };
    let hold = peer.client.get_transfer(get).await.unwrap().into_inner().transfer.unwrap();
    let state = hold.state.unwrap();
    assert_eq!((state.status(), state.remaining.as_str()), (PendingStatus::Pending, "70"));
    assert!(state.expires_at.is_some());

    let rest = PostTransferRequest { pending_id: pending_id.clone(), ..Default::default() };
    let rest = peer.client.post_transfer(rest).await.unwrap().into_inner().transfer.unwrap();
    assert_eq!(rest.amount, "70");
    assert_eq!(peer.balance("ann").await, "100");
    let void = VoidTransferRequest { pending_id, ..Default::default() };
    let reason = "ledger.transfer.pending_transfer_already_posted";
    assert_eq!(
        refusal(peer.client.void_transfer(void).await),
        refused_as(Code::FailedPrecondition, reason)
    );
    let unknown = VoidTransferRequest { pending_id: peer.id(), ..Default::default() };
    assert_eq!(refusal(peer.client.void_transfer(unknown).await).0, Code::NotFound);
    let none = VoidTransferRequest::default();
    assert_eq!(refusal(peer.client.void_transfer(none).await).0, Code::InvalidArgument);
}

#[tokio::test]
async fn pending_transfer_is_voided() {
    let mut peer = Peer::with_accounts().await;
    let hold = peer.pending("bank", "ann", 100);
    let pending_id = hold.id.clone();
    peer.create(vec![hold]).await;
    assert_eq!(peer.balances("ann", None).await.credits_pending, "100");
    let void = VoidTransferRequest { pending_id, ..Default::default() };
    assert!(peer.client.void_transfer(void).await.unwrap().into_inner().created);
    assert_eq!(peer.balances("ann", None).await.credits_pending, "0");
}

#[tokio::test]
async fn transfer_is_reversed_once() {
    let mut peer = Peer::with_accounts().await;
    let paid = peer.transfer("bank", "ann", 100);
    let reverses = paid.id.clone();
    peer.create(vec![paid]).await;
    let mut request = ReverseTransferRequest {
        reverses: reverses.clone(),
        amount: "40".to_owned(),
        ..Default::default()
    };
    let part = peer.client.reverse_transfer(request.clone()).await.unwrap().into_inner();
    assert_eq!(part.transfer.unwrap().reverses, Some(reverses));
    request.amount = String::new();
    let rest = peer.client.reverse_transfer(request.clone()).await.unwrap().into_inner();
    assert_eq!(rest.transfer.unwrap().amount, "60");
    assert_eq!(peer.balance("ann").await, "0");
    let reason = "ledger.transfer.exceeds_reversible_amount";
    assert_eq!(
        refusal(peer.client.reverse_transfer(request).await),
        refused_as(Code::FailedPrecondition, reason)
    );
}

#[tokio::test]
async fn group_is_posted_at_once() {
    let mut peer = Peer::with_accounts().await;
    let group_id = ledger::GroupId::from_u128(peer.ids.next_bits()).to_string();
    let member = |to| NewTransfer { group_id: group_id.clone(), ..peer.pending("bank", to, 10) };
    let members = vec![member("ann"), member("bob")];
    peer.create(members).await;
    let request = ResolveGroupRequest { group_id, id: peer.id(), action: GroupAction::Post.into() };
    let resolved = peer.client.resolve_group(request.clone()).await.unwrap().into_inner();
    assert_eq!((resolved.status(), resolved.transfers.len()), (GroupStatus::Resolved, 2));
    assert_eq!((peer.balance("ann").await, peer.balance("bob").await), ("10".into(), "10".into()));
    let repeated = peer.client.resolve_group(request.clone()).await.unwrap().into_inner();
    assert_eq!((repeated.status(), repeated.transfers.len()), (GroupStatus::Exists, 2));
    let again = ResolveGroupRequest { id: String::new(), ..request.clone() };
    let reason = "ledger.group.group_already_resolved";
    assert_eq!(
        refusal(peer.client.resolve_group(again).await),
        refused_as(Code::FailedPrecondition, reason)
    );
    let undecided = ResolveGroupRequest { action: 0, ..request };
    assert_eq!(refusal(peer.client.resolve_group(undecided).await).0, Code::InvalidArgument);
}
