"""Programs that people let in: the same against the real authorization server and the fake."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from oauth_world import SCOPE, Clock, OAuthWorld, browser, device, first_tokens, held, kept

import bushel
from bushel.oauth import (
    AuthorizationCode,
    ClientCredentials,
    DeviceCode,
    DeviceFlow,
    FileTokenStore,
    MemoryTokenStore,
    RefreshToken,
    TokenSet,
)

# --- Client credentials ---------------------------------------------------------------------------


def test_a_program_acts_for_its_owner_within_its_scopes(world: OAuthWorld) -> None:
    program = world.program()
    bob = world.person("bob")
    secret = program.client_secret or ""
    client = world.client(ClientCredentials(program.client_id, secret, scope="wallet.read wallet.write"))
    assert client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=5).amount == 5
    assert held(client) == 95
    with pytest.raises(bushel.PermissionDeniedError) as denied:
        client.identity.profile.get()
    assert denied.value.code == "request.forbidden"
    post = ClientCredentials(program.client_id, secret, client_authentication="client_secret_post")
    assert held(world.client(post)) == 95


@pytest.mark.parametrize("scope", ["wallet.read payments.write", "wallet.read users.read", "openid"])
def test_more_than_a_program_may_ask_for_is_refused(scope: str, world: OAuthWorld) -> None:
    program = world.program()
    with pytest.raises(bushel.OAuthError) as caught:
        held(world.client(ClientCredentials(program.client_id, program.client_secret or "", scope=scope)))
    assert caught.value.error == "invalid_scope"


def test_who_is_not_the_program_is_refused(world: OAuthWorld) -> None:
    program, public = world.program(), world.program(is_public=True)
    wrong = (program.client_secret or "")[:-1] + "!"
    for auth, error in (
        (ClientCredentials(program.client_id, wrong), "invalid_client"),
        (ClientCredentials("app_00000000000000000000000001", wrong), "invalid_client"),
        (ClientCredentials(public.client_id, wrong), "invalid_client"),
        (DeviceFlow(program.client_id, on_code=print), "invalid_client"),
    ):
        with pytest.raises(bushel.OAuthError) as caught:
            held(world.client(auth))
        assert caught.value.error == error


@pytest.mark.anyio
async def test_coroutines_act_for_an_owner_too(world: OAuthWorld) -> None:
    program = world.program()
    auth = ClientCredentials(program.client_id, program.client_secret or "")
    async with world.async_client(auth) as client:
        assert (await client.wallet.accounts.list()).data[0].total == 100


# --- Devices --------------------------------------------------------------------------------------


def test_a_device_is_let_in_once(world: OAuthWorld, tmp_path: Path, quick: None) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    store, clock = FileTokenStore(tmp_path / "tokens.json"), Clock()
    shown: list[DeviceCode] = []

    def on_code(code: DeviceCode) -> None:
        shown.append(code)
        world.approve(code.user_code, ann)

    def run() -> bushel.Bushel:
        options: Any = {"scope": SCOPE, "store": store, "clock": clock}
        return world.client(DeviceFlow(program.client_id, on_code=on_code, **options))

    assert held(run()) == 100
    (code,) = shown
    assert code.verification_uri == f"{world.url}/device"
    assert code.verification_uri_complete == f"{world.url}/device?user_code={code.user_code}"
    assert code.expires_in_s == 600
    first = kept(store)
    assert set((first.scope or "").split()) == set(SCOPE.split())
    # The next run has a good token yet; the one after that exchanges it.
    assert held(run()) == 100
    assert kept(store) == first
    clock.ahead_s += 900
    assert held(run()) == 100
    assert kept(store).refresh_token != first.refresh_token
    # Until the person takes it back: then they are asked again.
    world.take_back(ann, program)
    assert held(run()) == 100
    assert len(shown) == 2


def test_a_device_without_offline_access_asks_again(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    store, clock, shown = MemoryTokenStore(), Clock(), []

    def on_code(code: DeviceCode) -> None:
        shown.append(code.user_code)
        world.approve(code.user_code, ann)

    auth = DeviceFlow(program.client_id, on_code=on_code, scope="wallet.read", store=store, clock=clock)
    client = world.client(auth)
    held(client)
    assert kept(store).refresh_token is None
    clock.ahead_s += 900
    held(client)
    assert len(set(shown)) == 2


def test_a_device_that_nobody_lets_in_is_told(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(), world.person("ann")

    def on_code(code: DeviceCode) -> None:
        world.deny(code.user_code, ann)

    auth = DeviceFlow(program.client_id, program.client_secret, on_code=on_code, scope="wallet.read")
    with pytest.raises(bushel.OAuthError, match="access_denied"):
        held(world.client(auth))


@pytest.mark.parametrize("world", ["real"], indirect=True)
def test_a_device_that_asks_too_often_slows_down(world: OAuthWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    shown: list[str] = []
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        # Without pauses the second question is early, and says so.
        pauses.append(seconds)
        if len(pauses) == 3:
            world.approve(shown[0], ann)

    monkeypatch.setattr("bushel._http.time.sleep", sleep)
    auth = DeviceFlow(
        program.client_id, on_code=lambda code: shown.append(code.user_code), scope="wallet.read"
    )
    assert held(world.client(auth)) == 100
    assert pauses == [5, 5, 10]


@pytest.mark.anyio
async def test_a_device_of_coroutines_is_let_in(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    async with world.async_client(device(world, program, ann)) as client:
        assert (await client.oauth.userinfo.get()).preferred_username == ann.handle


# --- Refresh --------------------------------------------------------------------------------------


def test_a_second_use_of_a_refresh_token_ends_everything(
    world: OAuthWorld, tmp_path: Path, quick: None
) -> None:
    program, ann = world.program(), world.person("ann")
    store, clock = FileTokenStore(tmp_path / "tokens.json"), Clock()
    stolen = first_tokens(world, program, ann, store)
    clock.ahead_s += 900
    options: Any = {"store": store, "clock": clock}
    owner = world.client(RefreshToken(program.client_id, program.client_secret, **options))
    assert held(owner) == 100
    newest = kept(store)
    assert newest.refresh_token not in (None, stolen.refresh_token)
    options = {"store": MemoryTokenStore(stolen), "clock": clock}
    thief = world.client(RefreshToken(program.client_id, program.client_secret, **options))
    with pytest.raises(bushel.ConsentNeededError, match="ask the person anew") as caught:
        held(thief)
    assert caught.value.error == "invalid_grant"
    # Nobody can tell who the thief is: the owner's tokens have ended, too.
    with pytest.raises(bushel.ConsentNeededError):
        held(owner)


def test_what_a_person_takes_back_has_ended(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(), world.person("ann")
    store = MemoryTokenStore()
    first_tokens(world, program, ann, store)
    client = world.client(RefreshToken(program.client_id, program.client_secret, store=store))
    assert held(client) == 100
    world.take_back(ann, program)
    with pytest.raises(bushel.ConsentNeededError):
        held(client)


def test_a_token_that_ended_early_is_exchanged_and_the_call_repeated(world: OAuthWorld, quick: None) -> None:
    program, ann, bob = world.program(), world.person("ann"), world.person("bob")
    store = MemoryTokenStore()
    first = first_tokens(world, program, ann, store)
    client = world.client(RefreshToken(program.client_id, program.client_secret, store=store))
    world.end(program, first.access_token)
    client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=5)
    second = kept(store)
    assert second.access_token != first.access_token
    assert held(client) == 95
    assert kept(store) == second


@pytest.mark.anyio
async def test_coroutines_exchange_a_token_once(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(), world.person("ann")
    store = MemoryTokenStore()
    first = await anyio.to_thread.run_sync(lambda: first_tokens(world, program, ann, store))
    await anyio.to_thread.run_sync(lambda: world.end(program, first.access_token))
    auth = RefreshToken(program.client_id, program.client_secret, store=store)
    async with world.async_client(auth) as client:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(client.ledger.assets.get, "APPLE")
        # A second exchange of the same token would have ended it.
        assert (await client.wallet.accounts.list()).data[0].total == 100


# --- Signing out ----------------------------------------------------------------------------------


def test_a_program_that_signs_out_leaves_nothing_behind(
    world: OAuthWorld, tmp_path: Path, quick: None
) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    store = FileTokenStore(tmp_path / "tokens.json")
    tokens = first_tokens(world, program, ann, store)
    # In another run, which has asked for nothing yet.
    client = world.client(RefreshToken(program.client_id, store=store))
    client.sign_out()
    assert not store.path.exists()
    with pytest.raises(bushel.AuthenticationError):
        held(world.client(bushel.Token(tokens.access_token)))
    copy = MemoryTokenStore(TokenSet("", 0, tokens.refresh_token))
    for auth in (
        RefreshToken(program.client_id, store=copy),
        RefreshToken(program.client_id, store=store),
    ):
        with pytest.raises(bushel.ConsentNeededError):
            held(world.client(auth))
    client.sign_out()


@pytest.mark.anyio
async def test_coroutines_sign_out(world: OAuthWorld) -> None:
    program = world.program()
    store = MemoryTokenStore()
    auth = ClientCredentials(program.client_id, program.client_secret or "", store=store)
    async with world.async_client(auth) as client:
        await client.wallet.accounts.list()
        token = kept(store).access_token
        await client.sign_out()
        assert store.load() is None
        refused = client.with_options(auth=bushel.Token(token))
        with pytest.raises(bushel.AuthenticationError):
            await refused.wallet.accounts.list()
        # It may come back, too.
        await client.wallet.accounts.list()


def test_who_is_not_the_program_gives_nothing_back(world: OAuthWorld, quick: None) -> None:
    program, ann = world.program(), world.person("ann")
    store = MemoryTokenStore()
    first_tokens(world, program, ann, store)
    with pytest.raises(bushel.OAuthError, match="invalid_client"):
        world.client(RefreshToken(program.client_id, "wrong", store=store)).sign_out()
    assert held(world.client(RefreshToken(program.client_id, program.client_secret, store=store))) == 100
    with pytest.raises(bushel.ConfigurationError, match="given back"):
        world.client(bushel.Anonymous()).sign_out()


class CancelledTokens(httpx.AsyncBaseTransport):
    """The task is cancelled while the answer of the token endpoint is on its way."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.scope = anyio.CancelScope()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep(0)
        response = await self.inner.handle_async_request(request)
        if request.url.path == "/oauth/token":
            self.scope.cancel()
            await anyio.sleep(0.01)
        return response

    async def aclose(self) -> None:
        await self.inner.aclose()


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_a_task_that_is_cancelled_loses_no_refresh_token(world: OAuthWorld, tmp_path: Path) -> None:
    program, clock = world.program(is_public=True), Clock()
    ann, store = world.person("ann"), FileTokenStore(tmp_path / "tokens.json")
    held(world.client(browser(world, program, ann, store=store)))
    first = kept(store)
    clock.ahead_s += 900
    auth = RefreshToken(program.client_id, store=store, clock=clock)
    transport = CancelledTokens(world.async_transport())
    async with bushel.AsyncBushel(auth=auth, base_url=world.url, transport=transport) as client:
        with transport.scope:
            await client.wallet.accounts.list()
        assert transport.scope.cancelled_caught
        assert kept(store).refresh_token != first.refresh_token
        assert (await client.wallet.accounts.list()).data[0].total == 100


