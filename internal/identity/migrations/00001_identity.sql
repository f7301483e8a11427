-- +goose Up
CREATE TABLE identity_setting (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key)
);
CREATE TABLE identity_account (
  id BIGINT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  signed_in_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (login)
);
CREATE TABLE identity_grant (
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  project_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (account_id, project_id, role)
);
CREATE TABLE identity_session (
  token TEXT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  epoch BIGINT NOT NULL,
  data BYTEA NOT NULL,
  address TEXT NOT NULL,
  remember INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  idle_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (token)
);
CREATE INDEX identity_session_account ON identity_session (account_id);
CREATE INDEX identity_session_expiry ON identity_session (expires_at);
CREATE TABLE identity_attempt (
  login TEXT NOT NULL,
  wrong INTEGER NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (login)
);
CREATE INDEX identity_attempt_age ON identity_attempt (last_at);
