-- Exchanges: what is sent in place of what comes back.

alter table shop.returns
    add column exchange_order uuid references shop.orders (id),
    add column at_once        boolean not null default false,
    drop constraint returns_state_check,
    add constraint returns_state_check check (state in
        ('requested', 'approving', 'approved', 'rejected', 'receiving', 'received', 'closed'));
comment on column shop.returns.state is
    'How far it got; approving while the ledger holds what is sent instead, receiving while it moves the goods.';
comment on column shop.returns.exchange_order is 'The order by which something else is sent instead.';
comment on column shop.returns.at_once is
    'The return pays for that order when it is approved, and not only when the goods arrived.';

create table shop.exchange_lines (
    return_id  uuid not null references shop.returns (id),
    variant_id uuid not null,
    sku        text collate "C" not null,
    quantity   integer not null check (quantity > 0),
    primary key (return_id, variant_id)
);
comment on table shop.exchange_lines is 'What somebody wants in place of what they return.';

alter table shop.orders
    add column return_id uuid,
    add column credit    numeric(39) not null default 0 check (credit >= 0 and credit <= total);
comment on column shop.orders.return_id is 'The return in whose place it is sent.';
comment on column shop.orders.credit is 'What that return is still to pay of it.';
create unique index orders_by_return on shop.orders (return_id)
    where return_id is not null and state <> 'refused';

alter table shop.order_payments
    drop constraint order_payments_kind_check,
    add constraint order_payments_kind_check
        check (kind in ('wallet', 'card', 'external', 'exchange')),
    add column origin_id    uuid,
    add column origin_order uuid,
    add column origin_kind  text collate "C" check (origin_kind in ('wallet', 'card', 'external')),
    add constraint order_payments_origin_check
        check ((kind = 'exchange') = (origin_id is not null and origin_order is not null and origin_kind is not null));
comment on column shop.order_payments.origin_id is
    'Of an exchange: the payment of another order whose money it is, and to which it goes back.';

alter table shop.refunds add column exchange_order uuid references shop.orders (id);
comment on column shop.refunds.exchange_order is 'The order for which some of it pays.';
create index refunds_for_exchanges on shop.refunds (exchange_order) where state = 'pending';
alter table shop.refund_payouts
    add column exchanged numeric(39) not null default 0 check (exchanged >= 0 and exchanged <= amount);
comment on column shop.refund_payouts.exchanged is 'Of it, what pays for the other order and goes to nobody.';
