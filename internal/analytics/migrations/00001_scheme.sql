-- +goose Up
CREATE TABLE analytics_scheme (
  project_id BIGINT NOT NULL,
  from_month INTEGER NOT NULL,
  kind TEXT NOT NULL,
  rate INTEGER NOT NULL CHECK (rate >= 0 AND rate <= 10000),
  monthly BIGINT NOT NULL CHECK (monthly >= 0),
  opening BIGINT NOT NULL,
  source TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, from_month)
);
