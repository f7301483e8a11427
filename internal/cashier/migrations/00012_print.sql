-- +goose Up
CREATE TABLE cashier_print (
  project_id BIGINT NOT NULL,
  header TEXT NOT NULL,
  footer TEXT NOT NULL,
  phone TEXT NOT NULL,
  stamp INTEGER NOT NULL,
  stamp_roll INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