# --- Codes ----------------------------------------------------------------------------------------


def test_a_browser_lets_a_program_in_once(world: OAuthWorld, tmp_path: Path) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    store, clock = FileTokenStore(tmp_path / "tokens.json"), Clock()
    client = world.client(browser(world, program, ann, store=store, clock=clock))
    assert held(client) == 100
    who = client.oauth.userinfo.get()
    assert (who.preferred_username, who.email, who.email_verified) == (ann.handle, ann.email, True)
    clock.ahead_s += 900

    def nobody(url: str) -> None:
        raise AssertionError("nobody should be asked")

    again = AuthorizationCode(program.client_id, on_url=nobody, scope=SCOPE, store=store, clock=clock)
    assert held(world.client(again)) == 100
    # A server of the same program needs no browser.
    assert held(world.client(RefreshToken(program.client_id, store=store, clock=clock))) == 100


def test_a_person_may_refuse_a_browser(world: OAuthWorld) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    with pytest.raises(bushel.OAuthError, match="access_denied"):
        held(world.client(browser(world, program, ann, "deny")))


def test_more_than_a_browser_may_bring_is_refused(world: OAuthWorld) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    for scope in ("users.read", None):
        with pytest.raises(bushel.OAuthError, match="invalid_scope"):
            held(world.client(browser(world, program, ann, scope=scope)))


