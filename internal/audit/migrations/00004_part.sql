-- +goose Up
-- What one command did to many records, each with its own before and after. The
-- entry of the command holds the digest of all its parts.
CREATE TABLE audit_batch (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (project_id, id)
);
CREATE TABLE audit_part (
  project_id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  subject_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  note TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (project_id, batch_id, no)
);
CREATE INDEX audit_part_subject ON audit_part (project_id, subject_id, batch_id);
