-- +goose Up
CREATE TABLE analytics_taxpayer (
  project_id BIGINT NOT NULL,
  from_month INTEGER NOT NULL,
  kind TEXT NOT NULL,
  output_code TEXT NOT NULL,
  simple_code TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, from_month)
);
