-- Money in and out. Value itself is in the ledger alone: these rows say why it moves. The ids of
-- a row's ledger transfers follow from the row's id, so whoever finds it can go on with it.

create table payments.cards (
    token      text collate "C" primary key,
    user_id    uuid not null,
    provider   text collate "C" not null,
    brand      text not null,
    last4      text not null,
    created_at timestamptz not null
);
comment on table payments.cards is 'A card that a user gave, as the provider''s token for it.';
comment on column payments.cards.token is 'The provider keeps the number behind it; we never do.';
create index cards_by_user on payments.cards (user_id);

create table payments.deposits (
    id               uuid primary key,
    user_id          uuid not null,
    asset            text collate "C" not null,
    scale            smallint not null,
    amount           numeric(39) not null check (amount > 0),
    card_token       text collate "C" not null references payments.cards (token),
    return_url       text,
    status           text collate "C" not null check (status in
        ('pending', 'requires_action', 'processing', 'succeeded', 'failed', 'reversed')),
    failure          text,
    held_at          timestamptz,
    provider         text collate "C" not null,
    provider_payment text collate "C",
    action           bytea,
    check_at         timestamptz,
    checks           integer not null default 0,
    created_at       timestamptz not null,
    updated_at       timestamptz not null
);
comment on table payments.deposits is 'Money from a card into a user''s account.';
comment on column payments.deposits.status is
    'What the books say: it changes after the ledger did what belongs to it.';
comment on column payments.deposits.failure is 'A stable code, if it failed or was reversed.';
comment on column payments.deposits.held_at is
    'When the ledger showed it as coming in; null before that, and if the ledger refused.';
comment on column payments.deposits.provider_payment is
    'The provider''s id; null until the provider is known to have it.';
comment on column payments.deposits.action is
    'Sealed: where the card''s holder confirms it. Whoever knows it can confirm.';
comment on column payments.deposits.check_at is
    'When the provider is asked even if it said nothing; null if never again.';
create unique index deposits_by_payment on payments.deposits (provider, provider_payment);
create index deposits_by_user on payments.deposits (user_id, created_at desc, id desc);
create index deposits_to_check on payments.deposits (check_at) where check_at is not null;

