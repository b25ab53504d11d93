"""Bushel for Python: send apples in five lines.

import bushel

client = bushel.Bushel()  # BUSHEL_URL and BUSHEL_API_KEY
transfer = client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=5)
print(transfer.status)
"""

from __future__ import annotations

from . import amounts, errors, oauth, webhooks
from ._auth import Anonymous, Credential, Token
from ._calls import RawResponse
from ._client import AsyncBushel, Bushel
from ._errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BushelError,
    ConfigurationError,
    ConflictError,
    ConsentNeededError,
    FieldProblem,
    IdempotencyKeyReusedError,
    InsufficientFundsError,
    LimitExceededError,
    NotFoundError,
    OAuthError,
    OperationMismatchError,
    PermissionDeniedError,
    PreconditionError,
    RateLimitError,
    RequestInFlightError,
    ServerError,
    UnavailableError,
    UnexpectedAnswerError,
    UnprocessableError,
    WebhookVerificationError,
)
from ._events import AsyncEventStream, EventStream
from ._generated import models, params
from ._idempotency import (
    FileIdempotencyStore,
    IdempotencyStore,
    MemoryIdempotencyStore,
    Outcome,
    Ticket,
    next_ticket,
)
from ._models import HttpInfo, Model
from ._pagination import AsyncPage, AsyncPages, Page
from ._retries import RetryPolicy
from ._types import NOT_GIVEN, AmountLike, NotGiven, TimestampLike
from ._version import __version__
from .amounts import to_decimal, to_minor

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AmountLike",
    "Anonymous",
    "AsyncBushel",
    "AsyncEventStream",
    "AsyncPage",
    "AsyncPages",
    "AuthenticationError",
    "BadRequestError",
    "Bushel",
    "BushelError",
    "ConfigurationError",
    "ConflictError",
    "ConsentNeededError",
    "Credential",
    "EventStream",
    "FieldProblem",
    "FileIdempotencyStore",
    "HttpInfo",
    "IdempotencyKeyReusedError",
    "IdempotencyStore",
    "InsufficientFundsError",
    "LimitExceededError",
    "MemoryIdempotencyStore",
    "Model",
    "NotFoundError",
    "NotGiven",
    "OAuthError",
    "OperationMismatchError",
    "Outcome",
    "Page",
    "PermissionDeniedError",
    "PreconditionError",
    "RateLimitError",
    "RawResponse",
    "RequestInFlightError",
    "RetryPolicy",
    "ServerError",
    "Ticket",
    "TimestampLike",
    "Token",
    "UnavailableError",
    "UnexpectedAnswerError",
    "UnprocessableError",
    "WebhookVerificationError",
    "__version__",
    "amounts",
    "errors",
    "models",
    "next_ticket",
    "oauth",
    "params",
    "to_decimal",
    "to_minor",
    "webhooks",
]
