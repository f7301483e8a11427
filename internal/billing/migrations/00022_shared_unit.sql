-- +goose Up
-- A cost may be borne by one unit of a building; 0 is all of it.
ALTER TABLE billing_shared ADD COLUMN unit_id BIGINT NOT NULL DEFAULT 0;
