-- +goose Up
CREATE TABLE estate_kept (
  project_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  room_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  value TEXT NOT NULL,
  value_enc TEXT NOT NULL,
  value_blind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, id),
  FOREIGN KEY (project_id, import_id) REFERENCES estate_import (project_id, id)
);
CREATE INDEX estate_kept_import ON estate_kept (project_id, import_id);
CREATE INDEX estate_kept_room ON estate_kept (project_id, room_id, kind);
