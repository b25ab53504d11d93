-- Who buys, and what they are about to buy.

create table shop.customers (
    id           uuid primary key,
    user_id      uuid unique,
    email        text,
    name         text,
    external_ref text collate "C" unique,
    created_at   timestamptz not null
);
comment on table shop.customers is 'Who buys: a user, a guest, or somebody whom staff knows.';
comment on column shop.customers.external_ref is 'Its number in another system.';

create table shop.carts (
    id                  uuid primary key,
    user_id             uuid,
    token_hash          bytea,
    currency            text collate "C" not null,
    email               text,
    shipping_address    jsonb,
    billing_address     jsonb,
    shipping_method_id  uuid,
    codes               text[] not null default '{}',
    note                text,
    status              text collate "C" not null check (status in ('open', 'completed', 'merged')),
    order_id            uuid,
    reserved_until      timestamptz,
    reservation         integer not null default 0,
    version             bigint not null,
    created_at          timestamptz not null,
    updated_at          timestamptz not null
);
comment on table shop.carts is 'What somebody is about to buy. It becomes an order and stays as it was.';
comment on column shop.carts.token_hash is 'Of the secret that a guest shows instead of signing in.';
comment on column shop.carts.reservation is 'How often stock was reserved for it: part of the ids of those holds.';
comment on column shop.carts.version is 'Every change adds one, lines included: an order is made of the version that was checked.';
create unique index carts_open_by_user on shop.carts (user_id, currency) where status = 'open' and user_id is not null;
create index carts_reserved on shop.carts (reserved_until) where reserved_until is not null;

create table shop.cart_lines (
    id         uuid primary key,
    cart_id    uuid not null references shop.carts (id),
    variant_id uuid not null,
    gift_note  text not null default '',
    quantity   integer not null check (quantity between 1 and 1000000),
    created_at timestamptz not null,
    unique (cart_id, variant_id, gift_note)
);
comment on table shop.cart_lines is 'A variant in a cart; what it costs is worked out each time.';
comment on column shop.cart_lines.gift_note is 'What is written on the present; the same variant with another note is another line.';

create table shop.cart_holds (
    cart_id     uuid not null references shop.carts (id),
    transfer_id uuid not null,
    variant_id  uuid not null,
    location    text collate "C",
    quantity    integer not null,
    primary key (cart_id, transfer_id)
);
comment on table shop.cart_holds is 'Pending transfers of the ledger that reserve stock for a cart; those of its last reservation.';
comment on column shop.cart_holds.location is 'Handle of the place; null for a backorder.';
