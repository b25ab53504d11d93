CREATE TABLE orchard.trees (id integer PRIMARY KEY);
