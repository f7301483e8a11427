-- +goose Up
-- Whether the money of a row stands in the book as owed to somebody unknown.
-- Rows that were held before are booked once when the program starts.
ALTER TABLE cashier_bank_row ADD COLUMN booked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cashier_bank_row_unbooked ON cashier_bank_row (project_id, id) WHERE state = 'held' AND booked = 0;
