-- +goose Up
-- What the rows of an export are limited to: building ids with commas between, empty for the whole project.
ALTER TABLE file_export ADD COLUMN buildings TEXT NOT NULL DEFAULT '';
