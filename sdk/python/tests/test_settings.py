"""What a client is made with, and what it lets nobody see."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from canned import ASSET, TRANSFER, Server, problem, send

import bushel
from bushel._calls import Operation, prepare
from bushel._http import Send


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(ASSET)
    monkeypatch.setenv("BUSHEL_URL", "https://env.example/bank/")
    monkeypatch.setenv("BUSHEL_API_KEY", "bshl_key_env")
    bushel.Bushel(transport=httpx.MockTransport(server)).ledger.assets.get("APPLE")
    assert str(server.requests[0].url) == "https://env.example/bank/v1/ledger/assets/APPLE"
    assert server.requests[0].headers["authorization"] == "Bearer bshl_key_env"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "no credentials"),
        ({"api_key": "k"}, "no server"),
        ({"api_key": "k", "access_token": "t", "base_url": "https://b"}, "give one of"),
        ({"api_key": " ", "base_url": "https://b"}, "not empty"),
        ({"api_key": "a\nb", "base_url": "https://b"}, "visible"),
        ({"api_key": "k", "base_url": "bank.example"}, "base_url is like"),
        ({"api_key": "k", "base_url": "https://u:p@bank.example"}, "base_url is like"),
        ({"api_key": "k", "base_url": "https://b", "idempotency_store": "/dev/null/x"}, "can't hold"),
    ],
)
def test_what_is_missing_is_named(
    options: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BUSHEL_URL", "BUSHEL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for client in (bushel.Bushel, bushel.AsyncBushel):
        with pytest.raises(bushel.ConfigurationError, match=reason):
            client(**options)


def test_a_client_of_ones_own_is_used_and_left_open() -> None:
    server = Server(ASSET)
    http = httpx.Client(transport=httpx.MockTransport(server), timeout=5)
    with bushel.Bushel("k", base_url="https://b", http_client=http) as client:
        client.ledger.assets.get("APPLE")
    assert not http.is_closed
    http.close()
    with bushel.Bushel("k", base_url="https://b") as client:
        pass
    assert client._runner.http.is_closed
    with pytest.raises(bushel.ConfigurationError, match="not both"):
        bushel.Bushel("k", base_url="https://b", http_client=http, transport=httpx.MockTransport(server))


def test_other_options_share_the_connections() -> None:
    server = Server(problem(503, "server.busy"))
    client = server.client()
    other = client.with_options(max_retries=0, headers={"x-a": "1"}, auth=bushel.Token("other"))
    with pytest.raises(bushel.UnavailableError):
        other.ledger.assets.get("APPLE")
    assert len(server.requests) == 1
    assert server.requests[0].headers["authorization"] == "Bearer other"
    assert server.requests[0].headers["x-a"] == "1"
    other.close()
    assert not client._runner.http.is_closed


def test_nothing_prints_secrets(caplog: pytest.LogCaptureFixture, sleeps: list[float]) -> None:
    secrets = ["bshl_key_secret", "s3cret", "tok-in-path", "mine-key"]
    server = Server(
        problem(503, "server.busy"), httpx.Response(201, json=TRANSFER), httpx.Response(200, text="x")
    )
    client = server.client(headers={"x-extra": "s3cret"})
    with caplog.at_level(logging.DEBUG, logger="bushel"):
        send(client, message="s3cret", idempotency_key="mine-key")
        client.payments.sandbox.actions_get("tok-in-path")
    logged = caplog.text
    assert "wallet_transfers_create: POST /v1/wallet/transfers answered 201" in logged
    assert "/v1/payments/sandbox/actions/{token}" in logged
    assert "attempt 1 failed" in logged
    operation = Operation("new", "POST", "/v1/new", lambda answer: answer)
    call = prepare(operation, query={"q": "s3cret"}, body={"a": "s3cret"})
    request = Send("POST", "https://b", {"authorization": "bshl_key_secret"}, body=b"s3cret")
    parts = [call, request, client, server.async_client(), client._settings, bushel.Anonymous()]
    parts.append(client._settings.credential)
    shown = logged + "".join(map(repr, parts))
    assert not [secret for secret in secrets if secret in shown]
    assert len(sleeps) == 1


def test_answers_print_no_secrets() -> None:
    class Made(bushel.Model):
        name: str
        secret: str | None
        former: str | None = None

    for secret in ("bshl_app_3f9", "bshl_key_1", "whsec_a2V5", "v4.public.eyJ"):
        made = Made(name="v40 of mine", secret=secret)
        assert secret not in f"{made} {made!r}"
        assert "v40 of mine" in repr(made)
        assert made.secret == secret
