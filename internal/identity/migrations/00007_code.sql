-- +goose Up
CREATE TABLE identity_contact (
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  channel TEXT NOT NULL,
  address_enc TEXT NOT NULL,
  address_mask TEXT NOT NULL,
  blind TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, channel)
);
CREATE TABLE identity_code (
  id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  token TEXT NOT NULL,
  login TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address_enc TEXT NOT NULL,
  address_mask TEXT NOT NULL,
  blind TEXT NOT NULL,
  code TEXT NOT NULL,
  tries INTEGER NOT NULL,
  used INTEGER NOT NULL,
  client TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (token)
);
CREATE INDEX identity_code_login ON identity_code (login, created_at);
CREATE INDEX identity_code_client ON identity_code (client, created_at);
CREATE INDEX identity_code_blind ON identity_code (blind, created_at);
CREATE INDEX identity_code_account ON identity_code (account_id, created_at);
