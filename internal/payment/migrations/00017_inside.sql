-- +goose Up
-- Who pays an order in the browser of the channel itself, as a blind index.
ALTER TABLE payment_order ADD COLUMN inside TEXT NOT NULL DEFAULT '';
