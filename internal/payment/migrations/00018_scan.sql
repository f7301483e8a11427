-- +goose Up
ALTER TABLE payment_order ADD COLUMN scan TEXT NOT NULL DEFAULT '';
