"""What can go wrong, one class for each kind.

`APIError` is what the server answered; its `code` is stable and says exactly what happened (the codes are
in docs/errors.md). `APIConnectionError` is no answer at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "BushelError",
    "ConfigurationError",
    "ConflictError",
    "ConsentNeededError",
    "FieldProblem",
    "IdempotencyKeyReusedError",
    "InsufficientFundsError",
    "LimitExceededError",
    "NotFoundError",
    "OAuthError",
    "OperationMismatchError",
    "PermissionDeniedError",
    "PreconditionError",
    "RateLimitError",
    "RequestInFlightError",
    "ServerError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "UnprocessableError",
    "WebhookVerificationError",
]


class BushelError(Exception):
    """Everything that this SDK raises on its own."""


class ConfigurationError(BushelError):
    """Something is missing or contradictory before any request is sent."""


class OperationMismatchError(BushelError):
    """The `operation` was begun with another request before."""


class WebhookVerificationError(BushelError):
    """The message isn't from Bushel, is too old, or was changed on its way."""


class UnexpectedAnswerError(BushelError):
    """An answer that isn't what the API promises, such as a page of a proxy."""

    def __init__(self, message: str, response: httpx.Response) -> None:
        super().__init__(message)
        self.response = response
        self.status_code = response.status_code


class OAuthError(BushelError):
    """The authorization server refused (RFC 6749, 5.2); `error` is its code."""

    def __init__(self, error: str, description: str | None = None) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description


class ConsentNeededError(OAuthError):
    """Nobody lets the program in, or not any more: the person has to be asked anew."""

    def __init__(self, error: str, description: str | None = None) -> None:
        super().__init__(error, description)
        self.args = (f"nobody lets the program in any more; ask the person anew ({self})",)


class APIConnectionError(BushelError):
    """There is no answer.

    `is_outcome_unknown` says whether the server may have done it all the same. Who repeats a write needs
    the same idempotency key then.
    """

    def __init__(self, message: str, *, is_outcome_unknown: bool, idempotency_key: str | None) -> None:
        super().__init__(message)
        self.is_outcome_unknown = is_outcome_unknown
        self.idempotency_key = idempotency_key


class APITimeoutError(APIConnectionError):
    """There is no answer in time."""


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with a field of the request."""

    pointer: str
    """Where it is, as a JSON pointer (`/amount`), or `query:limit`, `header:if-match`."""
    code: str
    detail: str


class APIError(BushelError):
    """The server refused. Subclasses say of what kind the refusal is."""

    def __init__(self, response: httpx.Response, problem: dict[str, Any]) -> None:
        self.response = response
        self.status_code = response.status_code
        # What is fixed by OpenID Connect (userinfo) has other names for it.
        self.code = str(problem.get("code") or problem.get("error", ""))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail") or problem.get("error_description", ""))
        self.request_id: str | None = problem.get("request_id") or response.headers.get("x-request-id")
        self.fields = [
            FieldProblem(str(one.get("pointer", "")), str(one.get("code", "")), str(one.get("detail", "")))
            for one in problem.get("errors") or []
        ]
        self.retry_after_s = retry_after(response, problem.get("retry_after_s"))
        super().__init__(f"{self.detail or self.title} ({self.code}, request {self.request_id})")


class BadRequestError(APIError):
    """400, 413, 415: the request is malformed; `fields` says where."""


class AuthenticationError(APIError):
    """401: the credentials are missing, wrong or out of date."""


class PermissionDeniedError(APIError):
    """403: the caller may not do this."""


class NotFoundError(APIError):
    """404: it isn't there, or it isn't the caller's."""


class ConflictError(APIError):
    """409: it isn't in a state in which this can be done."""


class RequestInFlightError(ConflictError):
    """409: the first request with this idempotency key has no answer yet."""


class PreconditionError(APIError):
    """412, 428: it has changed since it was read; read it again."""


class UnprocessableError(APIError):
    """422: understood, and refused."""


class InsufficientFundsError(UnprocessableError):
    """The account doesn't hold that much, holds counted."""


class LimitExceededError(UnprocessableError):
    """More than the limits of the account leave."""


class IdempotencyKeyReusedError(UnprocessableError):
    """The idempotency key was used with another request before."""


class RateLimitError(APIError):
    """429: too many requests; `retry_after_s` says when to come back."""


class ServerError(APIError):
    """5xx: the fault is the server's."""


class UnavailableError(ServerError):
    """502, 503, 504: it can't answer at the moment."""


_BY_CODE: dict[str, type[APIError]] = {
    "payments.account.insufficient_funds": InsufficientFundsError,
    "request.idempotency_key.in_flight": RequestInFlightError,
    "request.idempotency_key.reused": IdempotencyKeyReusedError,
    "wallet.transfer.insufficient_funds": InsufficientFundsError,
    "wallet.transfer.limit_exceeded": LimitExceededError,
}
_BY_STATUS: dict[int, type[APIError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionError,
    422: UnprocessableError,
    428: PreconditionError,
    429: RateLimitError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def error_of(response: httpx.Response) -> BushelError:
    """The error that an answer without success is. Its body has been read."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if response.status_code < 400 or not (isinstance(problem, dict) or response.status_code >= 429):
        kind = response.headers.get("content-type", "no content")
        return UnexpectedAnswerError(f"status {response.status_code} with {kind}: not from Bushel", response)
    problem = problem if isinstance(problem, dict) else {"title": response.reason_phrase}
    general = ServerError if response.status_code >= 500 else BadRequestError
    by_status = _BY_STATUS.get(response.status_code, general)
    return _BY_CODE.get(str(problem.get("code")), by_status)(response, problem)


def retry_after(response: httpx.Response, in_body: object = None) -> float | None:
    """Seconds. The API never sends a date there; a proxy that does is not understood."""
    for value in (response.headers.get("retry-after"), in_body):
        try:
            if value is not None and float(str(value)) >= 0:
                return float(str(value))
        except (TypeError, ValueError):
            continue
    return None
