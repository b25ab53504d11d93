"""When a request is sent again, and after which time. Pure rules; nothing is sent here."""

from __future__ import annotations

import random
from dataclasses import dataclass

import httpx

from ._errors import APIError, RequestInFlightError

__all__ = ["RetryPolicy"]

# The server refused before it did anything, so that a repeat is safe whatever the request is.
_NOT_BEGUN = {"server.busy", "server.token.unknown", "identity.passwords.busy"}
_MAY_GO_BETTER = {408, 500, 502, 503, 504}
# The request never left.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a request is repeated.

    A repeat has to be safe: the request reads, has an idempotency key, is one of which a repeat changes
    nothing, or never reached the server. Waiting times double from `initial_s` to `max_s`, each between
    a half and the whole of that at random, so that many clients don't come back at once. `Retry-After`
    is obeyed up to `retry_after_max_s`; what should wait longer is an error right away.
    """

    max_retries: int = 3
    initial_s: float = 0.25
    max_s: float = 8.0
    retry_after_max_s: float = 60.0

    def __post_init__(self) -> None:
        if self.max_retries < 0 or min(self.initial_s, self.max_s, self.retry_after_max_s) < 0:
            raise ValueError("a retry policy has no negative numbers")

    def after_failure(self, error: httpx.RequestError, attempt: int, is_safe: bool) -> float | None:
        """Seconds to wait before the next attempt; None if there is none. `attempt` counts from 0."""
        if attempt >= self.max_retries or not (is_safe or is_not_sent(error)):
            return None
        return self.backoff(attempt)

    def after_refusal(self, error: APIError, attempt: int, is_safe: bool) -> float | None:
        if attempt >= self.max_retries or not _may_repeat(error, is_safe):
            return None
        if error.retry_after_s is None:
            return self.backoff(attempt)
        if error.retry_after_s > self.retry_after_max_s:
            return None
        return max(error.retry_after_s, self.backoff(attempt) if error.retry_after_s == 0 else 0)

    def backoff(self, attempt: int) -> float:
        whole = min(self.max_s, self.initial_s * 2.0**attempt)
        return whole * (0.5 + random.random() / 2)  # noqa: S311 no secret


def is_not_sent(error: httpx.RequestError) -> bool:
    return isinstance(error, _NOT_SENT)


def _may_repeat(error: APIError, is_safe: bool) -> bool:
    if error.status_code == 429 or error.code in _NOT_BEGUN:
        return True
    return is_safe and (error.status_code in _MAY_GO_BETTER or isinstance(error, RequestInFlightError))
