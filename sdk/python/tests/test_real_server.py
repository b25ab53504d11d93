"""The SDK against the real server: what a program does with it, and what the generator takes for granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from bank import Bank, until

import bushel
from generate.operations import REPEATABLE

CARD: bushel.params.CardInput = {
    "number": "4242424242424242",
    "exp_month": 12,
    "exp_year": 2040,
    "cvc": "123",
}


def test_apples_are_sent_in_five_lines(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    monkeypatch.setenv("BUSHEL_URL", bank.url)
    monkeypatch.setenv("BUSHEL_API_KEY", ann.api_key)
    with bushel.Bushel() as client:
        transfer = client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=5)
    assert (transfer.status, transfer.amount, transfer.to.handle) == ("completed", 5, bob.handle)


def test_a_person_pays_in_asks_schedules_and_pays_out(bank: Bank) -> None:
    ann, bob = bank.person("ann"), bank.person("bob")
    with ann.client() as anns, bob.client() as bobs:
        account = anns.wallet.accounts.open(asset="EUR")
        bobs.wallet.accounts.open(asset="EUR")
        deposit = anns.payments.deposits.create(asset="EUR", amount=10_000, card=CARD)
        paid = until(
            "the deposit",
            lambda: one if (one := anns.payments.deposits.get(deposit.id)).status == "succeeded" else None,
        )
        assert str(paid.decimal()) == "100.00"
        asked = bobs.wallet.requests.create(
            from_={"handle": ann.handle}, asset="EUR", amount="1250", message="for the pizza"
        )
        assert [one.id for one in anns.wallet.requests.list(direction="incoming")] == [asked.id]
        assert anns.wallet.requests.pay(asked.id).status == "paid"
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        schedule = anns.wallet.schedules.create(
            to={"handle": bob.handle}, asset="EUR", amount=1, every="month", start_at=tomorrow
        )
        assert abs(schedule.start_at - tomorrow) < timedelta(milliseconds=1)
        found = anns.wallet.schedules.get(schedule.id)
        changed = anns.wallet.schedules.update(schedule.id, if_match=found, amount=2)
        assert (changed.amount, changed.reference) == (2, None)
        with pytest.raises(bushel.PreconditionError):
            anns.wallet.schedules.update(schedule.id, if_match=found, amount=3)
        anns.wallet.schedules.delete(schedule.id)
        month = datetime.now(timezone.utc).strftime("%Y-%m")
        statement = anns.wallet.statements.get(account.id, month)
        assert statement.closing_balance == 8750
        assert b"12.50" in anns.wallet.statements.get_csv(account.id, month)
        assert anns.wallet.statements.get_pdf(account.id, month).startswith(b"%PDF-")
        withdrawal = anns.payments.withdrawals.create(
            asset="EUR", amount=8750, destination={"iban": "AT611904300234573201", "name": "Ann Apple"}
        )
        assert withdrawal.destination.last4 == "3201"


def test_refusals_have_their_class_code_and_request(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 1), bank.person("bob")
    with ann.client() as client:
        with pytest.raises(bushel.InsufficientFundsError) as caught:
            client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=2)
        assert caught.value.request_id is not None
        assert caught.value.request_id.startswith("req_")
        with pytest.raises(bushel.BadRequestError) as bad:
            client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=0)
        assert [one.pointer for one in bad.value.fields] == ["/amount"]
        with pytest.raises(bushel.PermissionDeniedError):
            client.ledger.assets.create(code="PEAR", scale=0, kind="goods")
        with pytest.raises(bushel.NotFoundError):
            client.wallet.transfers.get("tr_00000000000000000000000001")


def test_amounts_of_any_size_arrive_as_they_are(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 2**100), bank.person("bob")
    with ann.client() as client:
        sent = client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=2**53 + 1)
        assert sent.amount == 2**53 + 1
        assert client.wallet.accounts.list().data[0].total == 2**100 - 2**53 - 1


def test_what_is_said_to_be_repeatable_is(bank: Bank) -> None:
    """The generator lists these; the API document doesn't."""
    ann, bob = bank.rich("ann", 100), bank.rich("bob", 100)
    with ann.client() as anns, bob.client() as bobs:

        def held() -> str:
            return anns.wallet.transfers.create(
                to={"handle": bob.handle}, asset="APPLE", amount=1, accept_within_s=60
            ).id

        def asked() -> str:
            return bobs.wallet.requests.create(from_={"handle": ann.handle}, asset="APPLE", amount=1).id

        hook = bobs.notifications.webhooks.create(url="http://127.0.0.1:9/", kinds=["transfer.*"])
        empty = bobs.wallet.accounts.open(asset="EUR")
        until("an event", lambda: bobs.notifications.inbox.list().data or None)
        sequence = str(bobs.notifications.inbox.list().data[0].sequence)
        calls: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
            "wallet_transfers_accept": (bobs.wallet.transfers.accept, (held(),)),
            "wallet_transfers_decline": (bobs.wallet.transfers.decline, (held(),)),
            "wallet_transfers_cancel": (anns.wallet.transfers.cancel, (held(),)),
            "wallet_requests_pay": (anns.wallet.requests.pay, (asked(),)),
            "wallet_requests_decline": (anns.wallet.requests.decline, (asked(),)),
            "wallet_requests_cancel": (bobs.wallet.requests.cancel, (asked(),)),
            "wallet_accounts_close": (bobs.wallet.accounts.close, (empty.id,)),
            "notifications_webhooks_disable": (bobs.notifications.webhooks.disable, (hook.id,)),
            "notifications_webhooks_enable": (bobs.notifications.webhooks.enable, (hook.id,)),
            "notifications_inbox_read": (bobs.notifications.inbox.read, (sequence,)),
        }
        for name, (call, arguments) in calls.items():
            first, second = call(*arguments), call(*arguments)
            assert _same(first) == _same(second), name
        assert bobs.wallet.accounts.open(asset="APPLE").id == bobs.wallet.accounts.open(asset="APPLE").id
        top = int(sequence)
        bobs.notifications.inbox.read_all(up_to=top)
        assert bobs.notifications.inbox.read_all(up_to=top).read == 0
        tested = {*calls, "wallet_accounts_open", "notifications_inbox_read_all"}
        assert tested == REPEATABLE
        assert anns.wallet.accounts.list().data[0].total == 98