def test_userinfo_needs_its_scope(world: OAuthWorld) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    client = world.client(browser(world, program, ann, scope="wallet.read"))
    with pytest.raises(bushel.PermissionDeniedError) as caught:
        client.oauth.userinfo.get()
    assert caught.value.code == "insufficient_scope"


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_a_browser_lets_coroutines_in_while_others_go_on(world: OAuthWorld) -> None:
    program = await anyio.to_thread.run_sync(lambda: world.program(is_public=True))
    ann = await anyio.to_thread.run_sync(lambda: world.person("ann"))
    threads: list[threading.Thread] = []

    def on_url(url: str) -> None:
        """As a browser does it: on its own."""
        threads.append(threading.Thread(target=lambda: httpx.get(world.approve(url, ann))))
        threads[0].start()

    auth = AuthorizationCode(program.client_id, on_url=on_url, scope=SCOPE)
    async with world.async_client(auth) as client:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(client.ledger.assets.get, "APPLE")
    assert len(threads) == 1
    threads[0].join()


def test_a_second_use_of_a_code_ends_what_it_was_exchanged_for(world: OAuthWorld) -> None:
    program, ann = world.program(is_public=True), world.person("ann")
    addresses: list[httpx.URL] = []

    def on_url(url: str) -> None:
        addresses.append(httpx.URL(world.approve(url, ann)))
        httpx.get(addresses[-1])

    def replay(url: str) -> None:
        asked, code = httpx.URL(url).params, addresses[0].params["code"]
        answer = {"code": code, "state": asked["state"], "iss": world.url}
        httpx.get(httpx.URL(asked["redirect_uri"]).copy_merge_params(answer))

    client = world.client(AuthorizationCode(program.client_id, on_url=on_url, scope="wallet.read"))
    assert held(client) == 100
    with pytest.raises(bushel.OAuthError, match="invalid_grant"):
        held(world.client(AuthorizationCode(program.client_id, on_url=replay, scope="wallet.read")))
    assert held(client) == 100
    assert len(addresses) == 2


