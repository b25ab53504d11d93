-- What staff proposes and decides. What staff looks at and does stands in the audit log.

create table admin.adjustments (
    id              uuid primary key,
    account         uuid not null,
    user_id         uuid not null,
    asset           text collate "C" not null,
    scale           smallint not null,
    direction       text collate "C" not null check (direction in ('credit', 'debit')),
    amount          numeric not null check (amount > 0),
    reason          text not null,
    reference       text,
    reverses        uuid references admin.adjustments (id),
    transfer_id     uuid not null unique,
    state           text collate "C" not null default 'proposed'
                    check (state in ('proposed', 'approved', 'applied', 'failed', 'rejected',
                                     'cancelled', 'expired')),
    proposed_by     uuid not null,
    proposed_at     timestamptz not null,
    expires_at      timestamptz not null,
    decided_by      uuid,
    decided_at      timestamptz,
    decision_reason text,
    settled_at      timestamptz,
    failure         text collate "C",
    constraint adjustments_four_eyes check (decided_by <> proposed_by),
    constraint adjustments_own_account check (user_id not in (proposed_by, decided_by)),
    constraint adjustments_decided check (
        (state in ('approved', 'applied', 'failed', 'rejected')) = (decided_by is not null)),
    constraint adjustments_settled check (
        (state in ('applied', 'failed')) = (settled_at is not null)
        and (state = 'failed') = (failure is not null))
);
comment on table admin.adjustments is
    'A change of a user''s balance that one member of staff proposed and another one decided.';
comment on column admin.adjustments.account is 'The user''s account in the ledger.';
comment on column admin.adjustments.direction is 'credit gives to the user, debit takes from them.';
comment on column admin.adjustments.amount is 'In the asset''s minor unit.';
comment on column admin.adjustments.reverses is 'The adjustment that this one takes back.';
comment on column admin.adjustments.transfer_id is
    'Follows from the id: whoever carries it out, and however often, the ledger moves it once.';
comment on column admin.adjustments.state is
    'proposed; approved is decided but not yet moved; applied is moved; failed is refused by the ledger.';
comment on column admin.adjustments.decided_by is
    'Who approved or rejected it; never who proposed it, and never whose account it is.';
comment on column admin.adjustments.failure is 'The ledger''s status when it refused the transfer.';

-- A second reversal of the same adjustment is possible only if the first came to nothing.
create unique index adjustments_one_reversal on admin.adjustments (reverses)
    where state in ('proposed', 'approved', 'applied');
create index adjustments_by_time on admin.adjustments (proposed_at desc, id desc);
create index adjustments_by_state on admin.adjustments (state, proposed_at desc, id desc);
create index adjustments_by_user on admin.adjustments (user_id, proposed_at desc, id desc);
