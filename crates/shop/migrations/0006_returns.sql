-- Goods that come back.

alter table shop.settings
    add column return_days integer not null default 30 check (return_days between 0 and 3650);
comment on column shop.settings.return_days is
    'So many days after a parcel arrived, or was sent, its buyer may ask to return what is in it.';

create table shop.returns (
    id          uuid primary key,
    order_id    uuid not null references shop.orders (id),
    state       text collate "C" not null check (state in
        ('requested', 'approved', 'rejected', 'receiving', 'received', 'closed')),
    by_staff    boolean not null,
    note        text,
    decision    text,
    location    text collate "C",
    refund_id   uuid references shop.refunds (id),
    created_at  timestamptz not null,
    decided_at  timestamptz,
    received_at timestamptz,
    closed_at   timestamptz
);
comment on table shop.returns is 'Goods of an order that are to come back, or came.';
comment on column shop.returns.state is
    'How far it got; receiving while the ledger moves the goods.';
comment on column shop.returns.by_staff is 'Made by staff, and so approved from the start.';
comment on column shop.returns.note is 'What whoever asked for it says.';
comment on column shop.returns.decision is 'Why staff approved or rejected it.';
comment on column shop.returns.location is 'Handle of the place at which the goods arrived.';
comment on column shop.returns.refund_id is 'The money that went back when they arrived.';
create index returns_by_order on shop.returns (order_id, id);
create index returns_by_state on shop.returns (state, created_at desc, id desc);
create index returns_by_time on shop.returns (created_at desc, id desc);
create index returns_by_refund on shop.returns (refund_id) where refund_id is not null;

create table shop.return_lines (
    return_id   uuid not null references shop.returns (id),
    line_id     uuid not null references shop.order_lines (id),
    quantity    integer not null check (quantity > 0),
    reason      text collate "C" not null check (reason in ('unwanted', 'wrong_item', 'damaged', 'other')),
    restocked   integer not null default 0 check (restocked >= 0),
    written_off integer not null default 0 check (written_off >= 0),
    check (restocked + written_off <= quantity),
    primary key (return_id, line_id)
);
comment on table shop.return_lines is 'Pieces of a line that are to come back.';
comment on column shop.return_lines.restocked is 'Of them, those that came and can be sold again.';
comment on column shop.return_lines.written_off is 'Of them, those that came and can''t.';
