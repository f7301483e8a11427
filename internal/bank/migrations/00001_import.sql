-- +goose Up
-- Which import brought a row; rows of before have none.
ALTER TABLE cashier_bank_row ADD COLUMN import_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cashier_bank_row_import ON cashier_bank_row (project_id, import_id, id);
