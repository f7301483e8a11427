-- +goose Up
ALTER TABLE payment_order ADD COLUMN phone INTEGER NOT NULL DEFAULT 0;
