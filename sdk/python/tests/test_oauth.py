"""Tokens: got, kept, exchanged before they end, and never used twice."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from token_server import ISSUER, Clock, TokenServer

import bushel
from bushel.oauth import (
    ClientCredentials,
    DeviceCode,
    DeviceFlow,
    FileTokenStore,
    MemoryTokenStore,
    RefreshToken,
    TokenSet,
)

SECRET = "s3:cr&et"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> TokenServer:
    return TokenServer(clock)


@pytest.fixture(autouse=True)
def sleeps(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses move the clock and take no time."""
    made: list[float] = []

    def sleep(seconds: float) -> None:
        made.append(seconds)
        clock.now += seconds

    monkeypatch.setattr("time.sleep", sleep)
    return made


def client(server: TokenServer, auth: bushel.Credential) -> bushel.Bushel:
    return bushel.Bushel(auth=auth, base_url=ISSUER, transport=httpx.MockTransport(server))


def ask(one: bushel.Bushel) -> str:
    return one.ledger.assets.get("APPLE").code


def credentials(clock: Clock, **options: Any) -> ClientCredentials:
    return ClientCredentials("cli:ent", SECRET, clock=clock, **options)


def test_client_credentials_are_exchanged_before_they_end(server: TokenServer, clock: Clock) -> None:
    one = client(server, credentials(clock, scope="wallet.read"))
    for _ in range(3):
        assert ask(one) == "APPLE"
    assert server.grants == ["client_credentials"]
    clock.now += 569
    ask(one)
    assert len(server.grants) == 1
    # Half a minute before its end, so that no request arrives with an old one.
    clock.now += 1
    ask(one)
    assert len(server.grants) == 2
    assert set(server.authentications) == {"basic"}


def test_short_lives_have_a_shorter_leeway(server: TokenServer, clock: Clock) -> None:
    server.life_s = 10
    one = client(server, credentials(clock))
    ask(one)
    clock.now += 8.9
    ask(one)
    assert len(server.grants) == 1
    clock.now += 0.2
    ask(one)
    assert len(server.grants) == 2


def test_the_secret_can_be_in_the_body(server: TokenServer, clock: Clock) -> None:
    ask(client(server, credentials(clock, client_authentication="client_secret_post")))
    assert server.authentications == ["post"]


def test_a_token_that_ended_early_is_exchanged_once(server: TokenServer, clock: Clock) -> None:
    one = client(server, credentials(clock))
    ask(one)
    server.access.clear()
    assert ask(one) == "APPLE"
    assert len(server.grants) == 2
    # Where every token is refused it isn't asked for without end.
    server.life_s = 0
    server.access.clear()
    with pytest.raises(bushel.AuthenticationError):
        ask(one)
    assert len(server.grants) == 3


def test_a_token_that_stays_the_same_is_not_tried_again() -> None:
    calls: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(401, json={"code": "request.token.invalid"})

    one = bushel.Bushel(access_token="t", base_url=ISSUER, transport=httpx.MockTransport(refuse))
    with pytest.raises(bushel.AuthenticationError):
        ask(one)
    assert len(calls) == 1


def test_many_threads_ask_for_one_token(server: TokenServer, clock: Clock) -> None:
    one = client(server, credentials(clock))
    barrier = threading.Barrier(8)

    def work(_: int) -> str:
        barrier.wait()
        return ask(one)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {"APPLE"}
    assert server.grants == ["client_credentials"]


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_many_tasks_ask_for_one_token(server: TokenServer, clock: Clock) -> None:
    transport = httpx.MockTransport(server)
    async with bushel.AsyncBushel(auth=credentials(clock), base_url=ISSUER, transport=transport) as one:
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(one.ledger.assets.get, "APPLE")
    assert server.grants == ["client_credentials"]


def test_refusals_say_what_the_server_said(server: TokenServer, clock: Clock) -> None:
    wrong = ClientCredentials("cli:ent", "wrong", clock=clock)
    with pytest.raises(bushel.OAuthError, match="invalid_client: who are you") as caught:
        ask(client(server, wrong))
    assert (caught.value.error, caught.value.description) == ("invalid_client", "who are you?")


def test_refresh_tokens_are_used_once_and_kept_before_use(server: TokenServer, clock: Clock) -> None:
    store = MemoryTokenStore()
    auth = RefreshToken("cli:ent", store=store, refresh_token="first-refresh", clock=clock)
    one = client(server, auth)
    ask(one)
    kept = store.load()
    assert kept is not None
    assert kept.refresh_token == "secret-refresh-1"
    clock.now += 600
    ask(one)
    assert server.refresh == {
        "first-refresh": False,
        "secret-refresh-1": False,
        "secret-refresh-2": True,
    }
    # Another run of the program goes on with what is in the store, whatever it began with.
    clock.now += 600
    ask(client(server, RefreshToken("cli:ent", store=store, refresh_token="first-refresh", clock=clock)))
    assert server.refresh["secret-refresh-3"]
    assert server.authentications[0] == "none"


