-- Changes of orders before they are sent.

create table shop.cancellation_lines (
    cancellation_id uuid not null references shop.cancellations (id),
    line_id         uuid not null references shop.order_lines (id),
    quantity        integer not null check (quantity > 0),
    primary key (cancellation_id, line_id)
);
comment on table shop.cancellation_lines is
    'Pieces that aren''t sent any more. A cancellation without lines is of everything that was open.';
comment on table shop.cancellations is 'What isn''t sent any more.';
