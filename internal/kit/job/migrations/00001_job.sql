-- +goose Up
CREATE TABLE kit_job (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  unique_key TEXT NOT NULL,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  leased_until BIGINT NOT NULL,
  error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL
);
CREATE INDEX kit_job_due ON kit_job (run_at, id) WHERE state IN ('ready', 'running');
CREATE UNIQUE INDEX kit_job_once ON kit_job (unique_key) WHERE unique_key <> '' AND state IN ('ready', 'running');
