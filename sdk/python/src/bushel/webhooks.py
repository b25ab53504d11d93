"""Verifies webhooks (Standard Webhooks 1.0, as in docs/webhooks.md).

    event = bushel.webhooks.verify(body, headers, secret)

The body has to be the bytes as they came, before anything parses them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ._errors import ConfigurationError, WebhookVerificationError

__all__ = ["WebhookEvent", "WebhookVerificationError", "sign", "verify"]

TOLERANCE_S = 300.0


class WebhookEvent(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    """The same for every attempt and every repeat: keep those that you have seen."""
    type: str
    timestamp: datetime
    sequence: int
    """Its position in your log of events, from 1 without gaps; 0 for a test."""
    data: dict[str, Any] = {}
    is_truncated: bool = False
    """`data` was too large and is empty; read the event at its sequence."""


def verify(
    payload: bytes | str,
    headers: Mapping[str, str],
    secret: str | Iterable[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    clock: Callable[[], float] = time.time,
) -> WebhookEvent:
    """The event of a message, if it is one of Bushel's; `WebhookVerificationError` otherwise.

    `secret` may be several, while yours changes. A message is good if any of its signatures fits any of
    the secrets, and its time is at most `tolerance_s` from now.
    """
    keys = [_key(one) for one in ([secret] if isinstance(secret, str) else secret)]
    if not keys:
        raise ConfigurationError("there is no secret to verify with")
    body = payload.encode() if isinstance(payload, str) else bytes(payload)
    found = {name.lower(): value for name, value in headers.items()}
    try:
        message, sent, signatures = (found[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise WebhookVerificationError(f"the header {missing.args[0]} is missing") from None
    _check_time(sent, tolerance_s, clock())
    _check_signature(keys, message, sent, body, signatures)
    try:
        return WebhookEvent.model_validate({**json.loads(body), "id": message})
    except (ValueError, TypeError, ValidationError):
        raise WebhookVerificationError("the message is signed, and not one of Bushel's") from None


def sign(secret: str, message: str, timestamp: int, payload: bytes | str) -> str:
    """A signature as Bushel makes them, for tests of a receiver."""
    body = payload.encode() if isinstance(payload, str) else payload
    return "v1," + base64.b64encode(_mac(_key(secret), message, str(timestamp), body)).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ConfigurationError("a secret is whsec_ and base64")
    return key


def _check_time(sent: str, tolerance_s: float, now: float) -> None:
    # Digits of ASCII only, so that no other way of writing a number slips through.
    if not (sent.isascii() and sent.isdigit() and len(sent) < 16):
        raise WebhookVerificationError("webhook-timestamp is no time")
    if abs(now - int(sent)) > tolerance_s:
        raise WebhookVerificationError("the message is too old, or from the future")


def _check_signature(keys: list[bytes], message: str, sent: str, body: bytes, signatures: str) -> None:
    given = [one.removeprefix("v1,").encode() for one in signatures.split() if one.startswith("v1,")]
    wanted = [base64.b64encode(_mac(key, message, sent, body)) for key in keys]
    # All of them are compared, so that the time doesn't tell which one came close.
    matches = [hmac.compare_digest(one, other) for one in wanted for other in given]
    if not any(matches):
        raise WebhookVerificationError("no signature fits")


def _mac(key: bytes, message: str, sent: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message}.{sent}.".encode() + body, hashlib.sha256).digest()
