-- +goose Up
-- How often commands added to the sums of the day and key, so that whoever
-- remembers figures sees whether they still hold.
ALTER TABLE billing_due_day ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
