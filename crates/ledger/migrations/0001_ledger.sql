-- The ledger's tables. Truth is in `assets`, `accounts`, `transfers` and `failed_transfers`;
-- `account_chunks` and `transfer_states` follow from them and are written when a range of the
-- journal is sealed, so that nothing but the journal is written while transfers arrive.

create table ledger.settings (
    only_row      boolean primary key default true check (only_row),
    range_size    bigint not null check (range_size > 0),
    created_at    timestamptz not null default now()
);
comment on table ledger.settings is 'One row: what was decided when the ledger was created.';
comment on column ledger.settings.range_size is
    'Transfers per range: sequence s lies in range (s - 1) / range_size.';

create table ledger.leader (
    only_row      boolean primary key default true check (only_row),
    epoch         bigint not null,
    node          text,
    address       text,
    lease_until   timestamptz not null
);
comment on table ledger.leader is
    'One row: which process may write the journal. Every commit checks the epoch.';
comment on column ledger.leader.address is 'Where other processes forward requests to.';
insert into ledger.leader (epoch, lease_until) values (0, '-infinity');

create function ledger.fence(expected bigint) returns void language plpgsql as $$
begin
    -- Taking over waits for this lock, so no commit of the old epoch is under way after it.
    perform pg_advisory_xact_lock_shared(4711, 1);
    if (select epoch from ledger.leader) is distinct from expected then
        raise exception 'this process is no longer the leader of the ledger'
            using errcode = 'BU001';
    end if;
end
$$;

create table ledger.assets (
    no            integer generated always as identity primary key,
    code          text collate "C" not null unique,
    scale         smallint not null check (scale between 0 and 18),
    kind          text not null,
    name          text,
    metadata      json,
    created_at    timestamptz not null
);
comment on table ledger.assets is 'What can be counted. Amounts are integers of 10^-scale.';

create table ledger.accounts (
    no            bigint primary key,
    id            uuid not null unique,
    asset         integer not null references ledger.assets,
    code          integer not null,
    flags         integer not null,
    closed        boolean not null,
    version       integer not null,
    floor         numeric,
    ceiling       numeric,
    user_data_128 numeric,
    user_data_64  numeric,
    user_data_32  bigint,
    address       text collate "C" unique,
    metadata      json,
    created_at    timestamptz not null,
    digest        bytea not null
);
comment on table ledger.accounts is
    'Who holds value. Balances are not here: they follow from the journal (view ledger.balances).';
comment on column ledger.accounts.floor is
    'Posted credits minus all debits, holds counted, never fall below this by a debit.';
comment on column ledger.accounts.ceiling is
    'All credits, holds counted, minus posted debits never rise above this by a credit.';
comment on column ledger.accounts.digest is
    'BLAKE3 of the row''s other columns: verify names an account that was changed by hand.';
create index accounts_asset on ledger.accounts (asset, no);

create table ledger.transfers (
    seq            bigint not null,
    id             uuid not null,
    debit_account  bigint not null,
    credit_account bigint not null,
    at             timestamptz not null,
    code           integer not null,
    flags          integer not null,
    amount         numeric not null,
    pending_id     uuid,
    released       numeric,
    timeout_s      bigint,
    user_data_128  numeric,
    user_data_64   numeric,
    user_data_32   bigint,
    group_id       uuid,
    reverses       uuid,
    effective_at   timestamptz,
    reference      text,
    metadata       json
) partition by range (seq);
comment on table ledger.transfers is
    'The journal, in ranges of settings.range_size. Rows are only ever added. A range has no '
    'index while it is open; it gets them in bulk when it is full.';
comment on column ledger.transfers.seq is 'Gap-free, from 1, in the order of commitment.';
comment on column ledger.transfers.flags is
    'Bits: 1 linked, 2 pending, 4 post, 8 void, 16 balancing debit, 32 balancing credit, '
    '64 closing debit, 128 closing credit, 256 imported, 512 partial, 1024 extend, 2048 expired.';
comment on column ledger.transfers.released is
    'How much a post, void or expiry takes off the pending balances of both accounts.';

create table ledger.ranges (
    no            bigint primary key,
    sealed        boolean not null default false,
    id_min        uuid,
    id_max        uuid,
    last_at       timestamptz
);
comment on table ledger.ranges is 'One row for each partition ledger.transfers_<no>.';
comment on column ledger.ranges.id_min is 'Smallest id, created or failed, once sealed.';

create table ledger.failed_transfers (
    id            uuid primary key,
    status        smallint not null,
    seq           bigint not null,
    at            timestamptz not null
);
comment on table ledger.failed_transfers is
    'Ids that failed for a reason of the moment; such an id never succeeds later.';
