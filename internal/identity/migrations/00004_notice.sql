-- +goose Up
CREATE TABLE identity_notice (
  id BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  until INTEGER NOT NULL,
  roles TEXT NOT NULL,
  ended INTEGER NOT NULL,
  author TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX identity_notice_until ON identity_notice (until);
