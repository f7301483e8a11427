-- +goose Up
CREATE TABLE ledger_prefix (
  project_id BIGINT NOT NULL,
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (project_id, series, year)
);
