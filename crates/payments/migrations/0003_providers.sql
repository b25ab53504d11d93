-- A second provider: one whose own form asks for the card, so that no token of it comes to us, and
-- the reconciliations of what providers say with the ledger's clearing accounts.

alter table payments.deposits alter column card_token drop not null;
alter table payments.deposits add column card_brand text, add column card_last4 text;
comment on column payments.deposits.card_token is
    'Null where the provider''s own form asked for the card.';
comment on column payments.deposits.card_brand is
    'Of a card that only the provider has, once it was charged.';

-- Staff lists the flows of everybody by time.
create index deposits_by_time on payments.deposits (created_at desc, id desc);
create index withdrawals_by_time on payments.withdrawals (created_at desc, id desc);
-- Handled webhooks are forgotten after a while.
create index webhooks_processed on payments.webhooks (processed_at) where processed_at is not null;

comment on table payments.webhooks is
    'What providers told us; where a body held a secret, what is left of it. An event that comes
again is not stored again, for as long as its row is kept.';

create table payments.provider_entries (
    provider   text collate "C" not null,
    id         text collate "C" not null,
    subject    text collate "C" not null,
    reference  text collate "C" not null,
    asset      text collate "C" not null,
    amount     numeric(39) not null,
    fee        numeric(39) not null,
    created_at timestamptz not null,
    booked_at  timestamptz,
    primary key (provider, id)
);
comment on table payments.provider_entries is
    'What moved our balance at a provider, by its own word; read once.';
comment on column payments.provider_entries.reference is
    'Our id of what it is about; the entry''s own where there is none.';
comment on column payments.provider_entries.amount is 'What it did to the balance, without the fee.';
comment on column payments.provider_entries.fee is 'What the provider kept; below zero if it gave back.';
comment on column payments.provider_entries.booked_at is
    'When its fee, or its settlement, was booked in the ledger; null if there is nothing to book.';
create index provider_entries_to_book on payments.provider_entries (provider)
    where booked_at is null and (fee <> 0 or subject = 'settlement');

create table payments.reconciliation_items (
    provider   text collate "C" not null,
    subject    text collate "C" not null,
    reference  text collate "C" not null,
    asset      text collate "C" not null,
    ours       numeric(39) not null default 0,
    theirs     numeric(39) not null default 0,
    has_ours   boolean not null default false,
    has_theirs boolean not null default false,
    moved_at   timestamptz not null,
    primary key (provider, subject, reference, asset)
);
comment on table payments.reconciliation_items is
    'What both sides say of one thing: sums of the clearing account''s entries and the provider''s.';
comment on column payments.reconciliation_items.moved_at is 'Of the last entry on either side.';
create index reconciliation_items_open on payments.reconciliation_items (provider)
    where ours <> theirs;

create table payments.reconciliation_positions (
    provider  text collate "C" not null,
    asset     text collate "C" not null,
    sequence  bigint not null,
    primary key (provider, asset)
);
comment on table payments.reconciliation_positions is
    'How far the ledger''s clearing account of a provider and an asset was read.';

create table payments.reconciliations (
    id            uuid primary key,
    provider      text collate "C" not null,
    status        text collate "C" not null check (status in ('running', 'completed', 'failed')),
    grace_s       integer not null,
    requested_by  uuid,
    read_to       timestamptz,
    entries       bigint not null default 0,
    differences   integer not null default 0,
    failure       text,
    created_at    timestamptz not null,
    finished_at   timestamptz
);
comment on table payments.reconciliations is
    'A comparison of a provider''s word with the ledger''s clearing accounts.';
comment on column payments.reconciliations.grace_s is
    'Younger differences are left out: the other side may be on its way.';
comment on column payments.reconciliations.requested_by is
    'Who asked for it; null for the daily one and for the operator.';
comment on column payments.reconciliations.read_to is
    'What the provider said was read up to here; the next one begins a little before.';
comment on column payments.reconciliations.entries is 'Of the provider, that were new to us.';
create index reconciliations_by_time on payments.reconciliations (created_at desc, id desc);
create index reconciliations_read on payments.reconciliations (provider, read_to);

create table payments.reconciliation_balances (
    reconciliation_id uuid not null references payments.reconciliations (id),
    asset             text collate "C" not null,
    scale             smallint not null,
    ours              numeric(39) not null,
    theirs            numeric(39) not null,
    primary key (reconciliation_id, asset)
);
comment on table payments.reconciliation_balances is
    'What the provider owes us at the end of a reconciliation, by the ledger and by its own word.';

create table payments.reconciliation_differences (
    reconciliation_id uuid not null references payments.reconciliations (id),
    number            integer not null,
    kind              text collate "C" not null check (kind in
        ('missing_here', 'missing_there', 'amount', 'fee', 'currency')),
    subject           text collate "C" not null,
    reference         text collate "C" not null,
    asset             text collate "C" not null,
    ours              numeric(39),
    theirs_asset      text collate "C" not null,
    theirs            numeric(39),
    moved_at          timestamptz not null,
    primary key (reconciliation_id, number)
);
comment on table payments.reconciliation_differences is 'What did not agree, as it was found then.';

create table payments.sandbox_entries (
    id         text collate "C" primary key,
    subject    text collate "C" not null,
    reference  text collate "C",
    payment    text collate "C",
    asset      text collate "C" not null,
    amount     numeric(39) not null,
    created_at timestamptz not null
);
comment on table payments.sandbox_entries is
    'What moved the merchant''s balance in the sandbox, as a card processor reports it.';
create index sandbox_entries_by_time on payments.sandbox_entries (created_at, id);

-- What moved it before there was this table.
insert into payments.sandbox_entries
select 'txn_before_' || id, 'deposit', idempotency_key, id, asset, amount, created_at
  from payments.sandbox_payments where status in ('succeeded', 'reversed');
insert into payments.sandbox_entries
select 'txn_before_' || id || '_reversed', 'chargeback', idempotency_key, id, asset, -reversed, created_at
  from payments.sandbox_payments where reversed > 0;
insert into payments.sandbox_entries
select 'txn_before_' || dispute_id, 'chargeback', idempotency_key, id, asset, -disputed, created_at
  from payments.sandbox_payments where dispute_status in ('open', 'lost') and disputed > 0;
insert into payments.sandbox_entries
select 'txn_before_' || r.id, 'refund', r.idempotency_key, r.payment, p.asset, -r.amount, r.created_at
  from payments.sandbox_refunds r join payments.sandbox_payments p on p.id = r.payment
 where r.status = 'succeeded';
insert into payments.sandbox_entries
select 'txn_before_' || id, 'withdrawal', idempotency_key, id, asset, -amount, created_at
  from payments.sandbox_payouts where status = 'paid';
