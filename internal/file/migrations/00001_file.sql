-- +goose Up
CREATE TABLE file_blob (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  kind TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE INDEX file_blob_content ON file_blob (project_id, sha256);