def test_what_another_process_exchanged_is_taken_from_the_store(server: TokenServer, clock: Clock) -> None:
    store = MemoryTokenStore()
    first, second = (
        client(server, RefreshToken("cli:ent", store=store, refresh_token="first-refresh", clock=clock))
        for _ in range(2)
    )
    ask(first)
    ask(second)
    assert server.grants == ["refresh_token"]


def test_a_refresh_whose_answer_got_lost_is_not_sent_again(server: TokenServer, clock: Clock) -> None:
    server.lose = "refresh_token"
    auth = RefreshToken("cli:ent", store=MemoryTokenStore(), refresh_token="first-refresh", clock=clock)
    with pytest.raises(bushel.APIConnectionError) as caught:
        ask(client(server, auth))
    assert caught.value.is_outcome_unknown
    assert server.grants == ["refresh_token"]


def test_client_credentials_whose_answer_got_lost_are(server: TokenServer, clock: Clock) -> None:
    server.lose = "client_credentials"
    assert ask(client(server, credentials(clock))) == "APPLE"
    assert len(server.grants) == 2


def test_a_store_without_tokens_says_what_to_do(server: TokenServer, clock: Clock) -> None:
    auth = RefreshToken("cli:ent", store=MemoryTokenStore(), clock=clock)
    with pytest.raises(bushel.ConsentNeededError, match="ask the person anew") as caught:
        ask(client(server, auth))
    assert caught.value.error == "consent_required"


def test_a_device_is_let_in_by_a_person(server: TokenServer, clock: Clock, sleeps: list[float]) -> None:
    shown: list[DeviceCode] = []
    server.polls = ["authorization_pending", "slow_down", "authorization_pending", "ok"]
    store = MemoryTokenStore()
    auth = DeviceFlow("cli:ent", on_code=shown.append, scope="wallet.read", store=store, clock=clock)
    one = client(server, auth)
    assert ask(one) == "APPLE"
    (code,) = shown
    assert (code.user_code, code.verification_uri) == ("WDJB-MJHT", f"{ISSUER}/device")
    assert code.verification_uri_complete == f"{ISSUER}/device?user_code=WDJB-MJHT"
    assert code.expires_in_s == 60
    assert sleeps == [5, 5, 10, 10]
    # From then on the person is left alone.
    clock.now += 600
    ask(one)
    ask(client(server, DeviceFlow("cli:ent", on_code=shown.append, store=store, clock=clock)))
    assert len(shown) == 1
    # Until they take it back.
    server.refresh.clear()
    clock.now += 600
    server.polls = ["ok"]
    ask(one)
    assert len(shown) == 2


