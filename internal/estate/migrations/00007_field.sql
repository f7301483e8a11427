-- +goose Up
CREATE TABLE estate_field (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  choices TEXT NOT NULL,
  required INTEGER NOT NULL,
  sort INTEGER NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id) REFERENCES estate_project (project_id)
);
CREATE UNIQUE INDEX estate_field_name ON estate_field (project_id, kind, name) WHERE state = 'active';
CREATE TABLE estate_value (
  project_id BIGINT NOT NULL,
  field_id BIGINT NOT NULL,
  subject_id BIGINT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (project_id, field_id, subject_id),
  FOREIGN KEY (project_id, field_id) REFERENCES estate_field (project_id, id)
);
CREATE INDEX estate_value_subject ON estate_value (project_id, subject_id);
CREATE INDEX estate_value_exact ON estate_value (project_id, field_id, value);
