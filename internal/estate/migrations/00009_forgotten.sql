-- +goose Up
-- When somebody's personal data were wiped; what stays of the row is who once paid for which room, without a name.
ALTER TABLE estate_person ADD COLUMN forgotten_at BIGINT NOT NULL DEFAULT 0;
