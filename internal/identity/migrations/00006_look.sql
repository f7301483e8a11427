-- +goose Up
CREATE TABLE identity_look (
  account_id BIGINT NOT NULL REFERENCES identity_account (id),
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);
