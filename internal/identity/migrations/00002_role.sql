-- +goose Up
CREATE TABLE identity_role (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  permissions TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX identity_role_name ON identity_role (name) WHERE state = 'active';
