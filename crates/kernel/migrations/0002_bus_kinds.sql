-- Consumers that are there already are for all: positions may be given before they are registered again.
alter table bus.consumers add column kinds text[];
comment on column bus.consumers.kinds is
    'The only kinds of events that it is for; null is all. Where a batch has none of them, whoever
gives the positions moves the consumer on.';
