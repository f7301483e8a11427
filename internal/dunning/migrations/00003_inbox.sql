-- +goose Up
-- Whether messages lie on the page of the pay code as well, and after how many hours another way follows.
ALTER TABLE dunning_schedule ADD COLUMN inbox TEXT NOT NULL DEFAULT 'beside';
ALTER TABLE dunning_schedule ADD COLUMN inbox_hours INTEGER NOT NULL DEFAULT 24;
