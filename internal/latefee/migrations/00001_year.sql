-- +goose Up
CREATE TABLE latefee_year (
  project_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  festivals TEXT NOT NULL,
  source TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, year)
);
