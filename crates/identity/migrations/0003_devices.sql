-- Whether a sign-in comes from a known device is found once, when it begins; and indexes for
-- questions that had none.

alter table identity.sign_ins add column is_device_known boolean not null default false;
comment on column identity.sign_ins.is_device_known is
    'Whether it came from a device that the user is known on: such a one gets no other token.';

create index sign_ins_by_user on identity.sign_ins (user_id);
create index devices_by_use on identity.devices (last_used_at);
create index api_keys_by_prefix on identity.api_keys (prefix);
