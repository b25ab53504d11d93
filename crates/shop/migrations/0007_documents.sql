-- Invoices and credit notes.

alter table shop.settings
    add column seller_name    text,
    add column seller_address text,
    add column seller_vat_id  text;
comment on column shop.settings.seller_name is 'Who sells, as invoices say it.';
comment on column shop.settings.seller_address is 'Where, in several lines.';

create table shop.document_numbers (
    series text collate "C" not null,
    year   integer not null,
    last   bigint not null check (last > 0),
    primary key (series, year)
);
comment on table shop.document_numbers is
    'The last number of each series and year. Taken in the transaction that writes the document, so none is left out.';

create table shop.documents (
    id          uuid primary key,
    order_id    uuid not null references shop.orders (id),
    kind        text collate "C" not null check (kind in ('invoice', 'credit_note')),
    number      text collate "C" not null unique,
    shipment_id uuid unique references shop.shipments (id),
    refund_id   uuid unique references shop.refunds (id),
    content     jsonb not null,
    issued_at   timestamptz not null,
    check ((kind = 'invoice') = (shipment_id is not null)),
    check ((kind = 'credit_note') = (refund_id is not null))
);
comment on table shop.documents is 'Invoices for parcels and credit notes for refunds. Nothing of them ever changes.';
comment on column shop.documents.number is 'Series, year and place in it: INV-2026-000001.';
comment on column shop.documents.content is 'Everything it says, as it was when it was issued.';
create index documents_by_order on shop.documents (order_id, id);

create function shop.documents_stay() returns trigger language plpgsql as $$
begin
    raise exception 'documents never change';
end $$;
create trigger documents_stay before update or delete on shop.documents
    for each row execute function shop.documents_stay();
