"""What the fake has beyond the real server's answers: its clock, its troubles, its limits."""

from __future__ import annotations

from datetime import datetime, timezone

import httpx
import pytest

import bushel
from bushel.oauth import ClientCredentials, DeviceFlow, MemoryTokenStore
from bushel.testing import FakeBushel


def test_time_stands_until_it_is_moved_and_then_what_waits_expires(fake: FakeBushel) -> None:
    ann, bob = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    with fake.client(ann) as anns, fake.client(bob) as bobs:
        held = anns.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=4, accept_within_s=60)
        assert held.created_at == fake.now
        fake.advance(59.9)
        assert anns.wallet.transfers.get(held.id).status == "waiting"
        fake.advance(0.1)
        gone = anns.wallet.transfers.get(held.id)
        assert (gone.status, gone.expires_at) == ("expired", None)
        assert gone.timeline is not None
        assert [(one.event, one.by, one.at) for one in gone.timeline[1:]] == [("expired", None, fake.now)]
        with pytest.raises(bushel.ConflictError) as caught:
            bobs.wallet.transfers.accept(held.id)
        assert caught.value.code == "wallet.transfer.not_waiting"
        assert anns.wallet.accounts.list().data[0].available == 10


def test_it_begins_when_it_is_told_to() -> None:
    fake = FakeBushel(now=datetime(2026, 1, 1, tzinfo=timezone.utc))
    fake.asset("APPLE")
    ann = fake.person("ann")
    with fake.client(ann) as client:
        assert client.ledger.assets.get("APPLE").created_at.isoformat() == "2026-01-01T00:00:00+00:00"


def test_an_invitation_is_claimed_by_whoever_comes(fake: FakeBushel) -> None:
    ann = fake.person("ann")
    fake.give(ann, "APPLE", 10)
    with fake.client(ann) as client:
        sent = client.wallet.transfers.create(to={"email": "new@example.org"}, asset="APPLE", amount=4)
        assert sent.status == "invited"
        new = fake.person("new")
        assert client.wallet.transfers.get(sent.id).status == "accepted"
    with fake.client(new) as client:
        assert client.wallet.accounts.list().data[0].total == 4


def test_troubles_come_in_the_order_in_which_they_were_asked_for(fake: FakeBushel) -> None:
    ann, _ = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    policy = bushel.RetryPolicy(max_retries=0)
    with fake.client(ann, retries=policy) as client:
        fake.fail_next("unavailable")
        fake.fail_next("lost_request")
        fake.fail_next("lost_answer")

        def send() -> bushel.models.WalletTransfer:
            return client.wallet.transfers.create(
                to={"handle": "bob"}, asset="APPLE", amount=1, idempotency_key="k"
            )

        with pytest.raises(bushel.UnavailableError):
            send()
        with pytest.raises(bushel.APIConnectionError) as caught:
            send()
        assert not caught.value.is_outcome_unknown
        with pytest.raises(bushel.APIConnectionError) as caught:
            send()
        assert caught.value.is_outcome_unknown
        assert send().http.is_replayed
        assert client.wallet.accounts.list().data[0].total == 9


@pytest.mark.anyio
async def test_coroutines_use_the_same_fake(fake: FakeBushel) -> None:
    ann, bob = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    async with fake.async_client(ann) as client:
        sent = await client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=3)
        assert [one.id async for one in client.wallet.transfers.list()] == [sent.id]
    async with fake.async_client(bob) as client:
        assert (await client.wallet.accounts.list()).data[0].total == 3


def test_closed_accounts_take_nothing_until_they_are_opened_again(fake: FakeBushel) -> None:
    ann, bob = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    with fake.client(ann) as anns, fake.client(bob) as bobs:
        account = bobs.wallet.accounts.open(asset="APPLE")
        assert bobs.wallet.accounts.close(account.id).status == "closed"
        with pytest.raises(bushel.UnprocessableError) as caught:
            anns.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=1)
        assert caught.value.code == "wallet.transfer.recipient_unavailable"
        assert bobs.wallet.accounts.open(asset="APPLE").status == "open"
        anns.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=1)


def test_what_it_does_not_know_is_no_silent_success(fake: FakeBushel) -> None:
    ann = fake.person("ann")
    with fake.client(ann) as client:
        with pytest.raises(NotImplementedError, match="GET /v1/wallet/limits"):
            client.wallet.limits.list()
        fake.give(ann, "APPLE", 1)
        account = client.wallet.accounts.list().data[0].id
        with pytest.raises(NotImplementedError, match="filter"):
            client.wallet.accounts.history(account, q="pizza")
        client.wallet.accounts.open(asset="EUR")
        with pytest.raises(NotImplementedError, match="two cards"):
            client.payments.deposits.create(asset="EUR", amount=1, card={"number": "5555555555554444"})
        assert client.health.healthz().status == "alive"


