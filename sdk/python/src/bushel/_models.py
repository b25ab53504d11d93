"""What all models have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PrivateAttr

from .amounts import to_decimal

__all__ = ["HttpInfo", "Model", "Whole"]


# What secrets of a Bushel begin with: keys, tokens, an application's secret; a webhook's; a session's.
_SECRETS = ("bshl_", "whsec_", "v4.")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"not a whole number: {value!r}")
    return int(value)


Whole = Annotated[int, BeforeValidator(_whole), PlainSerializer(str, return_type=str, when_used="json")]
"""A whole number of any size; text in JSON."""


@dataclass(frozen=True)
class HttpInfo:
    """The answer that a model came with."""

    status_code: int
    headers: httpx.Headers

    @property
    def request_id(self) -> str | None:
        """To quote when asking for help."""
        return _header(self.headers, "x-request-id")

    @property
    def etag(self) -> str | None:
        """The version, for `if_match` of an update."""
        return _header(self.headers, "etag")

    @property
    def is_replayed(self) -> bool:
        """Whether this is the first answer to the same `Idempotency-Key`, again."""
        return _header(self.headers, "idempotency-replayed") == "true"


def _header(headers: httpx.Headers, name: str) -> str | None:
    return str(headers[name]) if name in headers else None


class Model(BaseModel):
    """An answer of the server, or a part of one.

    Fields and values that a newer server may add are kept, not refused.
    """

    # Built at first use: a program uses few of the two hundred models, and none while it starts.
    model_config = ConfigDict(
        extra="allow", frozen=True, populate_by_name=True, protected_namespaces=(), defer_build=True
    )

    _http: HttpInfo | None = PrivateAttr(default=None)

    @property
    def http(self) -> HttpInfo:
        """The answer that this came with; only a whole answer has it, not its parts."""
        if self._http is None:
            raise AttributeError(f"this {type(self).__name__} is a part of an answer")
        return self._http

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Without secrets: what is printed ends in logs."""
        for name, value in super().__repr_args__():
            yield name, "…" if isinstance(value, str) and value.startswith(_SECRETS) else value

    def decimal(self, field: str = "amount") -> Decimal:
        """An amount as people read it, by the `scale` beside it: `transfer.decimal()`."""
        values: dict[str, Any] = {**self.__dict__, **(self.model_extra or {})}
        if "scale" not in values:
            raise TypeError(f"{type(self).__name__} has no scale; use bushel.to_decimal")
        return to_decimal(values[field], values["scale"])
