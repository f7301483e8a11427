-- +goose Up
CREATE TABLE dunning_schedule (
  project_id BIGINT NOT NULL,
  push INTEGER NOT NULL,
  steps TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id)
);
