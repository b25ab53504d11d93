-- Money that was to go back to a card which could not be reached.

alter table shop.order_payments
    add column settled numeric(39) not null default 0 check (settled >= 0 and settled <= stranded);
comment on column shop.order_payments.settled is
    'Of what could not go back to the card, what was given back otherwise, or is about to be.';
create index order_payments_stranded on shop.order_payments (id desc) where stranded > 0;

create table shop.settlements (
    id         uuid primary key,
    order_id   uuid not null references shop.orders (id),
    payment_id uuid not null references shop.order_payments (id),
    state      text collate "C" not null check (state in ('pending', 'done', 'refused')),
    payee      uuid,
    reference  text,
    amount     numeric(39) not null check (amount > 0),
    reason     text,
    created_at timestamptz not null,
    check ((payee is null) = (reference is not null))
);
comment on table shop.settlements is
    'How what could not go back to a card was given back: into the buyer''s wallet, or outside.';
comment on column shop.settlements.payee is 'The user whose wallet it went into; null: it was paid outside.';
comment on column shop.settlements.reference is 'What a payment outside is known by there.';
create index settlements_by_payment on shop.settlements (payment_id, id);
create index settlements_pending on shop.settlements (order_id) where state = 'pending';
