-- The catalogue: what the shop sells, and for how much. How much of it there is, the ledger knows.

create table shop.products (
    id            uuid primary key,
    handle        text collate "C" not null unique,
    status        text collate "C" not null check (status in ('draft', 'active', 'archived')),
    title         text not null,
    description   text not null,
    vendor        text,
    tags          text[] not null default '{}',
    tax_class     text collate "C" not null,
    options       jsonb not null,
    translations  jsonb not null,
    custom_fields jsonb not null,
    availability  text collate "C" not null
                  check (availability in ('out_of_stock', 'backorder', 'preorder', 'low', 'in_stock')),
    version       integer not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
comment on table shop.products is 'What the shop shows: one product has one or more variants, which are what is sold.';
comment on column shop.products.handle is 'Its name in addresses: lower case, digits and hyphens.';
comment on column shop.products.options is 'In what the variants differ: [{"name": "Colour", "values": ["red", "blue"]}].';
comment on column shop.products.translations is 'By language: {"de": {"title": "...", "description": "..."}}. What is missing is shown as it stands in the row.';
comment on column shop.products.custom_fields is 'By handle of the field: {"fabric": "wool"}.';
comment on column shop.products.availability is 'That of the active variant that can be had best. It changes without a new version.';
comment on column shop.products.version is 'The ETag: every change of the product, its variants, prices or images adds one.';
create index products_newest on shop.products (status, created_at desc, id desc);
create index products_for_sale on shop.products (id) where status = 'active';

create table shop.variants (
    id              uuid primary key,
    product_id      uuid not null references shop.products (id),
    sku             text collate "C" not null unique,
    asset           text collate "C" not null unique,
    title           text,
    options         jsonb not null,
    custom_fields   jsonb not null default '{}',
    position        integer not null,
    barcode         text,
    weight_g        integer not null check (weight_g >= 0),
    needs_shipping  boolean not null,
    tracks_stock    boolean not null,
    backorder_max   bigint not null check (backorder_max >= 0),
    available_from  timestamptz,
    is_active       boolean not null,
    availability    text collate "C" not null
                    check (availability in ('out_of_stock', 'backorder', 'preorder', 'low', 'in_stock'))
);
comment on table shop.variants is 'What is sold: one combination of a product''s options, with a stock keeping unit of its own.';
comment on column shop.variants.asset is 'What the ledger counts it as.';
comment on column shop.variants.tracks_stock is 'False: there is always enough of it, as of a service.';
comment on column shop.variants.backorder_max is 'So many may be sold that aren''t there; the floor of its accounts below zero.';
comment on column shop.variants.available_from is 'Sold before this moment it is a preorder.';
comment on column shop.variants.availability is 'For those who look. How many there are, the ledger knows.';
create index variants_by_product on shop.variants (product_id, position);
create unique index variants_by_options on shop.variants (product_id, options) where is_active;

create index variants_preordered on shop.variants (available_from) where availability = 'preorder';

create table shop.custom_fields (
    id            uuid primary key,
    handle        text collate "C" not null unique,
    subject       text collate "C" not null check (subject in ('product', 'variant')),
    kind          text collate "C" not null check (kind in ('text', 'number', 'boolean', 'date', 'choice')),
    title         text not null,
    translations  jsonb not null,
    choices       text[] not null default '{}',
    is_filterable boolean not null,
    version       integer not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
comment on table shop.custom_fields is 'What staff says of products or variants beside what every shop has. One with values is never removed.';
comment on column shop.custom_fields.translations is 'Its titles by language: {"de": "Stoff"}.';
comment on column shop.custom_fields.choices is 'The values that there are, if it is a choice.';
comment on column shop.custom_fields.is_filterable is 'Whether the search knows its values.';

create table shop.availability_feed (
    only_row boolean primary key default true check (only_row),
    position bigint not null
);
comment on table shop.availability_feed is 'Up to which record of the ledger''s journal what can be had is known.';

create table shop.prices (
    variant_id   uuid not null references shop.variants (id),
    currency     text collate "C" not null,
    min_quantity integer not null check (min_quantity >= 1),
    amount       numeric(39) not null check (amount >= 0),
    primary key (variant_id, currency, min_quantity)
);
comment on table shop.prices is 'The price of one piece for everybody, from a quantity on.';

create table shop.price_history (
    variant_id uuid not null references shop.variants (id),
    currency   text collate "C" not null,
    amount     numeric(39) not null,
    from_at    timestamptz not null,
    until_at   timestamptz,
    check (until_at > from_at)
);
comment on table shop.price_history is 'What one piece cost everybody, and when: what a price was before must be told beside a lower one.';
comment on column shop.price_history.until_at is 'Null: it is the price.';
create unique index price_history_open on shop.price_history (variant_id, currency) where until_at is null;
create index price_history_past on shop.price_history (variant_id, until_at) where until_at is not null;

create table shop.price_lists (
    id             uuid primary key,
    title          text not null,
    currency       text collate "C" not null,
    customer_group text collate "C",
    from_at        timestamptz,
    until_at       timestamptz,
    is_active      boolean not null,
    version        integer not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    check (until_at > from_at)
);
comment on table shop.price_lists is 'Prices that hold beside those of variants, for a time or for a group; the lowest that holds applies.';
comment on column shop.price_lists.customer_group is 'For whom it is; null: for everybody.';
comment on column shop.price_lists.until_at is 'At this moment it holds no longer.';

create table shop.price_list_prices (
    variant_id    uuid not null references shop.variants (id),
    price_list_id uuid not null references shop.price_lists (id),
    min_quantity  integer not null check (min_quantity >= 1),
    amount        numeric(39) not null check (amount >= 0),
    primary key (variant_id, price_list_id, min_quantity)
);
comment on table shop.price_list_prices is 'The price of one piece in a list, from a quantity on.';
create index price_list_prices_by_list on shop.price_list_prices (price_list_id, variant_id);

create table shop.customer_groups (
    customer_group text collate "C" not null,
    user_id        uuid not null,
    primary key (user_id, customer_group)
);
comment on table shop.customer_groups is 'Which users are in which groups, for prices of their own. A group is there while somebody is in it.';
create index customer_groups_by_group on shop.customer_groups (customer_group, user_id);

create table shop.categories (
    id           uuid primary key,
    parent_id    uuid references shop.categories (id),
    handle       text collate "C" not null unique,
    title        text not null,
    description  text not null,
    translations jsonb not null,
    position     integer not null,
    version      integer not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
comment on table shop.categories is 'The tree by which products are looked through. What is in a category is in all above it, too.';
comment on column shop.categories.position is 'Its place among those with the same parent.';
create index categories_by_parent on shop.categories (parent_id);

create table shop.category_products (
    category_id uuid not null references shop.categories (id),
    product_id  uuid not null references shop.products (id),
    primary key (product_id, category_id)
);
comment on table shop.category_products is 'Which products are in which categories; a product may be in several.';
create index category_products_by_category on shop.category_products (category_id);

create table shop.collections (
    id           uuid primary key,
    handle       text collate "C" not null unique,
    title        text not null,
    description  text not null,
    translations jsonb not null,
    rules        jsonb,
    version      integer not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
comment on table shop.collections is 'Products that are shown together.';
comment on column shop.collections.rules is 'What its products have in common; null: they are chosen by hand.';

create table shop.collection_products (
    collection_id uuid not null references shop.collections (id),
    product_id    uuid not null references shop.products (id),
    primary key (product_id, collection_id)
);
comment on table shop.collection_products is 'Which products were chosen by hand for which collections.';
create index collection_products_by_collection on shop.collection_products (collection_id);

create table shop.images (
    id         uuid primary key,
    product_id uuid not null references shop.products (id),
    variant_id uuid references shop.variants (id),
    position   integer not null,
    alt        text not null,
    width      integer not null check (width > 0),
    height     integer not null check (height > 0),
    created_at timestamptz not null
);
comment on table shop.images is 'Pictures of products, in the order in which they are shown.';
comment on column shop.images.variant_id is 'The variant that it shows, if it shows one.';
comment on column shop.images.alt is 'What it shows, for those who can''t see it.';
comment on column shop.images.width is 'Of the largest file.';
create index images_by_product on shop.images (product_id, position, id);

create table shop.image_files (
    image_id   uuid not null references shop.images (id),
    size       integer not null,
    media_type text collate "C" not null,
    content    bytea not null,
    primary key (image_id, size)
);
comment on table shop.image_files is 'A picture as it is served, in each size: drawn by us, nothing of what was sent.';
comment on column shop.image_files.size is 'Pixels on the longer side, at most.';
alter table shop.image_files alter column content set storage external;

create table shop.imports (
    id              uuid primary key,
    format          text collate "C" not null check (format in ('csv', 'jsonl')),
    is_dry_run      boolean not null,
    status          text collate "C" not null
                    check (status in ('uploading', 'waiting', 'running', 'done', 'failed')),
    bytes           bigint not null default 0,
    lines_total     integer not null default 0,
    lines_done      integer not null default 0,
    lines_created   integer not null default 0,
    lines_changed   integer not null default 0,
    lines_unchanged integer not null default 0,
    lines_refused   integer not null default 0,
    errors          integer not null default 0,
    columns         text[],
    position        bigint not null default 0,
    line            integer not null default 1,
    failure_code    text collate "C",
    failure_detail  text,
    created_at      timestamptz not null,
    finished_at     timestamptz
);
comment on table shop.imports is 'Files of products that are to be made or changed, and how far that is.';
comment on column shop.imports.lines_total is 'Records, each about a variant; without the names of columns.';
comment on column shop.imports.lines_refused is 'Also those of a product that was refused for another of its lines.';
comment on column shop.imports.errors is 'How many were found; only the first of them are kept.';
comment on column shop.imports.columns is 'The names of the columns, once they are read; of CSV only.';
comment on column shop.imports.position is 'So many bytes of the file are worked off; it goes on there.';
comment on column shop.imports.line is 'The number of the line at the position.';
comment on column shop.imports.failure_code is 'Why the file as a whole can''t be read.';

create table shop.import_chunks (
    import_id uuid not null references shop.imports (id),
    number    integer not null,
    content   bytea not null,
    primary key (import_id, number)
);
comment on table shop.import_chunks is 'A file in pieces of one size, of which the last may be smaller; gone once it is worked off.';
alter table shop.import_chunks alter column content set storage external;

create table shop.import_errors (
    import_id uuid not null references shop.imports (id),
    number    integer not null,
    line      integer not null,
    field     text,
    code      text collate "C" not null,
    detail    text not null,
    primary key (import_id, number)
);
comment on table shop.import_errors is 'What is wrong in a file, and where.';
comment on column shop.import_errors.line is 'In which line of the file the record begins, from 1.';
