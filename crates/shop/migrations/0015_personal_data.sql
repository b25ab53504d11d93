-- What somebody who leaves, or asks for their data, has here.

create index orders_of_user on shop.orders (user_id) where user_id is not null;
create index carts_of_user on shop.carts (user_id) where user_id is not null;