def _same(answer: Any) -> Any:
    """But for when it was asked."""
    return answer.model_dump(exclude={"updated_at", "disabled_at", "version"}) if answer else answer


def test_the_operator_runs_the_ledger(bank: Bank) -> None:
    lines = bank.operator.operator.ledger.verify()
    report = lines[-1]
    assert isinstance(report, bushel.models.VerifyLineReport)
    assert report.sound
    assert "# TYPE bus_job_seconds" in bank.operator.health.metrics()
    assert bank.anyone.health.readyz().ledger


def test_a_person_registers_and_proves_the_address(bank: Bank) -> None:
    anyone, email = bank.anyone.identity, "new@example.org"
    anyone.users.create(email=email, name="New Apple", handle="newcomer", password="crisp red apples here")
    pattern = r"verify[?#]\S*token=([A-Za-z0-9_.~-]+)"
    token = bank.mailed(email, "challenge.verify_email", pattern)
    anyone.email_verifications.create(token=token)
    with pytest.raises(bushel.AuthenticationError) as caught:
        anyone.sign_ins.create(login="newcomer", password="wrong password here")
    assert caught.value.code == "identity.sign_in.refused"
    pending = anyone.sign_ins.create(login="newcomer", password="crisp red apples here")
    assert pending.status == "confirmation_required"


def test_a_person_who_signs_in_has_a_typed_answer(bank: Bank) -> None:
    ann = bank.person("ann")
    assert ann.session.status == "signed_in"
    with bushel.Bushel(access_token=ann.session.access_token, base_url=bank.url) as client:
        profile = client.identity.profile.get()
        assert (profile.handle, profile.email) == (ann.handle, ann.email)
        changed = client.identity.profile.update(if_match=profile, name="Ann Pear")
        assert (changed.name, changed.version) == ("Ann Pear", profile.version + 1)
        assert [one.name for one in client.identity.api_keys.list().api_keys] == ["tests"]
        session = bank.anyone.identity.tokens.refresh(refresh_token=ann.session.refresh_token or "")
        assert isinstance(session, bushel.models.SignInResultSignedIn)


@pytest.mark.anyio
async def test_coroutines_do_all_that_too(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    async with ann.async_client() as client:
        held = await client.wallet.transfers.create(
            to={"handle": bob.handle}, asset="APPLE", amount=5, accept_within_s=60
        )
        async with bob.async_client() as bobs:
            accepted = await bobs.wallet.transfers.accept(held.id)
        assert accepted.status == "accepted"
        assert [one.status async for one in client.wallet.transfers.list()] == ["accepted"]
        with pytest.raises(bushel.ConflictError):
            await client.wallet.transfers.cancel(held.id)
