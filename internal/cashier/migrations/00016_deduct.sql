-- +goose Up
ALTER TABLE cashier_setting ADD COLUMN deduct INTEGER NOT NULL DEFAULT 0;
