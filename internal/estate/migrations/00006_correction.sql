-- +goose Up
CREATE TABLE estate_correction (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  new_enc TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  way TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_name TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE INDEX estate_correction_state ON estate_correction (project_id, state, id);
CREATE INDEX estate_correction_subject ON estate_correction (project_id, subject_id, id);