comment on column ledger.failed_transfers.seq is 'Sequence that the next transfer got.';
create index failed_transfers_seq on ledger.failed_transfers (seq);

create table ledger.idempotency_keys (
    key           uuid primary key,
    body          bytea not null,
    at            timestamptz not null
);
comment on table ledger.idempotency_keys is
    'BLAKE3 of the body that an Idempotency-Key came with first; the key stands for caller, route and key.';

create table ledger.transfer_states (
    id            uuid primary key,
    seq           bigint not null,
    status        smallint not null,
    remaining     numeric not null,
    reversed      numeric not null,
    expires_at    timestamptz,
    group_id      uuid,
    changed_seq   bigint not null
);
comment on table ledger.transfer_states is
    'What became of pending and of reversed transfers, as of the last sealed range.';
comment on column ledger.transfer_states.status is
    '0 never pending, 1 pending, 2 posted, 3 voided, 4 expired.';
create index transfer_states_expiry on ledger.transfer_states (expires_at) where status = 1;
create index transfer_states_group on ledger.transfer_states (group_id) where group_id is not null;

create table ledger.account_chunks (
    account_no      bigint not null,
    last_seq        bigint not null,
    range_no        bigint not null,
    first_seq       bigint not null,
    debits_pending  numeric not null,
    debits_posted   numeric not null,
    credits_pending numeric not null,
    credits_posted  numeric not null,
    effective_min   timestamptz not null,
    effective_max   timestamptz not null,
    offsets         integer[] not null,
    primary key (account_no, last_seq)
);
comment on table ledger.account_chunks is
    'History of an account in sealed ranges: which transfers touched it, and its balances after '
    'the last of them. Written once, when a range is sealed.';
comment on column ledger.account_chunks.offsets is
    'Sequences of the account''s transfers, less the range''s first sequence.';

create table ledger.blocks (
    first_seq     bigint primary key,
    last_seq      bigint not null unique,
    last_at       timestamptz not null,
    hash          bytea not null,
    tags          bytea not null
);
comment on table ledger.blocks is
    'The hash chain: BLAKE3 of the hash before and of the binary COPY form of the rows.';
comment on column ledger.blocks.tags is 'CRC-32 of each row, to name the row that was changed.';
create index blocks_last_at on ledger.blocks (last_at);

-- For people with an SQL client.
create view ledger.entries as
    select c.account_no, t.*
    from ledger.account_chunks c
    join ledger.settings s on true
    cross join lateral unnest(c.offsets) o
    join ledger.transfers t on t.seq = c.range_no * s.range_size + 1 + o;
comment on view ledger.entries is 'Transfers of an account in sealed ranges; filter by account_no.';

create view ledger.balances as
    with tail as (
        select account_no,
               sum(debit_pending) as debits_pending, sum(debit_posted) as debits_posted,
               sum(credit_pending) as credits_pending, sum(credit_posted) as credits_posted
        from (
            select t.debit_account as account_no,
                   case when t.flags & 3084 <> 0 then -coalesce(t.released, 0)
                        when t.flags & 2 <> 0 then t.amount else 0 end as debit_pending,
                   case when t.flags & 3082 <> 0 then 0 else t.amount end as debit_posted,
                   0 as credit_pending, 0 as credit_posted, t.seq
            from ledger.transfers t
            union all
            select t.credit_account, 0, 0,
                   case when t.flags & 3084 <> 0 then -coalesce(t.released, 0)
                        when t.flags & 2 <> 0 then t.amount else 0 end,
                   case when t.flags & 3082 <> 0 then 0 else t.amount end, t.seq
            from ledger.transfers t
        ) sides
        where seq > coalesce(
            (select (max(no) + 1) * (select range_size from ledger.settings)
             from ledger.ranges where sealed), 0)
        group by account_no
    )
    select a.no as account_no, a.id, a.address, assets.code as asset,
           coalesce(c.debits_pending, 0) + coalesce(tail.debits_pending, 0) as debits_pending,
           coalesce(c.debits_posted, 0) + coalesce(tail.debits_posted, 0) as debits_posted,
           coalesce(c.credits_pending, 0) + coalesce(tail.credits_pending, 0) as credits_pending,
           coalesce(c.credits_posted, 0) + coalesce(tail.credits_posted, 0) as credits_posted
    from ledger.accounts a
    join ledger.assets on assets.no = a.asset
    left join tail on tail.account_no = a.no
    left join lateral (
        select * from ledger.account_chunks c
        where c.account_no = a.no order by c.last_seq desc limit 1) c on true;
comment on view ledger.balances is 'Balances of every account as of the last commit.';
