-- What somebody bought, and what became of it. Prices, taxes and names are frozen at the sale.

create sequence shop.order_numbers start 1001;
comment on sequence shop.order_numbers is 'For people. Gaps mean nothing; invoices have numbers of their own.';

create table shop.orders (
    id               uuid primary key,
    number           bigint unique,
    cart_id          uuid,
    customer_id      uuid not null references shop.customers (id),
    user_id          uuid,
    token_hash       bytea,
    channel          text collate "C" not null,
    state            text collate "C" not null check (state in ('placing', 'refused', 'placed', 'cancelled')),
    status           text collate "C" not null check (status in
        ('placing', 'refused', 'placed', 'paid', 'partly_shipped', 'shipped', 'delivered', 'cancelled', 'returned')),
    refusal          text,
    currency         text collate "C" not null,
    scale            smallint not null,
    country          text collate "C",
    email            text,
    shipping_address jsonb,
    billing_address  jsonb,
    shipping_method  text,
    note             text,
    prices_include_tax boolean not null,
    subtotal         numeric(39) not null,
    shipping_total   numeric(39) not null,
    shipping_tax     numeric(39) not null,
    shipping_tax_rate integer not null,
    total            numeric(39) not null,
    discounts        jsonb not null,
    cancelled_total  numeric(39) not null default 0,
    earned           numeric(39) not null default 0,
    refunded         numeric(39) not null default 0,
    shipping_refunded numeric(39) not null default 0,
    version          integer not null,
    external_ref     text,
    effective_at     timestamptz,
    placed_at        timestamptz,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    check (cancelled_total + earned <= total),
    check (refunded <= earned),
    check (shipping_refunded <= shipping_total)
);
comment on table shop.orders is 'What somebody bought.';
comment on column shop.orders.state is 'How far it was carried out: written down, accepted or refused by the ledger, cancelled.';
comment on column shop.orders.status is 'What people are told; follows from the rest, and is stored to be looked for.';
comment on column shop.orders.channel is 'Where it comes from: storefront, staff, import.';
comment on column shop.orders.effective_at is 'When it was placed in the world, if that was before it was recorded.';
comment on column shop.orders.earned is 'What was sent, in money: taken from the order''s account as sales, tax and shipping.';
comment on column shop.orders.refunded is 'Of what was earned, what goes back.';
comment on column shop.orders.external_ref is 'Its number in another system.';
create unique index orders_by_reference on shop.orders (external_ref) where state <> 'refused';
create unique index orders_by_cart on shop.orders (cart_id) where state <> 'refused';
create index orders_by_user on shop.orders (user_id, placed_at desc, id desc) where placed_at is not null;
create index orders_by_customer on shop.orders (customer_id, placed_at desc, id desc) where placed_at is not null;
create index orders_by_status on shop.orders (status, placed_at desc, id desc) where placed_at is not null;
create index orders_by_time on shop.orders (placed_at desc, id desc) where placed_at is not null;

create table shop.order_lines (
    id            uuid primary key,
    order_id      uuid not null references shop.orders (id),
    position      integer not null,
    variant_id    uuid not null,
    product_id    uuid not null,
    sku           text collate "C" not null,
    asset         text collate "C" not null,
    title         text not null,
    variant_title text,
    gift_note     text not null,
    tracks_stock  boolean not null,
    needs_shipping boolean not null,
    unit_price    numeric(39) not null,
    quantity      integer not null check (quantity > 0),
    subtotal      numeric(39) not null,
    discount      numeric(39) not null,
    tax           numeric(39) not null,
    tax_rate      integer not null,
    total         numeric(39) not null,
    cancelled     integer not null default 0,
    shipped       integer not null default 0,
    returned      integer not null default 0,
    refunded      numeric(39) not null default 0,
    earned        numeric(39) not null default 0,
    check (cancelled + shipped <= quantity),
    check (returned <= shipped),
    check (refunded <= earned),
    unique (order_id, position)
);
comment on table shop.order_lines is 'A variant in an order, as it was when it was bought.';

create table shop.order_holds (
    order_id    uuid not null references shop.orders (id),
    line_id     uuid not null,
    transfer_id uuid not null,
    location    text collate "C",
    quantity    integer not null check (quantity > 0),
    taken       integer not null default 0 check (taken <= quantity),
    primary key (order_id, transfer_id)
);
comment on table shop.order_holds is 'Pending transfers of the ledger that hold the goods of an order.';
comment on column shop.order_holds.location is 'Handle of the place; null for what isn''t there yet.';
comment on column shop.order_holds.taken is 'Pieces that were sent from it or released.';

