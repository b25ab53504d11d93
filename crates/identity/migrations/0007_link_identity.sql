-- Linking an account elsewhere is confirmed by a mail that says so.

alter table identity.challenges drop constraint challenges_purpose_check;
alter table identity.challenges add constraint challenges_purpose_check check (purpose in
    ('verify_email', 'sign_in', 'link_identity', 'reset_password', 'change_email', 'verify_phone'));
