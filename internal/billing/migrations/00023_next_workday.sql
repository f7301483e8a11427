-- +goose Up
ALTER TABLE billing_late_terms ADD COLUMN next_workday INTEGER NOT NULL DEFAULT 0;
