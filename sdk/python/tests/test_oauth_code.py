"""The loopback address to which a browser comes back: what it takes, what not, and when it is gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.from_thread
import httpx
import pytest

import bushel
from bushel.oauth import AuthorizationCode
from bushel.testing import FakeApplication, FakeBushel, FakePerson


@pytest.fixture
def ann(fake: FakeBushel) -> FakePerson:
    return fake.person("ann")


@pytest.fixture
def application(fake: FakeBushel, ann: FakePerson) -> FakeApplication:
    return fake.application(ann, is_public=True)


def client(fake: FakeBushel, auth: bushel.Credential) -> bushel.Bushel:
    return bushel.Bushel(auth=auth, base_url="http://fake", transport=fake)


def redirect(url: str) -> httpx.URL:
    return httpx.URL(httpx.URL(url).params["redirect_uri"])


def is_free(address: httpx.URL) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address.host, address.port)) != 0


@pytest.mark.parametrize("address", ["http://127.0.0.1/callback?tenant=1", "http://[::1]/callback"])
def test_only_the_answer_to_this_question_counts(
    address: str, fake: FakeBushel, ann: FakePerson, application: FakeApplication, capfd: Any
) -> None:
    answers: list[httpx.Response] = []

    def on_url(url: str) -> None:
        back = httpx.URL(fake.approve(url, ann))
        asked = httpx.URL(url).params
        assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
        assert len(asked["state"]) == len(asked["code_challenge"]) == 43
        for other in (
            back.copy_set_param("state", "guess"),
            back.copy_remove_param("state"),
            back.copy_with(path="/favicon.ico"),
            # An error by somebody who doesn't know the state ends nothing either.
            redirect(url).copy_merge_params({"error": "access_denied", "state": "é"}),
        ):
            answers.append(httpx.get(other))
        answers.append(httpx.post(back))
        answers.append(httpx.get(back))

    options: Any = {"redirect_uri": address, "scope": "openid wallet.read"}
    one = client(fake, AuthorizationCode(application.client_id, on_url=on_url, **options))
    assert one.oauth.userinfo.get().sub == ann.id
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 501, 200]
    page = answers[-1]
    assert "You can close this page" in page.text
    assert "Nothing is waiting" in answers[0].text
    assert page.headers["content-security-policy"] == "default-src 'none'"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


def mixed_up(back: httpx.URL) -> httpx.URL:
    return back.copy_set_param("iss", "https://evil.example")


def silent(back: httpx.URL) -> httpx.URL:
    return back.copy_remove_param("iss")


def without_code(back: httpx.URL) -> httpx.URL:
    return back.copy_remove_param("code")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (mixed_up, "another authorization server"),
        (silent, "another authorization server"),
        (without_code, "invalid_request"),
    ],
)
def test_answers_of_others_are_refused(
    change: Callable[[httpx.URL], httpx.URL],
    error: str,
    fake: FakeBushel,
    ann: FakePerson,
    application: FakeApplication,
) -> None:
    auth = AuthorizationCode(
        application.client_id,
        on_url=lambda url: httpx.get(change(httpx.URL(fake.approve(url, ann)))),
        scope="wallet.read",
    )
    with pytest.raises(bushel.OAuthError, match=error):
        client(fake, auth).wallet.accounts.list()


def test_a_server_that_never_says_who_it_is_need_not(
    fake: FakeBushel, ann: FakePerson, application: FakeApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = fake.handle_request

    def handle(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        if request.url.path.startswith("/.well-known/"):
            metadata = response.json()
            del metadata["authorization_response_iss_parameter_supported"]
            return httpx.Response(200, json=metadata)
        return response

    monkeypatch.setattr(fake, "handle_request", handle)
    auth = AuthorizationCode(
        application.client_id,
        on_url=lambda url: httpx.get(silent(httpx.URL(fake.approve(url, ann)))),
        scope="wallet.read",
    )
    assert client(fake, auth).wallet.accounts.list().data == []


def test_connections_that_say_nothing_keep_nobody_waiting(
    fake: FakeBushel, ann: FakePerson, application: FakeApplication
) -> None:
    idle: list[socket.socket] = []

    def on_url(url: str) -> None:
        address = redirect(url)
        assert address.port is not None
        idle.append(socket.create_connection((address.host, address.port)))
        httpx.get(fake.approve(url, ann))

    auth = AuthorizationCode(application.client_id, on_url=on_url, scope="wallet.read")
    assert client(fake, auth).wallet.accounts.list().data == []
    idle[0].close()


def test_nobody_is_waited_for_without_end(fake: FakeBushel, application: FakeApplication) -> None:
    seen: list[httpx.URL] = []

    def on_url(url: str) -> None:
        seen.append(redirect(url))
        assert not is_free(seen[0])

    now = iter(range(0, 1000, 100))
    auth = AuthorizationCode(application.client_id, on_url=on_url, clock=lambda: next(now))
    with pytest.raises(bushel.OAuthError, match="nobody has let the program in"):
        client(fake, auth).wallet.accounts.list()
    assert is_free(seen[0])
    assert next(now) == 400


def test_a_program_that_is_ended_meanwhile_listens_no_more(
    fake: FakeBushel, application: FakeApplication
) -> None:
    seen: list[httpx.URL] = []

    def on_url(url: str) -> None:
        seen.append(redirect(url))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client(fake, AuthorizationCode(application.client_id, on_url=on_url)).wallet.accounts.list()
    assert is_free(seen[0])


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_a_task_that_is_cancelled_meanwhile_listens_no_more(
    fake: FakeBushel, application: FakeApplication
) -> None:
    seen: list[httpx.URL] = []
    scope = anyio.CancelScope()

    def on_url(url: str) -> None:
        seen.append(redirect(url))
        anyio.from_thread.run_sync(scope.cancel)

    auth = AuthorizationCode(application.client_id, on_url=on_url)
    async with bushel.AsyncBushel(auth=auth, base_url="http://fake", transport=fake) as one:
        with scope:
            await one.wallet.accounts.list()
        assert scope.cancelled_caught
        assert is_free(seen[0])


def test_an_address_may_have_a_port_of_its_own(
    fake: FakeBushel, ann: FakePerson, application: FakeApplication
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/callback"
    seen: list[str] = []

    def on_url(url: str) -> None:
        seen.append(str(redirect(url)))
        httpx.get(fake.approve(url, ann))

    def auth() -> AuthorizationCode:
        options: Any = {"redirect_uri": address, "scope": "wallet.read"}
        return AuthorizationCode(application.client_id, on_url=on_url, **options)

    for _ in range(2):
        client(fake, auth()).wallet.accounts.list()
    assert seen == [address, address]
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
        client(fake, auth()).wallet.accounts.list()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/callback",
        "http://localhost/callback",
        "http://0.0.0.0/",
        "http://127.0.0.1/#x",
        "/",
    ],
)
def test_other_addresses_than_those_of_a_loopback_are_refused(address: str) -> None:
    with pytest.raises(bushel.ConfigurationError, match=r"127\.0\.0\.1"):
        AuthorizationCode("app", redirect_uri=address)


def test_without_a_browser_it_says_what_to_do(
    fake: FakeBushel, ann: FakePerson, application: FakeApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = AuthorizationCode(application.client_id, scope="wallet.read")
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    with pytest.raises(bushel.ConfigurationError, match="DeviceFlow"):
        client(fake, auth).wallet.accounts.list()

    def visit(url: str) -> bool:
        threading.Thread(target=lambda: httpx.get(fake.approve(url, ann))).start()
        return True

    monkeypatch.setattr("webbrowser.open", visit)
    assert client(fake, auth).wallet.accounts.list().data == []
