-- +goose Up
CREATE TABLE audit_head (
  project_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  mac BYTEA NOT NULL,
  PRIMARY KEY (project_id)
);
CREATE TABLE audit_entry (
  project_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  account_name TEXT NOT NULL,
  session TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  summary TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  mac BYTEA NOT NULL,
  PRIMARY KEY (project_id, seq)
);
CREATE INDEX audit_entry_subject ON audit_entry (project_id, subject_id, seq) WHERE subject_id <> 0;
CREATE INDEX audit_entry_person ON audit_entry (project_id, person_id, seq) WHERE person_id <> 0;
CREATE INDEX audit_entry_account ON audit_entry (project_id, account_id, seq);
