-- Card payments for what somebody buys: deposits into an account that isn't a user's. Guests pay, too.

alter table payments.cards alter column user_id drop not null;
comment on column payments.cards.user_id is 'Null of a guest''s, which nobody can pay with again.';

alter table payments.deposits alter column user_id drop not null;
alter table payments.deposits add column account_id uuid, add column reference text, add column confirm_by timestamptz;
alter table payments.deposits add check ((account_id is null) = (reference is null));
alter table payments.deposits add check (user_id is not null or account_id is not null);
comment on column payments.deposits.account_id is
    'The ledger''s account of what is paid for; null if it is the user''s own.';
comment on column payments.deposits.reference is 'What is paid for, as whoever sells it names it.';
comment on column payments.deposits.confirm_by is
    'When a payment that its holder has not confirmed is given up; null if that is a day after it began.';
