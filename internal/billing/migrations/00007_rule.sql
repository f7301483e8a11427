-- +goose Up
ALTER TABLE billing_assignment ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE billing_assignment ADD COLUMN quantity BIGINT NOT NULL DEFAULT 0;
