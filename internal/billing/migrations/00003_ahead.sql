-- +goose Up
ALTER TABLE billing_run ADD COLUMN kind TEXT NOT NULL DEFAULT 'month';
