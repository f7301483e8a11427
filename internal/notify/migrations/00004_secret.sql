-- +goose Up
-- What a message says and nobody but its receiver may read, and until when.
ALTER TABLE notify_message ADD COLUMN secret_enc TEXT NOT NULL DEFAULT '';
ALTER TABLE notify_message ADD COLUMN until_at BIGINT NOT NULL DEFAULT 0;