@pytest.mark.anyio
async def test_a_device_is_let_in_while_other_tasks_go_on(
    server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr("anyio.sleep", sleep)
    threads: list[int] = []
    server.polls = ["authorization_pending", "ok"]
    auth = DeviceFlow("cli:ent", on_code=lambda _: threads.append(threading.get_ident()), clock=clock)
    transport = httpx.MockTransport(server)
    async with bushel.AsyncBushel(auth=auth, base_url=ISSUER, transport=transport) as one:
        assert (await one.ledger.assets.get("APPLE")).code == "APPLE"
    assert threads != [threading.get_ident()]


@pytest.mark.parametrize("verdict", ["access_denied", "expired_token"])
def test_a_device_that_is_not_let_in_says_so(verdict: str, server: TokenServer, clock: Clock) -> None:
    server.polls = ["authorization_pending", verdict]
    with pytest.raises(bushel.OAuthError) as caught:
        ask(client(server, DeviceFlow("cli:ent", on_code=lambda _: None, clock=clock)))
    assert caught.value.error == verdict


def test_a_refusal_of_the_refresh_that_is_not_final_asks_nobody_again(
    server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[DeviceCode] = []
    server.polls = ["ok"]
    one = client(server, DeviceFlow("cli:ent", on_code=shown.append, clock=clock))
    ask(one)
    clock.now += 600
    monkeypatch.setattr(server, "_refresh", lambda _: httpx.Response(400, json={"error": "invalid_scope"}))
    with pytest.raises(bushel.OAuthError, match="invalid_scope"):
        ask(one)
    assert len(shown) == 1


def test_a_busy_authorization_server_is_asked_again(
    server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [httpx.Response(503), httpx.Response(429), server._give(with_refresh=False)]
    monkeypatch.setattr(server, "_token", lambda _: answers.pop(0))
    assert ask(client(server, credentials(clock))) == "APPLE"
    answers += [httpx.Response(503, text="<html>")] * 4
    clock.now += 600
    with pytest.raises(bushel.UnexpectedAnswerError):
        ask(client(server, credentials(clock)))
    assert answers == []


def test_a_busy_authorization_server_says_when_to_come_back(
    server: TokenServer, clock: Clock, sleeps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [httpx.Response(429, headers={"retry-after": "7"}), server._give(with_refresh=False)]
    monkeypatch.setattr(server, "_token", lambda _: answers.pop(0))
    assert ask(client(server, credentials(clock))) == "APPLE"
    assert sleeps == [7]
    # Nobody waits for minutes without knowing.
    busy = {"error": "temporarily_unavailable"}
    answers.append(httpx.Response(429, headers={"retry-after": "600"}, json=busy))
    with pytest.raises(bushel.OAuthError, match="temporarily_unavailable"):
        ask(client(server, credentials(clock)))
    assert sleeps == [7]


def test_a_refusal_that_is_not_final_is_no_end(
    server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = RefreshToken("cli:ent", store=MemoryTokenStore(), refresh_token="first-refresh", clock=clock)
    monkeypatch.setattr(server, "_refresh", lambda _: httpx.Response(400, json={"error": "invalid_scope"}))
    with pytest.raises(bushel.OAuthError, match="invalid_scope") as caught:
        ask(client(server, auth))
    assert not isinstance(caught.value, bushel.ConsentNeededError)


def test_a_device_waits_no_longer_than_its_code_lives(server: TokenServer, clock: Clock) -> None:
    server.polls = ["authorization_pending"] * 100
    with pytest.raises(bushel.OAuthError) as caught:
        ask(client(server, DeviceFlow("cli:ent", on_code=lambda _: None, clock=clock)))
    assert caught.value.error == "expired_token"
    assert len(server.polls) == 100 - 12


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda server: server.metadata.update(issuer="https://evil.example"), bushel.UnexpectedAnswerError),
        (lambda server: server.metadata.pop("token_endpoint"), bushel.ConfigurationError),
        (lambda server: setattr(server, "_give", _no_token), bushel.UnexpectedAnswerError),
        (lambda server: setattr(server, "_give", _no_json), bushel.UnexpectedAnswerError),
    ],
)
def test_an_authorization_server_that_is_none_is_refused(
    spoil: Callable[[TokenServer], Any], kind: type[Exception], server: TokenServer, clock: Clock
) -> None:
    spoil(server)
    with pytest.raises(kind):
        ask(client(server, credentials(clock)))


def _no_token(**_: Any) -> httpx.Response:
    return httpx.Response(200, json={"access_token": "x", "token_type": "mac"})


def _no_json(**_: Any) -> httpx.Response:
    return httpx.Response(200, text="<html>")


def test_a_device_endpoint_without_a_code_is_refused(
    server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_device_codes", dict)
    with pytest.raises(bushel.UnexpectedAnswerError):
        ask(client(server, DeviceFlow("cli:ent", on_code=lambda _: None, clock=clock)))


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(bushel.ConfigurationError, match="go together"):
        DeviceFlow("c", on_code=print, client_authentication="client_secret_post")
    with pytest.raises(bushel.ConfigurationError, match="client_id"):
        ClientCredentials("", "s")


def test_files_of_tokens_are_private_whole_and_removable(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "bushel" / "tokens.json")
    assert store.load() is None
    tokens = TokenSet("a", 1.5, "r", "wallet.read")
    store.save(tokens)
    assert store.load() == tokens
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == ["tokens.json"]
    store.path.write_text("[]")
    with pytest.raises(bushel.ConfigurationError, match="remove it"):
        store.load()
    store.save(None)
    assert store.load() is None


def test_a_file_that_can_not_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileTokenStore(tmp_path / "tokens.json")
    store.save(TokenSet("old", 1))

    def fail(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store.save(TokenSet("new", 1))
    kept = store.load()
    assert kept is not None
    assert kept.access_token == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_tokens_are_not_printed(server: TokenServer, clock: Clock) -> None:
    auth = credentials(clock)
    one = client(server, auth)
    ask(one)
    shown = repr(one) + repr(auth) + repr(TokenSet("secret-a", 1, "secret-r"))
    assert "secret" not in shown
    assert SECRET not in shown