create table payments.refunds (
    id              uuid primary key,
    deposit_id      uuid not null references payments.deposits (id),
    amount          numeric(39) not null check (amount > 0),
    reason          text,
    by_staff        boolean not null,
    status          text collate "C" not null check (status in
        ('pending', 'processing', 'succeeded', 'failed')),
    failure         text,
    moved_at        timestamptz,
    provider_refund text collate "C",
    check_at        timestamptz,
    checks          integer not null default 0,
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
comment on table payments.refunds is 'A deposit given back to its card, wholly or in part.';
comment on column payments.refunds.moved_at is
    'When the ledger took it from the account; null before that, and if the ledger refused.';
create index refunds_by_deposit on payments.refunds (deposit_id, id);
create index refunds_to_check on payments.refunds (check_at) where check_at is not null;

create table payments.chargebacks (
    id           uuid primary key,
    deposit_id   uuid not null references payments.deposits (id),
    kind         text collate "C" not null check (kind in ('dispute', 'reversal')),
    provider_ref text collate "C" not null,
    amount       numeric(39) not null,
    status       text collate "C" not null check (status in ('open', 'won', 'lost')),
    taken        numeric(39),
    given_at     timestamptz,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    unique (deposit_id, provider_ref)
);
comment on table payments.chargebacks is
    'A deposit that was taken back from us: the holder disputed it, or the bank reversed it.';
comment on column payments.chargebacks.taken is
    'How much of it the user''s account had; the house bears the rest. Null until it was taken.';
comment on column payments.chargebacks.given_at is 'When it was given back after a dispute was won.';

create table payments.destinations (
    id         uuid primary key,
    user_id    uuid not null,
    country    text not null,
    last4      text not null,
    sealed     bytea not null,
    created_at timestamptz not null
);
comment on table payments.destinations is 'A bank account that a user withdraws to.';
comment on column payments.destinations.sealed is 'IBAN and name as JSON, sealed with the vault''s key.';
create index destinations_by_user on payments.destinations (user_id);

create table payments.withdrawals (
    id              uuid primary key,
    user_id         uuid not null,
    asset           text collate "C" not null,
    scale           smallint not null,
    amount          numeric(39) not null check (amount > 0),
    destination_id  uuid not null references payments.destinations (id),
    status          text collate "C" not null check (status in
        ('pending', 'processing', 'paid', 'failed', 'returned')),
    failure         text,
    held_at         timestamptz,
    provider        text collate "C" not null,
    provider_payout text collate "C",
    check_at        timestamptz,
    checks          integer not null default 0,
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
comment on table payments.withdrawals is 'Money from a user''s account to a bank account.';
comment on column payments.withdrawals.held_at is
    'When the ledger held it; null before that, and if the ledger refused.';
create unique index withdrawals_by_payout on payments.withdrawals (provider, provider_payout);
create index withdrawals_by_user on payments.withdrawals (user_id, created_at desc, id desc);
create index withdrawals_to_check on payments.withdrawals (check_at) where check_at is not null;

create table payments.webhooks (
    provider     text collate "C" not null,
    event_id     text collate "C" not null,
    body         bytea not null,
    received_at  timestamptz not null,
    processed_at timestamptz,
    outcome      text,
    primary key (provider, event_id)
);
comment on table payments.webhooks is
    'What providers told us, as they signed it. An event that comes again is not stored again.';
comment on column payments.webhooks.outcome is 'What came of it: applied, or unknown_object.';

-- The sandbox: what a card processor would keep on its side. Nothing but the sandbox reads it.

create table payments.sandbox_cards (
    token      text collate "C" primary key,
    behaviour  text collate "C" not null,
    created_at timestamptz not null
);
comment on table payments.sandbox_cards is
    'A card behind its token. The sandbox keeps how the test number behaves and not the number.';

create table payments.sandbox_payments (
    id              text collate "C" primary key,
    idempotency_key text collate "C" not null unique,
    asset           text collate "C" not null,
    amount          numeric(39) not null,
    behaviour       text collate "C" not null,
    return_url      text,
    status          text collate "C" not null,
    reason          text,
    refunded        numeric(39) not null default 0,
    reversed        numeric(39) not null default 0,
    dispute_id      text,
    dispute_status  text,
    disputed        numeric(39) not null default 0,
    created_at      timestamptz not null
);
comment on table payments.sandbox_payments is 'A card payment as the sandbox sees it.';
comment on column payments.sandbox_payments.reversed is 'What the bank took back.';
comment on column payments.sandbox_payments.disputed is
    'What an open or lost dispute keeps from the merchant.';

create table payments.sandbox_refunds (
    id              text collate "C" primary key,
    idempotency_key text collate "C" not null unique,
    payment         text collate "C" not null references payments.sandbox_payments (id),
    amount          numeric(39) not null,
    status          text collate "C" not null,
    reason          text,
    created_at      timestamptz not null
);
comment on table payments.sandbox_refunds is 'A refund as the sandbox sees it.';

create table payments.sandbox_payouts (
    id              text collate "C" primary key,
    idempotency_key text collate "C" not null unique,
    asset           text collate "C" not null,
    amount          numeric(39) not null,
    behaviour       text collate "C" not null,
    status          text collate "C" not null,
    reason          text,
    created_at      timestamptz not null
);
comment on table payments.sandbox_payouts is
    'A payout as the sandbox sees it, without the IBAN: only how that behaves.';

create table payments.sandbox_events (
    id         text collate "C" primary key,
    object     text collate "C" not null,
    body       text not null,
    created_at timestamptz not null
);
comment on table payments.sandbox_events is 'What the sandbox has to tell, as the body of a webhook.';
create index sandbox_events_by_object on payments.sandbox_events (object);
