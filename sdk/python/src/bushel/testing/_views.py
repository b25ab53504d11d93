"""The fake's things as the API shows them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ._state import Account, Asset, Deposit, FakePerson, State, Transfer


def time(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def profile(person: FakePerson, since: datetime) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "is_email_verified": True,
        "name": person.name,
        "handle": person.handle,
        "locale": "en",
        "sign_in_confirmation": "new_devices",
        "is_discoverable": True,
        "roles": ["user"],
        "created_at": time(since),
        "version": 1,
    }


def asset(one: Asset) -> dict[str, Any]:
    return {"code": one.code, "scale": one.scale, "kind": one.kind, "created_at": time(one.created_at)}


def account(one: Account, state: State) -> dict[str, Any]:
    return {
        "id": one.id,
        "asset": one.asset.code,
        "scale": one.asset.scale,
        "status": "open" if one.is_open else "closed",
        "available": str(state.available(one)),
        "pending_in": str(state.pending(one, "in")),
        "pending_out": str(state.pending(one, "out")),
        "total": str(one.total),
        "created_at": time(one.created_at),
    }


def transfer(one: Transfer, viewer: FakePerson, with_timeline: bool) -> dict[str, Any]:
    def party(person: FakePerson | None) -> dict[str, Any]:
        if person is None:
            return {"email": one.email}
        return {"handle": person.handle, "name": person.name}

    timeline = [present({"at": time(at), "event": event, "by": by}) for at, event, by in one.events]
    return present(
        {
            "id": one.id,
            "status": one.status,
            "kind": one.kind,
            "direction": "out" if viewer == one.sender else "in",
            "from": party(one.sender),
            "to": party(one.recipient),
            "asset": one.asset.code,
            "scale": one.asset.scale,
            "amount": str(one.amount),
            "message": one.message,
            "reference": one.reference,
            "created_at": time(one.created_at),
            "expires_at": time(one.expires_at) if one.is_held and one.expires_at else None,
            "timeline": timeline if with_timeline else None,
        }
    )


def entry(one: dict[str, Any]) -> dict[str, Any]:
    texts = {"at": time(one["at"]), "amount": str(one["amount"]), "balance": str(one["balance"])}
    return present({**one, **texts})


def deposit(one: Deposit) -> dict[str, Any]:
    return {
        "id": one.id,
        "asset": one.asset.code,
        "amount": str(one.amount),
        "scale": one.asset.scale,
        "provider": "sandbox",
        "status": one.status,
        "failure": {"code": "card_declined"} if one.status == "failed" else None,
        "card": one.card,
        "next_action": None,
        "refunded": "0",
        "dispute": None,
        "created_at": time(one.created_at),
        "updated_at": time(one.updated_at),
    }
