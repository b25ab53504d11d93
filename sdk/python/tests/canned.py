"""A server that answers with what it is given."""

from __future__ import annotations

import json
from typing import Any

import httpx

import bushel

ASSET = {"code": "APPLE", "scale": 0, "kind": "goods", "created_at": "2026-11-21T10:00:00Z"}
TRANSFER = {
    "id": "tr_00000000000000000000000001",
    "status": "completed",
    "kind": "transfer",
    "direction": "out",
    "from": {"handle": "ann"},
    "to": {"handle": "bob"},
    "asset": "EUR",
    "scale": 2,
    "amount": "1250",
    "created_at": "2026-11-21T10:00:00.123456Z",
}
FAST = bushel.RetryPolicy(max_retries=3, initial_s=0, max_s=0)


class Server:
    """Answers with what it is given, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def client(self, **options: Any) -> bushel.Bushel:
        options = {"base_url": "https://bank.example", "retries": FAST, **options}
        return bushel.Bushel("bshl_key_secret", transport=httpx.MockTransport(self), **options)

    def async_client(self, **options: Any) -> bushel.AsyncBushel:
        options = {"base_url": "https://bank.example", "retries": FAST, **options}
        return bushel.AsyncBushel("bshl_key_secret", transport=httpx.MockTransport(self), **options)


def problem(status: int, code: str = "some.code", **more: Any) -> httpx.Response:
    body = {"type": "/docs", "title": "T", "status": status, "detail": "D", "code": code, **more}
    return httpx.Response(status, json=body, headers={"x-request-id": "req_1"})


def send(client: bushel.Bushel, **options: Any) -> bushel.models.WalletTransfer:
    return client.wallet.transfers.create(to={"handle": "bob"}, asset="EUR", amount=1250, **options)


def sent_body(request: httpx.Request) -> Any:
    return json.loads(request.content)