@pytest.mark.parametrize("world", ["real"], indirect=True)
def test_another_name_of_the_server_is_refused_and_the_right_one_said(world: OAuthWorld) -> None:
    program = world.program()
    auth = ClientCredentials(program.client_id, program.client_secret or "")
    other = world.url.replace("localhost", "127.0.0.1")
    with bushel.Bushel(auth=auth, base_url=other) as client:
        with pytest.raises(bushel.UnexpectedAnswerError, match=f"another issuer, '{world.url}'"):
            held(client)
    named = ClientCredentials(program.client_id, program.client_secret or "", issuer=world.url)
    with bushel.Bushel(auth=named, base_url=other) as client:
        assert held(client) == 100


@pytest.mark.parametrize("world", ["real"], indirect=True)
def test_an_owner_looks_after_a_program(world: OAuthWorld) -> None:
    program = world.program()
    with program.owner.signed_in() as client:
        applications = client.oauth.applications
        (found,) = applications.list().applications
        assert found.id == program.client_id
        found = applications.get(program.client_id)
        changed = applications.update(found.id, if_match=found, name="Orchard Books & Sons")
        assert changed.name == "Orchard Books & Sons"
        with pytest.raises(bushel.PreconditionError):
            applications.update(found.id, if_match=found, name="Orchard")
        with pytest.raises(bushel.BadRequestError) as caught:
            applications.create(
                name="x", kind="public", grant_types=["client_credentials"], scopes=["openid"]
            )
        assert [one.pointer for one in caught.value.fields] == ["/grant_types"]
        rotated = applications.rotate_secret(found.id, overlap_s=3600)
        secret = rotated.client_secret or ""
        assert secret not in repr(rotated)
        for good in (secret, program.client_secret or ""):
            assert held(world.client(ClientCredentials(program.client_id, good))) == 100
        applications.delete(found.id)
        with pytest.raises(bushel.OAuthError, match="invalid_client"):
            held(world.client(ClientCredentials(program.client_id, secret)))
    with program.owner.client() as keyed, pytest.raises(bushel.PermissionDeniedError):
        keyed.oauth.applications.list()