def test_a_body_that_is_none_is_refused(fake: FakeBushel) -> None:
    ann = fake.person("ann")
    for content in (b"{", b"[]"):
        response = fake.handle_request(
            httpx.Request(
                "POST",
                "http://fake/v1/wallet/transfers",
                headers={"authorization": f"Bearer {ann.api_key}"},
                content=content,
            )
        )
        assert (response.status_code, response.json()["code"]) == (400, "request.body.invalid")


def test_nonsense_is_refused_as_such(fake: FakeBushel) -> None:
    ann = fake.person("ann")
    with fake.client(ann) as client:
        client.wallet.accounts.open(asset="EUR")
        for call, status in (
            (lambda: client.wallet.transfers.list(cursor="a"), 400),
            (lambda: client.wallet.transfers.create(to={}, asset="APPLE", amount=1), 400),  # type: ignore[arg-type]
            (lambda: client.payments.deposits.create(asset="EUR", amount=1, card={"number": "x"}), 422),
        ):
            with pytest.raises(bushel.APIError) as caught:
                call()
            assert caught.value.status_code == status
        assert [one.code for one in client.ledger.assets.list()] == ["APPLE", "EUR"]


def test_mistakes_of_a_test_are_named(fake: FakeBushel) -> None:
    ann = fake.person("ann")
    with pytest.raises(ValueError, match="handle"):
        fake.person("ann")
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="above zero"):
            fake.give(ann, "APPLE", wrong)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        fake.give(ann, "PEAR", 1)
    assert ann.api_key not in repr(ann)


def test_a_device_that_nobody_decides_on_does_not_ask_for_ever(fake: FakeBushel) -> None:
    application = fake.application(fake.person("ann"), is_public=True)
    auth = DeviceFlow(application.client_id, on_code=lambda _: None)
    with bushel.Bushel(auth=auth, base_url="http://fake", transport=fake) as client:
        with pytest.raises(bushel.OAuthError, match="expired_token"):
            client.wallet.accounts.list()


def test_of_the_protocol_it_knows_what_the_sdk_asks_and_says_so(fake: FakeBushel) -> None:
    with fake.client(fake.person("ann")) as client:
        with pytest.raises(NotImplementedError, match="GET /oauth/jwks"):
            client.request("GET", "/oauth/jwks")
    application = fake.application(fake.person("bob"), scope="wallet.read")
    auth = ClientCredentials(application.client_id, application.client_secret or "")
    with bushel.Bushel(auth=auth, base_url="http://fake", transport=fake) as client:
        with pytest.raises(NotImplementedError, match="GET /metrics"):
            client.health.metrics()


def test_what_somebody_takes_back_has_ended_and_nothing_else(fake: FakeBushel) -> None:
    ann, bob = fake.person("ann"), fake.person("bob")
    store = MemoryTokenStore()
    ones, others = (fake.application(ann, is_public=True) for _ in range(2))
    auths = [
        DeviceFlow(ones.client_id, on_code=lambda code: fake.approve(code.user_code, bob), store=store),
        DeviceFlow(others.client_id, on_code=lambda code: fake.approve(code.user_code, bob)),
    ]
    one, other = (bushel.Bushel(auth=auth, base_url="http://fake", transport=fake) for auth in auths)
    assert [client.identity.profile.get().handle for client in (one, other)] == ["bob", "bob"]
    fake.take_back(bob, ones)
    tokens = store.load()
    assert tokens is not None
    taken = one.with_options(auth=bushel.Token(tokens.access_token))
    for call in (taken.wallet.accounts.list, taken.oauth.userinfo.get):
        with pytest.raises(bushel.AuthenticationError):
            call()
    assert other.oauth.userinfo.get().sub == bob.id


def test_client_tokens_end_when_their_time_is_over(fake: FakeBushel) -> None:
    store = MemoryTokenStore()
    application = fake.application(fake.person("ann"))
    auth = ClientCredentials(application.client_id, application.client_secret or "", store=store)
    with bushel.Bushel(auth=auth, base_url="http://fake", transport=fake) as client:
        client.wallet.accounts.list()
        tokens = store.load()
        assert tokens is not None
        with pytest.raises(bushel.PermissionDeniedError, match="insufficient_scope"):
            client.oauth.userinfo.get()
        fake.advance(900)
        old = client.with_options(auth=bushel.Token(tokens.access_token))
        with pytest.raises(bushel.AuthenticationError) as caught:
            old.wallet.accounts.list()
        assert caught.value.code == "request.token.expired"
        client.wallet.accounts.list()
    assert (application.client_secret or "") not in repr(application)
