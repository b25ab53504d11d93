"""Refusals in the shape of the real server's."""

from __future__ import annotations

from typing import Any

TITLES = {
    400: "The request is malformed",
    401: "Credentials are missing or not valid",
    403: "The caller may not do this",
    404: "There is no such thing",
    405: "This address has no such method",
    409: "The request conflicts with the present state",
    422: "A rule refuses the request",
    429: "Too many requests",
    503: "The server can't answer at the moment",
}

# What the fake refuses for, and how it says so.
REFUSALS = {
    "payments.account.not_found": (404, "you have no open account for this asset; open one first"),
    "payments.asset.not_money": (422, "only money can be paid in and out, and this asset is of another kind"),
    "payments.asset.unknown": (422, "there is no asset with this code"),
    "payments.card.number_invalid": (422, "this is no card number"),
    "payments.deposit.not_found": (404, "there is no such deposit"),
    "ledger.asset.not_found": (404, "there is no such asset"),
    "request.forbidden": (403, "the caller may not do this"),
    "request.idempotency_key.reused": (422, "the Idempotency-Key was used with another body before"),
    "request.token.expired": (401, "the token has expired; refresh it or sign in again"),
    "request.token.invalid": (401, "the token is not valid"),
    "request.token.missing": (401, "the header `Authorization: Bearer <token>` is missing"),
    "server.busy": (503, "too many requests are in flight; try again in a moment"),
    "wallet.account.closed": (422, "the account is closed"),
    "wallet.account.not_empty": (409, "the account still holds something, or something is on its way"),
    "wallet.account.not_found": (404, "there is no such account"),
    "wallet.transfer.asset_unknown": (422, "there is no such asset"),
    "wallet.transfer.insufficient_funds": (422, "the account does not hold that much"),
    "wallet.transfer.not_found": (404, "there is no such transfer"),
    "wallet.transfer.not_waiting": (409, "the transfer does not wait any more: it was {status}"),
    "wallet.transfer.own_account": (422, "nothing can be sent to oneself"),
    "wallet.transfer.recipient_not_found": (404, "there is no such recipient"),
    "wallet.transfer.recipient_unavailable": (422, "the recipient can't receive this at the moment"),
}


class Refusal(Exception):  # noqa: N818 an answer, not an error
    """What ends the handling of a request with a problem."""

    def __init__(self, status: int, code: str, detail: str, pointer: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.body: dict[str, Any] = {
            "type": f"/docs/errors#{code}",
            "title": TITLES[status],
            "status": status,
            "detail": detail,
            "code": code,
        }
        if pointer is not None:
            self.body["errors"] = [{"pointer": pointer, "code": code, "detail": detail}]


def refusal(code: str, **words: str) -> Refusal:
    status, detail = REFUSALS[code]
    return Refusal(status, code, detail.format(**words))


def bad_body(pointer: str, detail: str) -> Refusal:
    return Refusal(400, "request.body.invalid", detail, pointer)


def bad_query(name: str, detail: str, code: str = "request.query.invalid") -> Refusal:
    return Refusal(400, code, f"query parameter `{name}`: {detail}", f"query:{name}")
