"""Who holds what in the fake, and what moved."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ._problem import refusal

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_INVITATION_S = 14 * 24 * 3600


@dataclass(frozen=True)
class FakePerson:
    """Somebody in the fake."""

    id: str
    handle: str
    name: str
    email: str
    api_key: str = field(repr=False)


@dataclass
class Asset:
    code: str
    scale: int
    kind: str
    created_at: datetime


@dataclass
class Account:
    id: str
    owner: FakePerson
    asset: Asset
    created_at: datetime
    total: int = 0
    is_open: bool = True
    entries: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Transfer:
    """A transfer, and what has become of it."""

    id: str
    sender: FakePerson
    recipient: FakePerson | None
    email: str | None
    asset: Asset
    amount: int
    message: str | None
    reference: str | None
    created_at: datetime
    expires_at: datetime | None
    status: str
    kind: str
    events: list[tuple[datetime, str, str | None]]

    @property
    def is_held(self) -> bool:
        return self.status in ("waiting", "invited")


@dataclass
class Deposit:
    id: str
    owner: FakePerson
    asset: Asset
    amount: int
    card: dict[str, str]
    is_good: bool
    created_at: datetime
    updated_at: datetime
    status: str = "pending"


class State:
    """Everything that the fake knows. All rules about value are here."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.assets: dict[str, Asset] = {}
        self.people: list[FakePerson] = []
        self.accounts: list[Account] = []
        self.transfers: list[Transfer] = []
        self.deposits: list[Deposit] = []
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        number, text = next(self._numbers), ""
        for _ in range(26):
            number, digit = divmod(number, 32)
            text = _ALPHABET[digit] + text
        return f"{prefix}_{text}"

    def add_person(self, handle: str, name: str, email: str) -> FakePerson:
        if any(handle == one.handle or email == one.email for one in self.people):
            raise ValueError(f"there is somebody with the handle {handle!r} or the address {email!r}")
        # In the shape of a key, and never one of a real server.
        key = f"bshl_key_fake_{len(self.people) + 1:04}_{handle}"
        person = FakePerson(self.new_id("usr"), handle, name, email, key)
        self.people.append(person)
        for transfer in self.transfers:
            if transfer.status == "invited" and transfer.email == email:
                transfer.recipient = person
                self._settle(transfer, "accepted", "recipient")
        return person

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        for transfer in self.transfers:
            if transfer.is_held and transfer.expires_at is not None and transfer.expires_at <= self.now:
                transfer.status = "expired"
                transfer.events.append((transfer.expires_at, "expired", None))

    # --- Accounts ----------------------------------------------------------------------------------

    def account_of(self, owner: FakePerson, asset: Asset) -> Account | None:
        of_asset = (one for one in self.accounts if one.owner == owner and one.asset is asset)
        return next(of_asset, None)

    def open_account(self, owner: FakePerson, asset: Asset) -> tuple[Account, bool]:
        """The account, and whether it is new."""
        account = self.account_of(owner, asset)
        if account is not None:
            is_new, account.is_open = not account.is_open, True
            return account, is_new
        account = Account(self.new_id("acct"), owner, asset, self.now)
        self.accounts.append(account)
        return account, True

    def close_account(self, account: Account) -> None:
        if account.total or self.pending(account, "in") or self.pending(account, "out"):
            raise refusal("wallet.account.not_empty")
        account.is_open = False

    def pending(self, account: Account, direction: str) -> int:
        held = (one for one in self.transfers if one.is_held and one.asset is account.asset)
        if direction == "out":
            return sum(one.amount for one in held if one.sender == account.owner)
        return sum(one.amount for one in held if one.recipient == account.owner)

    def available(self, account: Account) -> int:
        return account.total - self.pending(account, "out")

    def move(self, account: Account, amount: int, entry: dict[str, Any]) -> None:
        """Changes a balance, and writes it down."""
        account.total += amount
        entry = {"at": self.now, "amount": abs(amount), "balance": account.total, **entry}
        account.entries.append({**entry, "direction": "in" if amount > 0 else "out"})

    # --- Transfers ---------------------------------------------------------------------------------

    def find(self, to: dict[str, Any]) -> FakePerson | None:
        ((how, value),) = to.items()
        if how == "account":
            return next((one.owner for one in self.accounts if one.id == value), None)
        wanted = str(value).lower()
        return next((one for one in self.people if getattr(one, how) == wanted), None)

    def send(self, sender: FakePerson, body: dict[str, Any]) -> Transfer:
        asset = self.assets.get(body["asset"])
        if asset is None:
            raise refusal("wallet.transfer.asset_unknown")
        recipient = self.find(body["to"])
        email = None
        if recipient is None:
            email = str(body["to"].get("email", "")).lower()
            if "@" not in email:
                raise refusal("wallet.transfer.recipient_not_found")
        elif recipient == sender:
            raise refusal("wallet.transfer.own_account")
        else:
            self._check_can_receive(recipient, asset)
        amount = int(body["amount"])
        account = self.account_of(sender, asset)
        if account is None or self.available(account) < amount:
            raise refusal("wallet.transfer.insufficient_funds")
        transfer = self._new_transfer(sender, recipient, email, asset, amount, body)
        self.transfers.append(transfer)
        if recipient is not None:
            self.open_account(recipient, asset)
        if transfer.status == "completed":
            self._book(transfer)
        return transfer

    def _check_can_receive(self, recipient: FakePerson, asset: Asset) -> None:
        account = self.account_of(recipient, asset)
        if account is not None and not account.is_open:
            raise refusal("wallet.transfer.recipient_unavailable")

    def _new_transfer(
        self,
        sender: FakePerson,
        recipient: FakePerson | None,
        email: str | None,
        asset: Asset,
        amount: int,
        body: dict[str, Any],
    ) -> Transfer:
        wait = body.get("accept_within_s") or (_INVITATION_S if email else None)
        return Transfer(
            id=self.new_id("tr"),
            sender=sender,
            recipient=recipient,
            email=email,
            asset=asset,
            amount=amount,
            message=body.get("message"),
            reference=body.get("reference"),
            created_at=self.now,
            expires_at=self.now + timedelta(seconds=wait) if wait else None,
            status="invited" if email else "waiting" if wait else "completed",
            kind="invitation" if email else "transfer",
            events=[(self.now, "created", "sender")],
        )

    def resolve(self, person: FakePerson, transfer: Transfer, verb: str) -> None:
        """Accepts, declines or cancels; a repeat changes nothing."""
        side, status = {
            "accept": ("recipient", "accepted"),
            "decline": ("recipient", "declined"),
            "cancel": ("sender", "cancelled"),
        }[verb]
        if person != getattr(transfer, side):
            raise refusal("wallet.transfer.not_found")
        if transfer.status == status:
            return
        if not transfer.is_held:
            raise refusal("wallet.transfer.not_waiting", status=transfer.status)
        self._settle(transfer, status, side)

    def _settle(self, transfer: Transfer, status: str, by: str) -> None:
        transfer.status = status
        transfer.events.append((self.now, status, by))
        if status == "accepted":
            self._book(transfer)

    def _book(self, transfer: Transfer) -> None:
        assert transfer.recipient is not None, "value goes to somebody"  # noqa: S101
        for owner, other, sign in (
            (transfer.sender, transfer.recipient, -1),
            (transfer.recipient, transfer.sender, 1),
        ):
            account, _ = self.open_account(owner, transfer.asset)
            entry = {
                "transfer_id": transfer.id,
                "kind": transfer.kind,
                "counterparty": {"handle": other.handle, "name": other.name},
                "message": transfer.message,
                "reference": transfer.reference,
            }
            self.move(account, sign * transfer.amount, entry)

    # --- Deposits ----------------------------------------------------------------------------------

    def deposit(self, owner: FakePerson, asset: Asset, amount: int, number: str) -> Deposit:
        card = {"token": self.new_id("pm"), "brand": "visa", "last4": number[-4:]}
        is_good = number == "4242424242424242"
        found = Deposit(self.new_id("dep"), owner, asset, amount, card, is_good, self.now, self.now)
        self.deposits.append(found)
        return found

    def decide_deposits(self) -> None:
        """As the provider does in the background: before the next request."""
        for deposit in self.deposits:
            if deposit.status == "pending":
                deposit.status = "succeeded" if deposit.is_good else "failed"
                deposit.updated_at = self.now
                if deposit.is_good:
                    account, _ = self.open_account(deposit.owner, deposit.asset)
                    entry = {"transfer_id": self.new_id("tr"), "kind": "deposit", "reference": deposit.id}
                    self.move(account, deposit.amount, entry)


def utc_now() -> datetime:
    return datetime.now(timezone.utc)
