//! Accounts, their entries and balances through gRPC.

use super::*;

#[tokio::test]
async fn accounts_have_results_each_and_are_found_by_id_and_address() {
    let mut peer = Peer::with_accounts().await;
    let account = |address: &str, asset: &str| NewAccount {
        address: Some(address.to_owned()),
        asset: asset.to_owned(),
        metadata: BTreeMap::from([("tier".to_owned(), "gold".to_owned())]),
        ..NewAccount::default()
    };
    let request = CreateAccountsRequest {
        accounts: vec![account("eve", "EUR"), account("ann", "EUR"), account("kim", "USD")],
        include_accounts: true,
        ..Default::default()
    };
    let response = peer.client.create_accounts(request).await.unwrap().into_inner();
    let statuses: Vec<_> = response.results.iter().map(AccountResult::status).collect();
    use AccountStatus as Is;
    assert_eq!(statuses, [Is::Created, Is::AddressAlreadyTaken, Is::AssetNotFound]);
    assert_eq!((response.created_count, response.failed_count), (1, 2));
    let eve = response.results[0].account.as_deref().unwrap();
    assert_eq!((eve.address.as_deref(), eve.metadata["tier"].as_str()), (Some("eve"), "gold"));
    assert_eq!(response.results[1].account, None);

    for name in ["eve", &eve.id] {
        let request = GetAccountRequest { account: name.to_owned() };
        let found = peer.client.get_account(request).await.unwrap().into_inner().account;
        assert_eq!(found.as_ref(), Some(eve));
    }
    let missing = GetAccountRequest { account: "nobody".to_owned() };
    let missing = refusal(peer.client.get_account(missing).await);
    assert_eq!(missing, refused_as(Code::NotFound, "ledger.account.not_found"));
    let other = GetAccountRequest { account: peer.id() };
    let refused = refusal(peer.client.get_account(other).await);
    assert_eq!(refused, refused_as(Code::InvalidArgument, "request.body.invalid"));
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let mut peer = Peer::with_accounts().await;
    let mut request = ListAccountsRequest { limit: 2, ..Default::default() };
    let mut seen = Vec::new();
    loop {
        let page = peer.client.list_accounts(request.clone()).await.unwrap().into_inner();
        seen.extend(page.accounts.into_iter().filter_map(|account| account.address));
        if page.next_cursor.is_empty() {
            break;
        }
        request.cursor = page.next_cursor;
    }
    assert_eq!(seen, ["bank", "ann", "bob"]);
    for (filter, count) in [
        (ListAccountsRequest { address_prefix: Some("b".into()), ..Default::default() }, 2),
        (ListAccountsRequest { asset: Some("USD".into()), ..Default::default() }, 0),
        (ListAccountsRequest { asset: Some("EUR".into()), ..Default::default() }, 3),
        (ListAccountsRequest { closed: Some(true), ..Default::default() }, 0),
        (ListAccountsRequest { code: Some(1), ..Default::default() }, 3),
    ] {
        let page = peer.client.list_accounts(filter.clone()).await.unwrap().into_inner();
        assert_eq!(page.accounts.len(), count, "{filter:?}");
    }
    let wrong = ListAccountsRequest { limit: 201, cursor: "zzz".into(), ..Default::default() };
    let status = peer.client.list_accounts(wrong).await.unwrap_err();
    let details = status.get_error_details();
    let fields: Vec<_> = details.bad_request().unwrap().field_violations.iter().collect();
    assert_eq!((fields[0].field.as_str(), fields[1].field.as_str()), ("limit", "cursor"));
}

#[tokio::test]
async fn account_is_changed_where_a_field_is_given() {
    let mut peer = Peer::with_accounts().await;
    let change = |request| UpdateAccountRequest { account: "ann".to_owned(), ..request };
    let raised = change(UpdateAccountRequest {
        expected_version: Some(1),
        ceiling: Some("500".to_owned()),
        ..Default::default()
    });
    let account = peer.client.update_account(raised.clone()).await.unwrap().into_inner().account;
    let account = account.unwrap();
    assert_eq!((account.floor.as_deref(), account.ceiling.as_deref()), (Some("0"), Some("500")));
    assert_eq!(account.version, 2);
    let late = refusal(peer.client.update_account(raised).await);
    assert_eq!(late, refused_as(Code::FailedPrecondition, "ledger.account.version_conflict"));

    let cleared = change(UpdateAccountRequest {
        floor: Some(String::new()),
        metadata: Some(Metadata { pairs: BTreeMap::from([("a".into(), "b".into())]) }),
        ..Default::default()
    });
    let account = peer.client.update_account(cleared).await.unwrap().into_inner().account.unwrap();
    assert_eq!((account.floor, account.ceiling.as_deref()), (None, Some("500")));
    assert_eq!(account.metadata["a"], "b");
    let nobody = UpdateAccountRequest { account: "nobody".to_owned(), ..Default::default() };
    assert_eq!(refusal(peer.client.update_account(nobody).await).0, Code::NotFound);
}

#[tokio::test]
async fn entries_carry_the_running_balance() {
    let mut peer = Peer::with_accounts().await;
    let effective_at = Some(proto::Timestamp { seconds: 1_000, nanos: 0 });
    let first = NewTransfer { effective_at, ..peer.transfer("bank", "ann", 100) };
    let response = peer.create(vec![first]).await;
    assert_eq!(response.created_count, 1);
    let second = peer.transfer("ann", "bob", 30);
    peer.create(vec![second]).await;
    let mut request =
        ListEntriesRequest { account: "ann".to_owned(), limit: 1, ..Default::default() };
    let mut seen = Vec::new();
    loop {
        let page = peer.client.list_entries(request.clone()).await.unwrap().into_inner();
        let entries = page.entries.into_iter();
        seen.extend(entries.map(|e| (e.transfer.unwrap(), e.balances.unwrap().balance)));
        if page.next_cursor.is_empty() {
            break;
        }
        request.cursor = page.next_cursor;
    }
    let balances: Vec<&str> = seen.iter().map(|(_, balance)| balance.as_str()).collect();
    assert_eq!(balances, ["70", "100"]);

    let at = seen[1].0.created_at.unwrap();
    assert_eq!(peer.balances("ann", Some(Moment::At(at))).await.balance, "100");
    let early = Moment::EffectiveAt(proto::Timestamp { seconds: 1_000, nanos: 0 });
    assert_eq!(peer.balances("ann", Some(early)).await.balance, "100");
    let before = Moment::EffectiveAt(proto::Timestamp { seconds: 999, nanos: 0 });
    assert_eq!(peer.balances("ann", Some(before)).await.balance, "0");
    let wrong = Moment::At(proto::Timestamp { seconds: 0, nanos: -1 });
    let request = GetBalanceRequest { account: "ann".to_owned(), moment: Some(wrong) };
    assert_eq!(refusal(peer.client.get_balance(request).await).0, Code::InvalidArgument);
}
