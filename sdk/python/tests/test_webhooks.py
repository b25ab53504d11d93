"""Webhooks are verified as Standard Webhooks wants it: against another code base's library."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64encode
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from bank import Bank, until
from standardwebhooks.webhooks import Webhook

import bushel
from bushel import webhooks

SECRET = "whsec_" + b64encode(b"k" * 32).decode()
OTHER = "whsec_" + b64encode(b"o" * 32).decode()
NOW = 1_795_210_380
BODY = json.dumps(
    {
        "type": "deposit.succeeded",
        "timestamp": "2026-11-20T21:33:00.123456Z",
        "sequence": 42,
        "data": {"amount": "1250"},
    }
)


def headers(secret: str = SECRET, body: str = BODY, at: int = NOW) -> dict[str, str]:
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at, tz=timezone.utc), body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}


def verify(body: str | bytes = BODY, given: dict[str, str] | None = None, **options: Any) -> Any:
    options.setdefault("secret", SECRET)
    return webhooks.verify(body, given or headers(), clock=lambda: NOW, **options)


def test_a_signed_message_is_an_event() -> None:
    event = verify()
    assert (event.id, event.type, event.sequence) == ("msg_1", "deposit.succeeded", 42)
    assert event.data == {"amount": "1250"}
    assert event.timestamp == datetime(2026, 11, 20, 21, 33, 0, 123456, tzinfo=timezone.utc)
    assert verify(BODY.encode()) == event
    assert verify(given={name.title(): value for name, value in headers().items()}) == event


def test_our_signatures_are_the_librarys() -> None:
    assert webhooks.sign(SECRET, "msg_1", NOW, BODY) == headers()["webhook-signature"]


def test_while_a_secret_changes_both_are_good() -> None:
    both = {**headers(OTHER)}
    both["webhook-signature"] += " " + headers(SECRET)["webhook-signature"]
    assert verify(given=both).sequence == 42
    assert verify(given=headers(OTHER), secret=[SECRET, OTHER]).sequence == 42


@pytest.mark.parametrize("seconds", [-300, 300])
def test_clocks_may_differ_a_little(seconds: int) -> None:
    assert verify(given=headers(at=NOW + seconds)).sequence == 42


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (BODY + " ", {}),
        (BODY, {"webhook-id": "msg_2"}),
        (BODY, {"webhook-timestamp": str(NOW + 1)}),
        (BODY, {"webhook-timestamp": "soon"}),
        (BODY, {"webhook-timestamp": "²"}),
        (BODY, {"webhook-signature": "v1,AAAA"}),
        (BODY, {"webhook-signature": "v2," + headers()["webhook-signature"][3:]}),
        (BODY, {"webhook-signature": ""}),
        (BODY, headers(OTHER)),
        (BODY, headers(at=NOW - 301)),
        (BODY, headers(at=NOW + 301)),
        ("[]", headers(body="[]")),
        ("no json", headers(body="no json")),
        ("{}", headers(body="{}")),
    ],
)
def test_everything_else_is_refused(body: str, changed: dict[str, str]) -> None:
    with pytest.raises(bushel.WebhookVerificationError):
        verify(body, {**headers(), **changed})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    given = headers()
    del given[name]
    with pytest.raises(bushel.WebhookVerificationError, match=name):
        verify(given=given)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%", []])
def test_a_secret_that_is_none_is_the_programs_mistake(secret: Any) -> None:
    with pytest.raises(bushel.ConfigurationError):
        verify(secret=secret)


def test_the_real_servers_messages_are_good(bank: Bank) -> None:
    received: list[tuple[bytes, dict[str, str]]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((body, dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 as its base
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with bank.person("ann").client() as client:
        path = secrets.token_hex(4)
        made = client.notifications.webhooks.create(
            url=f"http://127.0.0.1:{receiver.server_port}/{path}", kinds=["transfer.*"]
        )
        client.notifications.webhooks.test(made.id)
        until("the webhook", lambda: received or None)
        event = webhooks.verify(*received[-1], made.secret)
        assert (event.type, event.sequence) == ("webhook.test", 0)
        rotated = client.notifications.webhooks.rotate_secret(made.id, overlap_s=60)
        received.clear()
        client.notifications.webhooks.test(made.id)
        until("the other webhook", lambda: received or None)
        for secret in (made.secret, rotated.secret):
            assert webhooks.verify(*received[-1], secret).type == "webhook.test"
    receiver.shutdown()
    receiver.server_close()
