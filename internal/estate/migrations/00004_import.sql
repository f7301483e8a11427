-- +goose Up
ALTER TABLE estate_import ADD COLUMN failed_from TEXT NOT NULL DEFAULT '';
ALTER TABLE estate_import ADD COLUMN failure TEXT NOT NULL DEFAULT '';
ALTER TABLE estate_import ADD COLUMN undone_name TEXT NOT NULL DEFAULT '';
ALTER TABLE estate_import ADD COLUMN undone_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE estate_import_step (
  project_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (project_id, import_id, no),
  FOREIGN KEY (project_id, import_id) REFERENCES estate_import (project_id, id)
);
