-- +goose Up
-- Whether those who have paid are told by SMS or mail as well.
ALTER TABLE dunning_schedule ADD COLUMN paid_away INTEGER NOT NULL DEFAULT 0;
