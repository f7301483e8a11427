-- +goose Up
CREATE TABLE file_export (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  clear INTEGER NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  rows INTEGER NOT NULL,
  file_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  failure TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX file_export_own ON file_export (project_id, created_by, id);
