-- +goose Up
-- To what cash is rounded down (抹零), in fen, and what a receipt let go by it.
ALTER TABLE cashier_setting ADD COLUMN round_to BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cashier_receipt ADD COLUMN rounded BIGINT NOT NULL DEFAULT 0;
