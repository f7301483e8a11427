-- +goose Up
ALTER TABLE identity_account ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE identity_totp (
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  secret TEXT NOT NULL,
  active INTEGER NOT NULL,
  step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id)
);
CREATE TABLE identity_recovery (
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  code TEXT NOT NULL,
  PRIMARY KEY (account_id, code)
);