create table shop.order_payments (
    id          uuid primary key,
    order_id    uuid not null references shop.orders (id),
    kind        text collate "C" not null check (kind in ('wallet', 'card', 'external')),
    payer       uuid,
    amount      numeric(39) not null check (amount > 0),
    status      text collate "C" not null check (status in ('pending', 'authorized', 'captured', 'released', 'refused', 'disputed')),
    captured    numeric(39) not null default 0 check (captured <= amount),
    refunded    numeric(39) not null default 0 check (refunded <= captured),
    stranded    numeric(39) not null default 0,
    reference   text,
    failure     text,
    provider    text collate "C",
    card_token  text collate "C",
    return_url  text,
    created_at  timestamptz not null
);
comment on table shop.order_payments is 'Money for an order. A wallet is held at the sale and taken with each parcel; a card is charged after the sale; what was paid elsewhere is there at once.';
comment on column shop.order_payments.stranded is 'What was to go back to a card that could not be reached: it is in the order''s account again.';
comment on column shop.order_payments.card_token is 'The provider''s; null where its own form asks for the card. The charge has the payment''s id.';
comment on column shop.order_payments.payer is 'The user whose wallet it is.';
create index order_payments_by_order on shop.order_payments (order_id, id);

create table shop.order_uses (
    order_id     uuid not null references shop.orders (id),
    promotion_id uuid not null,
    title        text not null,
    amount       numeric(39) not null,
    primary key (order_id, promotion_id)
);
comment on table shop.order_uses is 'Promotions that an order used.';

create table shop.shipments (
    id             uuid primary key,
    order_id       uuid not null references shop.orders (id),
    location       text collate "C" not null,
    state          text collate "C" not null check (state in ('pending', 'shipped', 'refused')),
    carrier        text,
    tracking       text,
    url            text,
    shipping_net   numeric(39) not null,
    shipping_tax   numeric(39) not null,
    shipped_at     timestamptz not null,
    delivered_at   timestamptz,
    created_at     timestamptz not null
);
comment on table shop.shipments is 'A parcel: its goods leave the stock, and its money is earned, in one batch.';
comment on column shop.shipments.location is 'Handle of the place from which what wasn''t there at the sale is taken.';
comment on column shop.shipments.shipping_net is 'What the first parcel earns for the sending.';
create index shipments_by_order on shop.shipments (order_id, id);

create table shop.shipment_lines (
    shipment_id uuid not null references shop.shipments (id),
    line_id     uuid not null references shop.order_lines (id),
    quantity    integer not null check (quantity > 0),
    net         numeric(39) not null,
    tax         numeric(39) not null,
    primary key (shipment_id, line_id)
);
comment on table shop.shipment_lines is 'Pieces of a line in a parcel, and what they earn.';

create table shop.shipment_picks (
    shipment_id uuid not null references shop.shipments (id),
    transfer_id uuid not null,
    quantity    integer not null check (quantity > 0),
    primary key (shipment_id, transfer_id)
);
comment on table shop.shipment_picks is 'From which holds of the order the pieces of a parcel are taken.';

create table shop.shipment_captures (
    shipment_id uuid not null references shop.shipments (id),
    payment_id  uuid not null references shop.order_payments (id),
    amount      numeric(39) not null check (amount > 0),
    primary key (shipment_id, payment_id)
);
comment on table shop.shipment_captures is 'What a parcel takes from the payments that are held.';

create table shop.cancellations (
    id         uuid primary key,
    order_id   uuid not null references shop.orders (id),
    state      text collate "C" not null check (state in ('pending', 'done')),
    amount     numeric(39) not null,
    reason     text,
    by_staff   boolean not null,
    created_at timestamptz not null
);
comment on table shop.cancellations is 'What isn''t sent any more: everything that was still open then.';
create index cancellations_by_order on shop.cancellations (order_id, id);

create table shop.refunds (
    id           uuid primary key,
    order_id     uuid not null references shop.orders (id),
    state        text collate "C" not null check (state in ('pending', 'done', 'refused')),
    amount       numeric(39) not null check (amount > 0),
    shipping_net numeric(39) not null,
    shipping_tax numeric(39) not null,
    reason       text,
    created_at   timestamptz not null
);
comment on table shop.refunds is 'Money that goes back, of what was sent.';
create index refunds_by_order on shop.refunds (order_id, id);

create table shop.refund_lines (
    refund_id uuid not null references shop.refunds (id),
    line_id   uuid not null references shop.order_lines (id),
    net       numeric(39) not null,
    tax       numeric(39) not null,
    primary key (refund_id, line_id)
);
comment on table shop.refund_lines is 'What goes back of a line.';

create table shop.refund_payouts (
    refund_id  uuid not null references shop.refunds (id),
    payment_id uuid not null references shop.order_payments (id),
    amount     numeric(39) not null check (amount > 0),
    primary key (refund_id, payment_id)
);
comment on table shop.refund_payouts is 'To which payments a refund goes back.';
