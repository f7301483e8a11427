-- +goose Up
ALTER TABLE meter_reading ADD COLUMN import_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meter_reading ADD COLUMN photo_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meter_reading_import ON meter_reading (project_id, import_id) WHERE import_id <> 0;
CREATE UNIQUE INDEX meter_reading_photo ON meter_reading (project_id, photo_id) WHERE photo_id <> 0 AND state <> 'void';
